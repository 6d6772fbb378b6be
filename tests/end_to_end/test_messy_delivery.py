"""Everything that can be wrong with a delivery, all at once: one landing, one build.

Every case has a day of its own and money of its own, so that the marts tell the cases apart. What
can only come later (a file again, its correction) comes in the second and third delivery; the marts
are built once, after the last.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.landing import check_accounting
from orchestration.landing.__main__ import app as landing
from orchestration.warehouse.dbt_invocation import run_dbt

HEADER = (
    "Store;Till;Receipt No;Line;Date;Time;Article;Description;Quantity;Unit Price;Discount;Amount;"
    "Currency;Payment;Card No;Original Receipt"
)
GERMAN_HEADER = (
    "Filiale;Kasse;Bonnummer;Zeile;Datum;Zeit;Artikel;Text;Menge;Preis;Rabatt;Betrag;"
    "Währung;Zahlung;Kartennummer;Ursprungsbon"
)


def receipt(number: str, day: str, euros: int, article: str = "Kännchen") -> str:
    """One line of a till's file: the only line of its receipt."""
    year, month, day_of_month = day.split("-")
    return (
        f"S04;1;{number};1;{day_of_month}.{month}.{year};12:00:00;PR001;{article};1;{euros},50;0,50;"
        f"{euros},00;EUR;Barzahlung;;"
    )


def till_file(*lines: str, header: str = HEADER, encoding: str = "latin-1") -> bytes:
    return "".join(f"{line}\n" for line in (header, *lines)).encode(encoding)


def view(message_id: str, day: str, product: str, **changes: object) -> str:
    """One product view, as the event stream archives it."""
    at = f"{day}T10:00:00.000Z"
    message = {
        "messageId": message_id,
        "type": "track",
        "event": "Product Viewed",
        "anonymousId": "visitor-1",
        "properties": {"product_id": product},
        "context": {"locale": "de-DE"},
        "originalTimestamp": at,
        "sentAt": at,
        "receivedAt": at,
        "timestamp": at,
    }
    return json.dumps(message | changes)


def web_file(*lines: str | bytes) -> bytes:
    encoded = (line if isinstance(line, bytes) else line.encode() for line in lines)
    return gzip.compress(b"".join(line + b"\n" for line in encoded), mtime=0)


DUPLICATE = till_file(receipt("A1", "2026-01-02", 10), receipt("A2", "2026-01-02", 20))
RENAMED = till_file(receipt("B1", "2026-01-03", 30), receipt("B2", "2026-01-03", 40))
UNCORRECTED = till_file(
    receipt("C1", "2026-01-04", 9000), receipt("C2", "2026-01-04", 50), "S04;1;C3;1"
)
CORRECTED = till_file(receipt("C1", "2026-01-04", 90), receipt("C4", "2026-01-04", 60))
TRUNCATED = web_file(view("t1", "2026-01-15", "T1"), view("t2", "2026-01-15", "T2"))[:-12]
WRONG_HEADER = till_file(receipt("G1", "2026-01-09", 1000), header=GERMAN_HEADER)
WRONG_ENCODING = till_file(
    *(receipt(f"H{number}", "2026-01-10", 1000) for number in range(5)), encoding="utf-8"
)
REMOVED_COLUMN = till_file(
    receipt("K1", "2026-01-13", 1000).replace(";0,50;", ";"), header=HEADER.replace("Discount;", "")
)
ADDED_KEY = view("k1", "2026-01-12", "K1", experiment={"name": "blue button"})
REMOVED_KEYS = json.dumps(
    {
        key: value
        for key, value in json.loads(view("k2", "2026-01-12", "K2")).items()
        if key not in ("context", "sentAt", "originalTimestamp")
    }
)
NOTHING_ZIPPED = gzip.compress(b"", mtime=0)
# Source, name and content of a file that is refused as a whole; why, and what people are told.
QUARANTINED = {
    "wrong header": (
        *("pos", "receipts_2026-01-09.csv", WRONG_HEADER),
        *("header", "missing columns: Store, Till"),
    ),
    "wrong encoding": (
        *("pos", "receipts_2026-01-10.csv", WRONG_ENCODING),
        *("undecodable", "5 of 5 rows aren't"),
    ),
    "empty file": (
        *("pos", "receipts_2026-01-11.csv", b""),
        *("empty", "no bytes"),
    ),
    "removed column": (
        *("pos", "receipts_2026-01-13.csv", REMOVED_COLUMN),
        *("header", "missing columns: Discount."),
    ),
    "nothing zipped": (
        *("web", "events_2026-01-11.jsonl.gz", NOTHING_ZIPPED),
        *("empty", "no bytes once unzipped"),
    ),
    "truncated gzip": (
        *("web", "events_2026-01-15.jsonl.gz", TRUNCATED),
        *("gzip_damaged", "ends too early"),
    ),
}
# Read as patterns, each of these names would find another of them, or all.
GLOB_NAMES = {
    "receipts_2026-01-14[1].csv": "L1",
    "receipts_2026-01-141.csv": "L2",
    "receipts_2026-01-14*.csv": "L3",
    "receipts_2026-01-14?.csv": "L4",
}


