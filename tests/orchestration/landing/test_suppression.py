"""People on the suppression list: left out of what arrives, taken out of what is archived."""

import gzip
import io
import json
from itertools import count

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.landing import check_accounting, replay, scrub_archive
from orchestration.landing.ledger import archived_deliveries
from orchestration.landing.suppression import Suppression, normal

TABLE = """
sources:
  - name: crm
    schema: raw_crm
    config: {{meta: {{landing_format: {format}, landing_key: [id] {settings}}}}}
    tables:
      - name: contacts
        config:
          meta:
            landing_file: "contacts_*"
            landing_person: {{id: crm}}
            landing_document: {{id: contact}}
        columns:
          - {{name: id}}
          - {{name: email, config: {{meta: {{personal_data: email}}}}}}
          - {{name: phone, config: {{meta: {{personal_data: phone}}}}}}
          - {{name: note, config: {{meta: {{personal_data: free_text}}}}}}
"""
ANNA, PHONE = "anna@mail.example", "+48 601 234 567"
ROWS = [
    {"id": "1", "email": "Anna@Mail.example", "phone": None, "note": "she"},
    {"id": "2", "email": "bob@mail.example", "phone": None, "note": f"told by {ANNA}, at noon"},
    {"id": "3", "email": None, "phone": "0048 601234567", "note": "number"},
    {"id": "4", "email": None, "phone": None, "note": "nobody"},
]
PEOPLE = [("email", ANNA), ("phone", "48601234567")]


@pytest.fixture
def crm(place, tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))

    def declare(format: str, settings: str = ""):
        place.declare("crm", TABLE.format(format=format, settings=settings))
        return place

    return declare


def as_csv(encoding="utf-8", zipped=False):
    def field(value):
        return '"' + (value or "").replace('"', '""') + '"'

    lines = ["id,email,phone,note"]
    lines += [",".join(field(value) for value in row.values()) for row in ROWS]
    # A record of two lines, of hers; one of somebody else whose text has a line break and a quote.
    lines += [f'5,{ANNA},,"two\nlines"', '6,,,"two\n""lines"""']
    content = ("\r\n".join(lines) + "\r\n").encode(encoding)
    return gzip.compress(content) if zipped else content


def as_parquet():
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), sink)
    return sink.getvalue()


def as_sheet():
    book = openpyxl.Workbook()
    book.active.append(list(ROWS[0]))
    for row in ROWS:
        book.active.append(list(row.values()))
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


SHAPES = {
    "csv": ("csv", "", as_csv(), 3),
    "zipped csv": ("csv", "", as_csv(zipped=True), 3),
    "csv of UTF-16": ("csv", ", landing_encoding: utf-16", as_csv("utf-16"), 3),
    "lines": ("jsonl", "", "\n".join(map(json.dumps, ROWS)).encode(), 2),
    "array": ("json", "", json.dumps(ROWS, indent=1).encode(), 2),
    "wrapped": (
        "json",
        ", landing_records_path: data",
        json.dumps({"total": 4, "data": ROWS, "next": None}).encode(),
        2,
    ),
    "objects": ("json", "", "\n".join(json.dumps(row, indent=2) for row in ROWS).encode(), 2),
    "parquet": ("parquet", "", as_parquet(), 2),
    "sheet": ("xlsx", "", as_sheet(), 2),
}


def ids(place):
    column = "id" if place.source.tables[0].is_tabular else "payload ->> '$.id'"
    return [key for (key,) in place.query(f"select {column} from raw_crm.contacts order by all")]


def notes(place):
    column = "note" if place.source.tables[0].is_tabular else "payload ->> '$.note'"
    return [note for (note,) in place.query(f"select {column} from raw_crm.contacts order by all")]


def everything(folder) -> bytes:
    """All bytes below a folder, unzipped where they are zipped."""
    found = b""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found += content
            if content.startswith(b"\x1f\x8b"):
                found += gzip.decompress(content)
            if content.startswith(b"PAR1"):
                found += str(pq.read_table(path).to_pylist()).encode()
            if content.startswith(b"PK"):
                rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(
                    values_only=True
                )
                found += str(list(rows)).encode()
    return found


def is_found(place) -> bool:
    content = b"".join(everything(folder) for folder in (place.archive.folder, place.claims))
    content += str(place.query("from raw_crm.contacts")).encode()
    forms = [
        form.encode(encoding) for form in (ANNA, "601234567") for encoding in ("utf-8", "utf-16-le")
    ]
    return any(form.lower() in content.lower() for form in forms)


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_of_people_on_the_list_are_left_out_when_they_arrive(crm, shape):
    format_, settings, content, erased = SHAPES[shape]
    place = crm(format_, settings)
    Suppression.load().add(PEOPLE)
    place.deliver("contacts_1", content)

    summary = place.land()

    assert ids(place) == (["2", "4", "6"] if format_ == "csv" else ["2", "4"])
    assert summary.erased_rows == erased
    ((lines, lost, rows),) = place.query(
        "select lines, erased_lines, erased_rows from ledger.loads"
    )
    delivered = {"csv": 9, "xlsx": 5}.get(format_, 4)
    assert (lines, lost, rows) == (delivered, erased + (format_ == "csv"), erased)
    assert not is_found(place)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_archived_file_is_written_anew_and_known_when_it_comes_again(crm, shape, tmp_path):
    format_, settings, content, erased = SHAPES[shape]
    place = crm(format_, settings)
    place.deliver("contacts_1", content)
    place.land()
    assert is_found(place)
    Suppression.load().add(PEOPLE)

    scrubbed = scrub_archive(place.connection, [place.source], archive=place.archive)
    replayed(place, tmp_path)
    place.deliver("contacts_1", content)
    place.land()

    assert (scrubbed.files, scrubbed.rows) == (1, erased)
    assert place.statuses() == ["loaded", "duplicate"]
    assert place.query("select distinct erased_rows from ledger.loads") == [(erased,)]
    assert not is_found(place)


