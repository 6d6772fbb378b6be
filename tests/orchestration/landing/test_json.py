import gzip
import json

import pytest

from orchestration.landing import desk
from orchestration.landing.formats import documents, element_check


def payloads(place):
    return place.query("select payload, _line from raw_web.events order by _load_id, _line")


def test_each_line_is_kept_verbatim(web):
    place = web()
    lines = [
        '{"id": 12345678901234567890123, "price": 1.10,  "x": "\\u00e9"}',
        '{"id":"2","a":"Größe","a":1}',
    ]
    place.deliver("events_1.jsonl", f"{lines[0]}\r\n\n  \n{lines[1]}")

    place.land()

    assert payloads(place) == [(lines[0], 1), (lines[1], 4)]
    assert place.query("select lines, blank_lines, row_lines from ledger.loads") == [(4, 2, 2)]
    assert place.query("select payload ->> '$.id' from raw_web.events order by _line") == [
        ("12345678901234567890123",),
        ("2",),
    ]


@pytest.mark.parametrize(
    ("bad_line", "reason_code"),
    [
        pytest.param(b'{"id":2', "bad_json", id="cut"),
        pytest.param(b'{"id":2} {"id":3}', "bad_json", id="two on one line"),
        pytest.param(b'{"id":2,"x":"\\ud800"}', "bad_json", id="lone surrogate"),
        pytest.param(b"[1]", "not_an_object", id="array"),
        pytest.param(b'"2"', "not_an_object", id="text"),
        pytest.param(b"null", "not_an_object", id="null"),
        pytest.param(b'{"ID":2}', "no_key", id="key in capitals"),
        pytest.param(b'{"id":null}', "no_key", id="null key"),
        pytest.param(b'{"id":" "}', "no_key", id="blank key"),
        pytest.param(b'{"id":2,"x":"a\0b"}', "nul", id="NUL"),
        pytest.param(b'{"id":2,"x":"a\\u0000b"}', "nul", id="escaped NUL"),
        pytest.param(b'{"id":2,"x":"Gr\xf6\xdfe"}', "undecodable", id="another encoding"),
    ],
)
def test_a_bad_line_is_refused_alone(web, bad_line, reason_code):
    place = web()
    place.deliver("events_1.jsonl", b'{"id":1}\n' + bad_line + b'\n{"id":3,"x":"\\\\u0000"}\n')

    place.land()

    assert payloads(place) == [('{"id":1}', 1), ('{"id":3,"x":"\\\\u0000"}', 3)]
    assert [reject[:3] for reject in place.rejects()] == [(2, 1, reason_code)]
    assert place.rejects()[0][3].rstrip(b"\n") == bad_line


def test_a_line_longer_than_an_element_may_be_is_refused_alone(web, read_here, monkeypatch):
    monkeypatch.setattr(element_check, "MAX_ELEMENT_BYTES", 1000)
    place = web()
    place.deliver("events_1.jsonl", '{"id":1}\n{"id":2,"x":"' + "x" * 1000 + '"}\n{"id":3}\n')

    place.land()

    assert payloads(place) == [('{"id":1}', 1), ('{"id":3}', 3)]
    assert place.rejects()[0][:3] == (2, 1, "too_large")


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "utf-8-sig"])
def test_lines_in_a_declared_encoding(web, encoding):
    place = web(settings=f", landing_encoding: {encoding}")
    place.deliver("events_1.jsonl", '{"id":1,"x":"Größe"}\n{"id":2}\n'.encode(encoding))

    place.land()

    assert payloads(place) == [('{"id":1,"x":"Größe"}', 1), ('{"id":2}', 2)]


def test_a_file_of_blank_lines_is_quarantined(web):
    place = web()
    place.deliver("events_1.jsonl", "\n \n")

    place.land()

    assert place.quarantine_reason()[0] == "empty"


def test_a_large_file_is_streamed_with_its_rejects_listed(web, monkeypatch):
    monkeypatch.setattr(desk, "_BYTES_AT_ONCE", 1 << 20)
    place = web()
    lines = [json.dumps({"id": number, "x": "y" * 100}) for number in range(100_000)]
    lines[70_000] = "{broken"
    place.deliver("events_1.jsonl.gz", gzip.compress("\n".join(lines).encode(), 1))

    summary = place.land()

    assert (summary.loaded_rows, summary.rejected_rows) == (99_999, 1)
    assert place.rejects() == [(70_001, 1, "bad_json", b"{broken")]
    assert place.query(
        "select count(*), bool_and((payload ->> '$.id')::int = _line - 1) from raw_web.events"
    ) == [(99_999, True)]


def test_a_large_file_that_turns_out_bad_leaves_nothing_behind(web, monkeypatch):
    monkeypatch.setattr(desk, "_BYTES_AT_ONCE", 1 << 20)
    place = web()
    lines = [json.dumps({"id": number, "x": "y" * 100}) for number in range(100_000)]
    place.deliver("events_1.jsonl.gz", gzip.compress("\n".join(lines).encode(), 1)[:-20])

    place.land()

    assert place.quarantine_reason()[0] == "gzip_damaged"
    assert payloads(place) == []
    assert place.query("select count(*) from ledger.loads") == [(0,)]