def quarantined(source: str) -> dict[str, bytes]:
    return {name: content for sender, name, content, *_ in QUARANTINED.values() if sender == source}


DELIVERIES = (
    {
        "pos": {
            "receipts_2026-01-02.csv": DUPLICATE,
            "receipts_2026-01-03.csv": RENAMED,
            "receipts_2026-01-03_copy.csv": RENAMED,
            "receipts_2026-01-04.csv": UNCORRECTED,
            # The day before is still missing. It overlaps: E1 was corrected at the till since.
            "receipts_2026-01-06.csv": till_file(
                receipt("E1", "2026-01-05", 70), receipt("E3", "2026-01-06", 80)
            ),
            "receipts_2026-01-07.csv": till_file(
                receipt("F1", "2026-01-07", 100),
                "S04;1;F2;1;07.01.2026;12:00:00;PR001",
                receipt("F3", "2026-01-07", 1000) + ";one;two",
                receipt("F4", "2026-01-07", 110),
            ),
            "receipts_2026-01-08.csv": till_file(
                receipt("Q1", "2026-01-08", 120),
                receipt("Q2", "2026-01-08", 1000, article='"Kännchen'),
                receipt("Q3", "2026-01-08", 130),
                receipt("Q4", "2026-01-08", 140, article='"Tee; grün"'),
                receipt("Q5", "2026-01-08", 150),
            ),
            "receipts_2026-01-12.csv": till_file(
                receipt("J1", "2026-01-12", 160) + ";1,50",
                receipt("J2", "2026-01-12", 170) + ";",
                header=f"{HEADER};Trinkgeld",
            ),
            **{
                name: till_file(receipt(number, "2026-01-14", 180))
                for name, number in GLOB_NAMES.items()
            },
            **quarantined("pos"),
        },
        "web": {
            "events_2026-01-06.jsonl.gz": web_file(
                view("e1", "2026-01-05", "E1", receivedAt="2026-01-06T10:00:00.000Z"),
                view("e2", "2026-01-06", "E2"),
            ),
            "events_2026-01-07.jsonl.gz": web_file(
                view("f1", "2026-01-07", "F1"),
                view("f2", "2026-01-07", "F2")[:40],
                f"[{view('f3', '2026-01-07', 'F3')}]",
                view("", "2026-01-07", "F4"),
                view("f5", "2026-01-07", "Kännchen").replace("\\u00e4", "ä").encode("latin-1"),
                view("f6", "2026-01-07", "F6"),
            ),
            "events_2026-01-12.jsonl.gz": web_file(ADDED_KEY, REMOVED_KEYS),
            **quarantined("web"),
        },
    },
    {
        "pos": {
            "receipts_2026-01-02.csv": DUPLICATE,
            "receipts_2026-01-30.csv": RENAMED,
            "receipts_2026-01-04.csv": CORRECTED,
            "receipts_2026-01-05.csv": till_file(
                receipt("E1", "2026-01-05", 7000), receipt("E2", "2026-01-05", 75)
            ),
        },
        "web": {
            "events_2026-01-05.jsonl.gz": web_file(
                view("e1", "2026-01-05", "E1"), view("e3", "2026-01-05", "E3")
            ),
        },
    },
    {"pos": {"receipts_2026-01-04.csv": UNCORRECTED}},
)