def replayed(place, tmp_path):
    """The warehouse from the archive, in the place of the one that there was."""
    for table in ("deliveries", "loads", "rejects"):
        place.connection.execute(f"delete from ledger.{table}")
    place.connection.execute("delete from raw_crm.contacts")
    replay(place.connection, [place.source], archive=place.archive)
    assert check_accounting(place.connection) == []


def test_who_is_only_mentioned_loses_the_word_and_keeps_the_row(crm):
    place = crm("jsonl")
    Suppression.load().add(PEOPLE)
    place.deliver("contacts_1", SHAPES["lines"][2])

    place.land()

    assert "told by [erased], at noon" in notes(place)


def test_things_of_theirs_go_with_them_in_other_files(crm, place, tmp_path):
    crm("jsonl")
    visits = """
sources:
  - name: crm
    schema: raw_crm
    config: {meta: {landing_format: csv}}
    tables:
      - name: contacts
        config:
          meta:
            landing_file: "contacts_*"
            landing_document: {id: contact}
        columns: [{name: id}, {name: email, config: {meta: {personal_data: email}}}]
      - name: visits
        config: {meta: {landing_file: "visits_*", landing_person: {contact: document contact}}}
        columns: [{name: contact}, {name: place}]
"""
    place.contracts = tmp_path / "other"
    place.connection.execute("drop schema raw_crm cascade")
    place.declare("crm", visits)
    # Who visits lands first: what a contact of theirs is, nobody knows yet.
    archive = place.archive
    from orchestration.landing import land

    for table, name, content in (
        (1, "visits_1", "contact,place\n7,north\n8,south\n"),
        (0, "contacts_1", f"id,email\n7,{ANNA}\n8,bob@mail.example\n"),
    ):
        place.deliver(name, content)
        land(
            place.connection,
            place.source.tables[table],
            place.folder,
            claims=place.claims,
            archive=archive,
            quiet_seconds=0,
        )
    Suppression.load().add(PEOPLE)

    scrubbed = scrub_archive(place.connection, [place.source], archive=archive)

    assert scrubbed.by_table == {"crm.visits": 1, "crm.contacts": 1}


def test_a_refused_row_and_a_file_that_nobody_can_read_lose_them_too(crm):
    place = crm("jsonl")
    Suppression.load().add(PEOPLE)
    place.deliver("contacts_1", json.dumps(ROWS[3]) + f'\n{{"id": "9", "email": "{ANNA}\n')
    place.deliver("letters_1", f"Dear {ANNA},\n")

    place.land()

    assert place.rejects() == []
    assert place.statuses() == ["loaded", "unknown_file"]
    assert not is_found(place)
    assert ANNA.encode() not in everything(place.archive.quarantine_folder)


def test_a_file_of_which_nothing_is_left_is_still_a_load(crm):
    place = crm("jsonl")
    Suppression.load().add(PEOPLE)
    place.deliver("contacts_1", json.dumps(ROWS[0]) + "\n")

    place.land()

    assert place.statuses() == ["loaded"]
    assert place.query("select lines, loaded_rows, erased_rows from ledger.loads") == [(1, 0, 1)]


def test_killed_at_any_step_the_next_try_takes_them_out(crm, tmp_path):
    """Each step of a scrubbing is the last one of a run, then a whole try follows."""
    place = crm("csv")
    place.deliver("contacts_1", SHAPES["csv"][2])
    place.deliver("contacts_2", "id,email,phone,note\n1,,,\n")
    place.land()
    Suppression.load().add(PEOPLE)
    for step in count():
        told = iter(range(step))

        def kill(_, told=told):
            next(told)

        try:
            scrub_archive(place.connection, [place.source], archive=place.archive, told=kill)
        except StopIteration:
            # What a run would do first: give the manifest what only the ledger knows.
            place.archive.restore_manifest(archived_deliveries(place.connection))
        else:
            break

    assert step == 4
    assert len(list(place.archive.deliveries())) == 2
    assert all(place.archive.path(one.content_hash).exists() for one in place.archive.deliveries())
    replayed(place, tmp_path)
    assert ids(place) == ["1", "2", "4", "6"]
    assert not is_found(place)


def test_a_list_says_nobody_and_is_private(tmp_path):
    suppression = Suppression.load(tmp_path / "privacy")
    assert not suppression
    assert suppression.add(PEOPLE) == 2
    assert suppression.add(PEOPLE) == 0

    again = Suppression.load(tmp_path / "privacy")

    assert again.has("email", " ANNA@mail.example ")
    assert not again.has("phone", ANNA)
    assert ANNA.encode() not in everything(tmp_path)
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "privacy").iterdir())


@pytest.mark.parametrize(
    ("space", "value", "known"),
    [
        ("email", " Anna@Mail.Example", "anna@mail.example"),
        ("phone", "0048 601-234-567", "48601234567"),
        ("phone", "+48601234567", "48601234567"),
        ("handle", "@Anna_1", "anna_1"),
        ("crm", " 0012 ", "0012"),
    ],
)
def test_values_are_known_by_their_normal_form(space, value, known):
    assert normal(space, value) == known
