"""A file whose rows are all refused says why, and is not called loaded."""

import pytest

HEADER = "receipt_no,Loyalty Card,amount\n"
NAMES = {
    "cp1251": ("Иванов", "Пётр", "Ольга", "Анна"),
    "shift_jis": ("田中", "佐藤", "鈴木さん"),
    "gb18030": ("张伟", "王芳", "李娜"),
    "cp1252": ("Müller", "Zoë", "Françoise"),
}


@pytest.mark.parametrize("encoding", NAMES)
def test_a_file_in_one_other_encoding_is_refused_and_the_encoding_named(pos, encoding):
    names = NAMES[encoding]
    rows = [f"{number},C{number},5" for number in range(40)]
    rows[5:5] = [f"{name},C0,7" for name in names[:3]]
    place = pos()
    place.deliver(
        "receipts_2026-01-02.csv", HEADER.encode() + "\n".join(rows).encode(encoding) + b"\n"
    )

    place.land()

    reason_code, reason = place.quarantine_reason()
    assert reason_code == "undecodable"
    assert f"all 3 rows with letters beyond ASCII are {encoding} text, not utf-8" in reason


def test_a_stray_row_beside_readable_letters_is_refused_alone(pos):
    place = pos()
    rows = ["Zoë,C1,5".encode(), "Müller,C2,5".encode("cp1252"), "Noël,C3,5".encode("cp1252")]
    place.deliver("receipts_2026-01-02.csv", HEADER.encode() + b"\n".join(rows) + b"\n")

    place.land()

    assert place.statuses() == ["loaded"]
    assert [reason for _, _, reason, _ in place.rejects()] == ["undecodable"] * 2


@pytest.mark.parametrize(
    ("format", "content", "cause"),
    [
        pytest.param(
            "jsonl", '[{"id": 1}, {"id": 2}]\n', "declare landing_format json", id="array"
        ),
        pytest.param(
            "jsonl", '[\n  {\n    "id": 1\n  }\n]\n', "declare landing_format json", id="pretty"
        ),
        pytest.param(
            "json", '{"data": [{"id": 1}, {"id": 2}]}', "landing_records_path", id="wrapped"
        ),
        pytest.param("json", '[{"name": "a"}, {"name": "b"}]', "has the key (id)", id="no key"),
    ],
)
def test_a_document_of_which_nothing_is_loaded_is_refused(web, format, content, cause):
    place = web(format)
    place.deliver("events_1", content)

    place.land()

    reason_code, reason = place.quarantine_reason()
    assert reason_code == "nothing_loaded"
    assert cause in reason


def test_one_field_too_many_in_each_row_is_refused(pos):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", HEADER + "1,C1,5,x\n2,C2,5,x\n3,C3,5,x\n")

    place.land()

    reason_code, reason = place.quarantine_reason()
    assert reason_code == "nothing_loaded"
    assert "none of 3 rows could be loaded: each has 1 field more than the header" in reason