class Accounts(NamedTuple):
    """The lines of a file's live load: what the ledger says of them, and what is really there."""

    lines: int
    header_lines: int
    raw_rows: int
    listed_lines: int


# A folder within a source's folder: nothing in it is landed, and it is said.
NOT_LANDED = Path("pos", "2026", "receipts_2026-01-01.csv")


@dataclass(frozen=True)
class Outcome:
    """What became of the deliveries: ledger and raw tables, and the marts as `cx`."""

    data: Path
    connection: duckdb.DuckDBPyConnection

    def query(self, sql: str, *parameters: str) -> list[tuple]:
        return self.connection.execute(sql, parameters).fetchall()

    def deliveries(self, file_name: str) -> list[str]:
        """What became of each arrival of a file, with the reason if it was refused."""
        rows = self.query(
            "select concat_ws(': ', status, reason_code) from ledger.deliveries "
            "where file_name = ? order by delivery_id",
            file_name,
        )
        return [status for (status,) in rows]

    def accounts(self, file_name: str) -> Accounts | None:
        """None if nothing of the file is loaded."""
        rows = self.query(
            """
            select
                lines,
                header_lines,
                (
                    select count(*)
                    from (
                        select _load_id from raw_pos.receipts
                        union all
                        select _load_id from raw_web.events
                    )
                    where _load_id = load_id
                ),
                (
                    select coalesce(sum(line_count), 0)
                    from ledger.rejects
                    where rejects.load_id = loads.load_id
                )
            from ledger.loads
            where file_name = ? and superseded_by is null
            """,
            file_name,
        )
        return Accounts(*rows[0]) if rows else None

    def refused(self, source: str, day: str) -> list[tuple]:
        """What the mart lists of the files of a day: unit, reason, how many, lines."""
        return self.query(
            "select refused_unit, reason_code, refused_count, line_count "
            "from cx.marts.rejected_rows where source_name = ? and file_date = ? order by all",
            source,
            day,
        )

    def orders(self, day: str) -> dict[str, Decimal]:
        """The money of each receipt of a day."""
        return dict(
            self.query(
                "select split_part(source_order_id, '-', 2), amount from cx.marts.fct_orders "
                "where ordered_date = ? order by all",
                day,
            )
        )

    def till_visits(self, day: str) -> dict[str, Decimal]:
        """The same money, as the touchpoints have it."""
        return dict(
            self.query(
                "select split_part(source_order_id, '-', 2), revenue_amount "
                "from cx.marts.fct_touchpoints "
                "inner join cx.marts.fct_orders using (order_key) "
                "where touchpoint_type_slug = 'store_purchase' and occurred_date = ? order by all",
                day,
            )
        )

    def views(self, day: str) -> list[str]:
        """The products that were viewed on a day, one for each touchpoint."""
        rows = self.query(
            "select product_key from cx.marts.fct_touchpoints "
            "where source_name = 'web' and occurred_date = ? order by all",
            day,
        )
        return [product for (product,) in rows]