ELEMENTS = ['{"id":1, "x":[{"a":"},{"},[]]}', '{"id":"2","y":"\\"]\\\\"}', '{"id":3}']


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param("[{}]", "", id="array"),
        pytest.param(" [\n  {}\n]\n", "", id="pretty array"),
        pytest.param('{"orders":[{}]}', ", landing_records_path: orders", id="wrapped"),
        pytest.param(
            '{"page":{"orders":[1]}, "é" : "x", "orders" : [ {} ], "next":"a]}"}\n',
            ", landing_records_path: orders",
            id="wrapped with company",
        ),
    ],
)
def test_the_elements_of_an_array_are_kept_verbatim(web, text, settings):
    place = web("json", settings)
    place.deliver("events_1.json", text.replace("{}", " ,\n ".join(ELEMENTS), 1))

    place.land()

    assert payloads(place) == list(zip(ELEMENTS, (1, 2, 3), strict=True))
    assert place.query("select counted_unit, lines from ledger.loads") == [("element", 3)]


@pytest.mark.parametrize(
    "separator", [pytest.param("", id="nothing"), pytest.param("\n", id="a line break")]
)
def test_objects_one_after_another_are_elements(web, separator):
    place = web("json")
    place.deliver("events_1.json", separator.join(ELEMENTS))

    place.land()

    assert payloads(place) == list(zip(ELEMENTS, (1, 2, 3), strict=True))


def test_an_element_may_be_cut_by_the_end_of_a_chunk(web, read_here, monkeypatch):
    monkeypatch.setattr("orchestration.landing.decoding.CHUNK_BYTES", 7)
    place = web("json", ", landing_records_path: orders")
    place.deliver("events_1.json", '{"é":1,"orders":[' + ",".join(ELEMENTS) + ']  , "z":[1]}')

    place.land()

    assert payloads(place) == list(zip(ELEMENTS, (1, 2, 3), strict=True))


@pytest.mark.parametrize(
    ("elements", "is_guessed"),
    [
        pytest.param([f'{{"id":{number},"x":"}},{{"}}' for number in range(50)], True, id="flat"),
        pytest.param(['{"id":1,"x":[{"id":2},{"id":3}]}', '{"id":4}'] * 20, False, id="nested"),
        pytest.param(['{"x":1,"id":1}', '{"id":4}', '{"x":2,"id":5}'] * 9, False, id="keys vary"),
    ],
)
@pytest.mark.parametrize("separator", [",", " ,\n  "])
def test_a_guess_about_the_layout_changes_nothing(
    web, read_here, monkeypatch, elements, is_guessed, separator
):
    monkeypatch.setattr(documents, "_GUESSED_FROM_BYTES", 100)
    monkeypatch.setattr("orchestration.landing.decoding.CHUNK_BYTES", 150)
    guesses = []
    really_cut = documents.cutting.elements_between
    monkeypatch.setattr(
        documents.cutting,
        "elements_between",
        lambda *arguments: guesses.append(1) or really_cut(*arguments),
    )
    place = web("json")
    place.deliver("events_1.json", f"[{separator.join(elements)}]")

    place.land()

    assert payloads(place) == [(text, line) for line, text in enumerate(elements, start=1)]
    assert (len(guesses) > 2) is is_guessed


def test_an_empty_array_is_loaded_with_no_row(web):
    place = web("json")
    place.deliver("events_1.json", "[ ]")

    place.land()

    assert place.statuses() == ["loaded"]
    assert payloads(place) == []


def test_a_bad_element_is_refused_alone(web):
    place = web("json")
    place.deliver("events_1.json", '[{"id":1}, 5, {"id":2 "x":1}, {"x":1}, null, {"id":3}]')

    place.land()

    assert payloads(place) == [('{"id":1}', 1), ('{"id":3}', 6)]
    assert place.rejects() == [
        (2, 1, "not_an_object", b"5"),
        (3, 1, "bad_json", b'{"id":2 "x":1}'),
        (4, 1, "no_key", b'{"x":1}'),
        (5, 1, "not_an_object", b"null"),
    ]


@pytest.mark.parametrize(
    ("text", "settings", "reason_code"),
    [
        pytest.param('[{"id":1},{"id":2}', "", "bad_json", id="array cut"),
        pytest.param('[{"id":1},{"id":', "", "bad_json", id="element cut"),
        pytest.param('[{"id":1},]', "", "bad_json", id="comma too many"),
        pytest.param('[{"id":1},,{"id":2}]', "", "bad_json", id="two commas"),
        pytest.param('[{"id":1}]]', "", "bad_json", id="bracket too many"),
        pytest.param('[{"id":1}] []', "", "bad_json", id="something follows"),
        pytest.param('{"id":1', "", "bad_json", id="object cut"),
        pytest.param('"text"', "", "shape", id="text"),
        pytest.param(" \n", "", "empty", id="nothing"),
        pytest.param('{"a":[]}', ", landing_records_path: orders", "shape", id="no such key"),
        pytest.param("[]", ", landing_records_path: orders", "shape", id="not wrapped"),
        pytest.param('{"orders":{}}', ", landing_records_path: orders", "shape", id="no array"),
        pytest.param(
            '{"orders":[{"id":1}]', ", landing_records_path: orders", "bad_json", id="wrapper cut"
        ),
    ],
)
def test_a_document_that_is_not_whole_is_quarantined(web, text, settings, reason_code):
    place = web("json", settings)
    place.deliver("events_1.json", text)

    place.land()

    assert place.quarantine_reason()[0] == reason_code
    assert payloads(place) == []