def land(data: Path) -> None:
    """Deliver and land one delivery after the other, with the command that a person types."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(data))
        patch.setenv("THROUGHLINE_QUIET_SECONDS", "0")
        (data / "landing" / NOT_LANDED).parent.mkdir(parents=True)
        (data / "landing" / NOT_LANDED).write_text("lost")
        for delivery in DELIVERIES:
            for source, files in delivery.items():
                folder = data / "landing" / source
                folder.mkdir(parents=True, exist_ok=True)
                for name, content in files.items():
                    (folder / name).write_bytes(content)
            landed = CliRunner().invoke(landing, ["pos", "web"])
            assert landed.exit_code == 0, landed.output


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    data = tmp_path_factory.mktemp("messy")
    (data / "build").mkdir()
    land(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(data))
        built = run_dbt(
            *("build", "--resource-type", "seed", "--resource-type", "model"),
            *("--select", "+fct_orders", "+fct_touchpoints", "+rejected_rows"),
            *("+data_reconciliation", "+data_freshness"),
        )
    assert built.success, built.exception
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("attach ? as cx (read_only)", [str(data / "build" / "cx.duckdb")])
        yield Outcome(data, connection)


def test_a_duplicate_file_is_loaded_once(outcome):
    name, day = "receipts_2026-01-02.csv", "2026-01-02"

    assert outcome.deliveries(name) == ["loaded", "duplicate"]
    assert outcome.accounts(name) == Accounts(3, 1, raw_rows=2, listed_lines=0)
    assert outcome.orders(day) == outcome.till_visits(day) == {"A1": 10, "A2": 20}


def test_a_renamed_file_is_loaded_once(outcome):
    day = "2026-01-03"

    assert outcome.deliveries("receipts_2026-01-03.csv") == ["loaded"]
    for other_name in ("receipts_2026-01-03_copy.csv", "receipts_2026-01-30.csv"):
        assert outcome.deliveries(other_name) == ["duplicate"]
        assert outcome.accounts(other_name) is None
    assert outcome.accounts("receipts_2026-01-03.csv") == Accounts(3, 1, 2, 0)
    assert outcome.orders(day) == outcome.till_visits(day) == {"B1": 30, "B2": 40}


def test_a_corrected_file_replaces_the_first_and_the_first_again_changes_nothing(outcome):
    name, day = "receipts_2026-01-04.csv", "2026-01-04"

    assert outcome.deliveries(name) == ["loaded", "superseding", "duplicate_of_superseded"]
    assert outcome.accounts(name) == Accounts(3, 1, raw_rows=2, listed_lines=0)
    assert outcome.orders(day) == outcome.till_visits(day) == {"C1": 90, "C4": 60}
    assert outcome.refused("pos", day) == [], "its ragged row went with it"
    ((listed_of_replaced,),) = outcome.query(
        "select count(*) from ledger.rejects inner join ledger.loads using (load_id) "
        "where superseded_by is not null"
    )
    assert listed_of_replaced == 0


def test_a_day_that_arrives_after_the_next_one_changes_nothing_that_is_newer(outcome):
    for day in ("2026-01-05", "2026-01-06"):
        name = f"receipts_{day}.csv"
        assert outcome.deliveries(name) == ["loaded"]
        assert outcome.accounts(name) == Accounts(3, 1, raw_rows=2, listed_lines=0)

    assert outcome.orders("2026-01-05") == {"E1": 70, "E2": 75}
    assert outcome.till_visits("2026-01-05") == {"E1": 70, "E2": 75}
    assert outcome.orders("2026-01-06") == outcome.till_visits("2026-01-06") == {"E3": 80}


def test_a_retry_that_was_landed_before_the_first_attempt_is_one_touchpoint(outcome):
    for day in ("2026-01-05", "2026-01-06"):
        name = f"events_{day}.jsonl.gz"
        assert outcome.deliveries(name) == ["loaded"]
        assert outcome.accounts(name) == Accounts(2, 0, raw_rows=2, listed_lines=0)

    assert outcome.views("2026-01-05") == ["E1", "E3"]
    assert outcome.views("2026-01-06") == ["E2"]
    received = outcome.query(
        "select received_at::varchar from cx.marts.fct_touchpoints "
        "where source_name = 'web' and product_key = 'E1'"
    )
    assert received == [("2026-01-05 10:00:00",)]


def test_a_ragged_row_is_refused_alone(outcome):
    name, day = "receipts_2026-01-07.csv", "2026-01-07"

    assert outcome.deliveries(name) == ["loaded"]
    assert outcome.accounts(name) == Accounts(5, 1, raw_rows=2, listed_lines=2)
    assert outcome.refused("pos", day) == [("row", "field_count", 2, 2)]
    assert outcome.orders(day) == outcome.till_visits(day) == {"F1": 100, "F4": 110}


def test_an_unclosed_quote_costs_its_own_row(outcome):
    name, day = "receipts_2026-01-08.csv", "2026-01-08"
    sold = {"Q1": 120, "Q3": 130, "Q4": 140, "Q5": 150}

    assert outcome.deliveries(name) == ["loaded"]
    assert outcome.accounts(name) == Accounts(6, 1, raw_rows=4, listed_lines=1)
    assert outcome.refused("pos", day) == [("row", "broken_quote", 1, 1)]
    assert outcome.orders(day) == outcome.till_visits(day) == sold


def test_a_bad_json_line_is_refused_alone(outcome):
    name, day = "events_2026-01-07.jsonl.gz", "2026-01-07"

    assert outcome.deliveries(name) == ["loaded"]
    assert outcome.accounts(name) == Accounts(6, 0, raw_rows=2, listed_lines=4)
    assert outcome.refused("web", day) == [
        ("row", reason, 1, 1) for reason in ("bad_json", "no_key", "not_an_object", "undecodable")
    ]
    assert outcome.views(day) == ["F1", "F6"]


@pytest.mark.parametrize(
    ("source", "name", "content", "reason_code", "told"), QUARANTINED.values(), ids=QUARANTINED
)
def test_a_file_that_cannot_be_trusted_is_kept_out_as_a_whole(
    outcome, source, name, content, reason_code, told
):
    day = name.split("_")[1][:10]

    assert outcome.deliveries(name) == [f"quarantined: {reason_code}"]
    ((reason,),) = outcome.query("select reason from ledger.deliveries where file_name = ?", name)
    assert told in reason
    assert outcome.accounts(name) is None
    quarantined = outcome.data / "quarantine" / hashlib.sha256(content).hexdigest()
    assert quarantined.read_bytes() == content
    assert outcome.refused(source, day) == [("file", reason_code, 1, 0)]
    if source == "pos":
        assert outcome.orders(day) == outcome.till_visits(day) == {}
    else:
        assert outcome.views(day) == []


def test_neither_a_refused_nor_a_renamed_file_makes_its_source_look_fresh(outcome):
    freshness = outcome.query(
        "select source_name, delivery_count, quarantined_count, days_behind, "
        "last_file_date::varchar from cx.marts.data_freshness where delivery_count > 0 order by all"
    )

    assert freshness == [("pos", 21, 4, 0, "2026-01-14"), ("web", 6, 2, 2, "2026-01-12")]


def test_what_lies_in_landing_is_in_the_freshness_of_its_source(outcome):
    unlanded = outcome.query(
        "select source_name, unlanded_count, unlanded_since is not null "
        "from cx.marts.data_freshness where unlanded_count > 0"
    )

    assert unlanded == [("pos", 1, True)]


def test_an_added_column_is_kept_and_disturbs_nothing(outcome):
    name, day = "receipts_2026-01-12.csv", "2026-01-12"

    assert outcome.deliveries(name) == ["loaded"]
    assert outcome.accounts(name) == Accounts(3, 1, raw_rows=2, listed_lines=0)
    extras = outcome.query(
        'select "Receipt No", _extra from raw_pos.receipts where _extra is not null order by all'
    )
    assert extras == [("J1", '{"Trinkgeld": "1,50"}'), ("J2", '{"Trinkgeld": ""}')]
    assert outcome.orders(day) == outcome.till_visits(day) == {"J1": 160, "J2": 170}


def test_added_and_removed_keys_of_json_disturb_nothing(outcome):
    name, day = "events_2026-01-12.jsonl.gz", "2026-01-12"

    assert outcome.deliveries(name) == ["loaded"]
    assert outcome.accounts(name) == Accounts(2, 0, raw_rows=2, listed_lines=0)
    payloads = outcome.query(
        "select payload from raw_web.events where _file_date = ? order by _line", day
    )
    assert payloads == [(ADDED_KEY,), (REMOVED_KEYS,)]
    assert outcome.views(day) == ["K1", "K2"]


def test_a_file_name_with_glob_signs_is_a_name(outcome):
    for name, number in GLOB_NAMES.items():
        assert outcome.deliveries(name) == ["loaded"]
        assert outcome.accounts(name) == Accounts(2, 1, raw_rows=1, listed_lines=0)
        receipts = outcome.query(
            'select "Receipt No" from raw_pos.receipts '
            "inner join ledger.loads on load_id = _load_id where file_name = ?",
            name,
        )
        assert receipts == [(number,)]

    sold = dict.fromkeys(GLOB_NAMES.values(), 180)
    assert outcome.orders("2026-01-14") == outcome.till_visits("2026-01-14") == sold


def test_nothing_vanishes(outcome):
    delivered = [
        (source, name, content)
        for delivery in DELIVERIES
        for source, files in delivery.items()
        for name, content in files.items()
    ]
    contents = {hashlib.sha256(content).hexdigest(): content for _, _, content in delivered}

    listed = outcome.query("select source_name, file_name from ledger.deliveries order by all")
    assert listed == sorted((source, name) for source, name, _ in delivered)
    left = [path for path in (outcome.data / "landing").rglob("*") if path.is_file()]
    assert left == [outcome.data / "landing" / NOT_LANDED]
    for content_hash, content in contents.items():
        archived = outcome.data / "archive" / content_hash[:2] / content_hash
        assert archived.read_bytes() == content

    loads = outcome.query(
        "select file_name, content_hash from ledger.loads where superseded_by is null"
    )
    assert len(loads) == 16
    for name, content_hash in loads:
        content = contents[content_hash]
        text = gzip.decompress(content) if name.endswith(".gz") else content
        accounts = outcome.accounts(name)
        assert accounts.lines == text.count(b"\n")
        assert accounts.lines == (accounts.header_lines + accounts.raw_rows + accounts.listed_lines)
    assert check_accounting(outcome.connection) == []


def test_every_step_from_delivered_line_to_mart_reconciles(outcome):
    compared = outcome.query(
        "select source_name, unit, step_name, expected_value, actual_value "
        "from cx.marts.data_reconciliation order by all"
    )

    expected = [
        ("pos", "lines", "delivered lines are landed or listed", 41),
        ("pos", "money", "delivered money is read", 2_275),
        ("pos", "money", "money of the source is in the mart", 2_275),
        ("pos", "rows", "loaded rows are in the raw table", 22),
        ("pos", "rows", "orders of the source are in the mart", 21),
        ("pos", "rows", "raw rows are staged or superseded", 22),
        ("pos", "rows", "touchpoints of the channel are in the mart", 21),
        ("pos", "values", "delivered amounts are read", 21),
        ("web", "lines", "delivered lines are landed or listed", 12),
        ("web", "rows", "loaded rows are in the raw table", 8),
        ("web", "rows", "raw rows are staged or superseded", 8),
        ("web", "rows", "touchpoints of the channel are in the mart", 7),
    ]
    assert compared == [(*step, step[-1]) for step in expected]


def test_no_other_money_and_no_other_touchpoint_is_in_the_marts(outcome):
    orders = outcome.query("select count(*), sum(amount) from cx.marts.fct_orders")
    touchpoints = outcome.query(
        "select source_name, count(*), sum(revenue_amount) from cx.marts.fct_touchpoints "
        "group by all order by all"
    )

    assert orders == [(21, 2_275)]
    assert touchpoints == [("pos", 21, 2_275), ("web", 7, None)]


def test_the_reader_of_large_files_lands_the_same(outcome, tmp_path, monkeypatch):
    monkeypatch.setattr("orchestration.landing.desk._BULK_BYTES", 0)
    landed = {
        "ledger.loads": "* exclude (committed_at)",
        "ledger.rejects": "*",
        "raw_pos.receipts": "* exclude (_loaded_at)",
    }

    land(tmp_path)

    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as large:
        for relation, columns in landed.items():
            rows = f"select {columns} from {relation} order by all"
            assert large.execute(rows).fetchall() == outcome.query(rows), relation
