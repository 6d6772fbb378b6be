import gzip

import pytest

from orchestration.landing import desk
from orchestration.landing.reader import Reader

HEADER = "receipt_no,Loyalty Card,amount,note\n"


def rows(place):
    return place.query(
        'select receipt_no, "Loyalty Card", amount, note, _extra, _line '
        "from raw_pos.receipts order by _load_id, _line"
    )


def test_a_file_becomes_rows_of_text_with_their_lines(pos):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", HEADER + "0001,,1.50,hello\n0002,C7,2,\n")

    summary = place.land()

    assert (summary.loaded_rows, summary.rejected_rows) == (2, 0)
    assert rows(place) == [
        ("0001", None, "1.50", "hello", None, 2),
        ("0002", "C7", "2", None, None, 3),
    ]
    assert place.query("select lines, header_lines, row_lines from ledger.loads") == [(3, 1, 2)]
    assert place.query("select cast(file_date as varchar), bytes from ledger.deliveries") == [
        ("2026-01-02", 64)
    ]
    assert not list(place.folder.iterdir())


@pytest.mark.parametrize(
    ("bad_line", "reason_code"),
    [
        pytest.param("2,C2,5\n", "field_count", id="missing field"),
        pytest.param("2,C2,5,x,y\n", "field_count", id="one field too many"),
        pytest.param('2,"C2,5,x\n', "broken_quote", id="unclosed quote"),
        pytest.param('2,"C"2,5,x\n', "broken_quote", id="text after a closing quote"),
        pytest.param(" ,C2,5,x\n", "no_key", id="blank key"),
        pytest.param("2,C\0,5,x\n", "nul", id="NUL"),
        pytest.param("2,C\r2,5,x\n", "stray_line_break", id="lone carriage return"),
    ],
)
def test_a_bad_row_is_refused_alone(pos, bad_line, reason_code):
    place = pos(settings=", landing_key: [receipt_no]")
    place.deliver("receipts_2026-01-02.csv", HEADER + "1,C1,5,x\n" + bad_line + "3,C3,5,x\n")

    place.land()

    assert [row[0] for row in rows(place)] == ["1", "3"]
    assert [row[-1] for row in rows(place)] == [2, 4]
    assert place.rejects() == [(3, 1, reason_code, bad_line.encode())]


def test_a_quoted_field_may_hold_delimiters_quotes_and_lines(pos):
    place = pos()
    place.deliver(
        "receipts_2026-01-02.csv",
        HEADER + '1,C1,5,"says ""hi"", then\n\nleaves"\n\n2,C2,5,"# no comment"\n',
    )

    place.land()

    assert rows(place) == [
        ("1", "C1", "5", 'says "hi", then\n\nleaves', None, 2),
        ("2", "C2", "5", "# no comment", None, 6),
    ]
    assert place.query("select lines, blank_lines, row_lines from ledger.loads") == [(6, 1, 4)]


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("last", [True, False], ids=["closed", "last line open"])
def test_line_breaks_of_every_kind(pos, line_break, last):
    place = pos()
    text = (HEADER + "1,C1,5,x\n2,C2,6,y\n").replace("\n", line_break)
    place.deliver("receipts_2026-01-02.csv", text if last else text.removesuffix(line_break))

    place.land()

    assert [row[:4] for row in rows(place)] == [("1", "C1", "5", "x"), ("2", "C2", "6", "y")]


def test_mixed_line_breaks(pos):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", HEADER + "1,C1,5,x\r\n2,C2,6,y\n3,C3,7,z\r\n")

    place.land()

    assert [row[0] for row in rows(place)] == ["1", "2", "3"]


def test_a_return_within_a_value_is_no_line_whatever_stands_beside_it(pos):
    place = pos()
    bad = b"2,C\xff,2,y\n"
    content = HEADER.encode() + b'1,"a\rb",1,x\n' + bad + b"3,C3,3,z\n"
    place.deliver("receipts_2026-01-02.csv", content)

    place.land()

    assert place.rejects() == [(3, 1, "undecodable", bad)]
    assert [(row[0], row[1], row[-1]) for row in rows(place)] == [("1", "a\rb", 2), ("3", "C3", 4)]


def test_a_broken_record_ends_before_the_next_whole_one(pos):
    place = pos()
    place.deliver(
        "receipts_2026-01-02.csv",
        HEADER + '1,C1,5,x\n2,C2,5,"free text\nover lines",one field too many\n3,C3,5,x\n',
    )

    place.land()

    assert [row[0] for row in rows(place)] == ["1", "3"]
    assert [reject[:3] for reject in place.rejects()] == [(3, 2, "field_count")]


@pytest.mark.parametrize(
    "quoted", [pytest.param(False, id="plain"), pytest.param(True, id="other rows quoted")]
)
def test_an_unclosed_quote_deep_in_a_large_file_costs_its_own_row_only(pos, quoted):
    place = pos()
    note = '"x"' if quoted else "x"
    lines = [f"{number},C{number},5,{note}\n" for number in range(1, 200_001)]
    lines[100_000] = '100001,C100001,5,"x\n'
    place.deliver("receipts_2026-01-02.csv", HEADER + "".join(lines))

    summary = place.land()

    assert (summary.loaded_rows, summary.rejected_rows) == (199_999, 1)
    assert place.rejects() == [(100_002, 1, "broken_quote", lines[100_000].encode())]
    assert place.query(
        "select count(distinct receipt_no), max(_line), min(note) = max(note) from raw_pos.receipts"
    ) == [(199_999, 200_001, True)]


@pytest.mark.parametrize(
    ("header", "named"),
    [
        pytest.param("receipt_no,amount,note\n", "Loyalty Card", id="removed column"),
        pytest.param("receipt_no,Card,amount,note\n", "Loyalty Card", id="renamed column"),
        pytest.param("receipt_no;Loyalty Card;amount;note\n", "receipt_no", id="delimiter"),
        pytest.param("1,C1,5,ada@example.com\n", "receipt_no", id="no header"),
        pytest.param("receipt_no,Loyalty Card,amount,AMOUNT\n", "amount", id="twice"),
        pytest.param("Till 7\nreceipt_no,Loyalty Card,amount,note\n", "receipt_no", id="preamble"),
    ],
)
def test_a_file_with_a_wrong_header_is_quarantined_whole(pos, header, named):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", header + "1,C1,5,x\n")

    place.land()

    reason_code, reason = place.quarantine_reason()
    assert reason_code == "header"
    assert named in reason
    assert "ada@" not in reason
    assert rows(place) == []
    assert len(list(place.archive.quarantine_folder.iterdir())) == 1


def test_columns_are_matched_by_name(pos):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", "amount,Loyalty Card,receipt_no\n5,C1,1\n")

    place.land()

    assert rows(place) == [("1", "C1", "5", None, None, 2)]


def test_an_added_column_is_kept_aside(pos):
    place = pos()
    place.deliver(
        "receipts_2026-01-02.csv",
        'receipt_no,"x"";drop",Loyalty Card,amount\n1,"{{ ""ü"" }}",C1,5\n',
    )

    place.land()

    assert rows(place) == [("1", "C1", "5", None, '{"x\\";drop": "{{ \\"ü\\" }}"}', 2)]


def test_an_added_column_of_a_frozen_table_quarantines_the_file(pos):
    place = pos(settings=", landing_schema_change: freeze")
    place.deliver("receipts_2026-01-02.csv", "receipt_no,Loyalty Card,amount,tip\n1,C1,5,1\n")

    place.land()

    assert place.quarantine_reason()[0] == "header"
    assert "tip" in place.quarantine_reason()[1]


def test_further_header_rows_are_skipped_even_over_several_lines(pos):
    place = pos(settings=", landing_header_rows: 3")
    place.deliver(
        "receipts_2026-01-02.csv",
        b"\xef\xbb\xbf" + (HEADER + 'a,b,c,"d\nd"\n"{""id"":1}",b,c,d\n1,C1,5,x\n').encode(),
    )

    place.land()

    assert rows(place) == [("1", "C1", "5", "x", None, 5)]
    assert place.query("select lines, header_lines from ledger.loads") == [(5, 4)]


@pytest.mark.parametrize(
    ("zone", "refused"),
    [
        pytest.param("UTC", None, id="the contract's"),
        pytest.param("Etc/UTC", None, id="the contract's by another name"),
        pytest.param("America/Denver", "America/Denver", id="another"),
        pytest.param("ann@home.example", "an unknown zone", id="no zone"),
    ],
)
@pytest.mark.parametrize("rows", [1, 40_000], ids=["careful reader", "fast reader"])
def test_a_header_that_names_another_zone_refuses_the_file(pos, zone, refused, rows):
    place = pos(
        settings=", landing_header_rows: 2, landing_time_zone: UTC, landing_header_zone: timeZone"
    )
    told = f'"{{""ImportId"":""a"",""timeZone"":""{zone}""}}",b,c,d\n'
    lines = "".join(f"{number},C1,5,x\n" for number in range(rows))
    place.deliver("receipts_2026-01-02.csv", (HEADER + told + lines).encode())

    place.land()

    if refused:
        code, reason = place.quarantine_reason()
        assert code == "time_zone"
        assert refused in reason
        assert "the contract says UTC" in reason
    else:
        assert place.query("select loaded_rows from ledger.loads") == [(rows,)]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        pytest.param("latin-1", b"", id="Latin-1"),
        pytest.param("cp1252", b"", id="Windows-1252"),
        pytest.param("cp1251", b"", id="Windows-1251"),
        pytest.param("gb18030", b"", id="GB18030"),
        pytest.param("shift_jis", b"", id="Shift-JIS"),
        pytest.param("utf-16", b"", id="UTF-16 with mark"),
        pytest.param("utf-16-be", b"\xfe\xff", id="UTF-16 big-endian"),
        pytest.param("utf-16-le", b"", id="UTF-16 little-endian"),
        pytest.param("utf-8", b"\xef\xbb\xbf", id="UTF-8 with mark"),
    ],
)
def test_a_declared_encoding_gives_the_right_letters(pos, encoding, mark):
    words = {"cp1251": "Привет", "gb18030": "你好", "shift_jis": "こんにちは"}
    word = words.get(encoding, "Größe")
    place = pos(settings=f", landing_encoding: {encoding}")
    place.deliver("receipts_2026-01-02.csv", mark + (HEADER + f"1,C1,5,{word}\n").encode(encoding))

    place.land()

    assert rows(place) == [("1", "C1", "5", word, None, 2)]


@pytest.mark.parametrize(
    ("declared", "actual", "word"),
    [
        pytest.param("utf-8", "latin-1", "Größe", id="Latin-1 as UTF-8"),
        pytest.param("utf-8", "utf-16", "Größe", id="UTF-16 as UTF-8"),
        pytest.param("utf-8", "utf-16-le", "Größe", id="UTF-16 without mark as UTF-8"),
        pytest.param("utf-16", "utf-16-le", "Größe", id="UTF-16 without mark"),
        pytest.param("latin-1", "utf-8", "Größe", id="UTF-8 as Latin-1"),
        pytest.param("latin-1", "cp1252", "10 €", id="Windows-1252 as Latin-1"),
    ],
)
def test_a_wrong_encoding_quarantines_the_file(pos, declared, actual, word):
    place = pos(settings=f", landing_encoding: {declared}")
    text = HEADER + "".join(f"{number},C1,5,{word}\n" for number in range(8))
    place.deliver("receipts_2026-01-02.csv", text.encode(actual))

    place.land()

    assert place.quarantine_reason()[0] == "undecodable"
    assert rows(place) == []


def test_one_row_in_another_encoding_is_refused_with_its_bytes(pos):
    place = pos()
    bad = b"2,C2,5,Gr\xf6\xdfe\n"
    place.deliver("receipts_2026-01-02.csv", HEADER.encode() + b"1,C1,5,x\n" + bad + b"3,C3,5,x\n")

    place.land()

    assert [row[0] for row in rows(place)] == ["1", "3"]
    assert place.rejects() == [(3, 1, "undecodable", bad)]


@pytest.mark.parametrize(
    ("content", "reason_code"),
    [
        pytest.param(b"", "empty", id="no bytes"),
        pytest.param(b"\xef\xbb\xbf", "empty", id="only a mark"),
        pytest.param(b"\n\n\r\n", "empty", id="only line breaks"),
        pytest.param(gzip.compress(b""), "empty", id="nothing zipped"),
        pytest.param(gzip.compress(HEADER.encode() * 99)[:-9], "gzip_damaged", id="gzip cut"),
        pytest.param(
            gzip.compress(HEADER.encode())[:-8] + b"\0" * 8, "gzip_damaged", id="checksum"
        ),
        pytest.param(
            gzip.compress(HEADER.encode() + b"1,C1,5,x\n" * (10 << 20)),
            "compression_bomb",
            id="bomb",
        ),
    ],
)
def test_a_file_without_usable_content_is_quarantined(pos, content, reason_code):
    place = pos()
    place.deliver("receipts_2026-01-02.csv.gz", content)

    place.land()

    assert place.quarantine_reason()[0] == reason_code


def test_a_file_with_a_header_only_is_loaded_with_no_row(pos):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", HEADER)

    place.land()

    assert place.statuses() == ["loaded"]
    assert place.query("select lines, header_lines, loaded_rows from ledger.loads") == [(1, 1, 0)]


def test_gzip_is_known_by_content_and_may_have_several_members(pos):
    place = pos()
    content = gzip.compress(HEADER.encode()) + gzip.compress(b"1,C1,5,x\n")
    place.deliver("receipts_2026-01-02.csv", content)
    place.deliver("receipts_2026-01-03.csv.gz", HEADER + "2,C2,5,x\n")

    place.land()

    assert [row[0] for row in rows(place)] == ["1", "2"]


def test_too_many_refused_rows_quarantine_the_file(pos):
    place = pos()
    good, bad = "1,C1,5,x\n" * 100, "ragged\n" * 30
    place.deliver("receipts_2026-01-02.csv", HEADER + good + bad)

    place.land()

    assert place.quarantine_reason()[0] == "too_many_rejects"
    assert (rows(place), place.rejects()) == ([], [])


def test_the_share_of_refused_rows_is_the_contracts(pos):
    place = pos(settings=", landing_max_reject_share: 0.5")
    place.deliver("receipts_2026-01-02.csv", HEADER + "1,C1,5,x\n" * 100 + "ragged\n" * 30)

    summary = place.land()

    assert (summary.loaded_rows, summary.rejected_rows) == (100, 30)


@pytest.mark.parametrize(
    "encoding", [pytest.param("utf-8", id="as it is"), pytest.param("latin-1", id="transcoded")]
)
@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
def test_both_readers_give_the_same_rows(pos, monkeypatch, encoding, zipped):
    place = pos(settings=f", landing_key: [receipt_no], landing_encoding: {encoding}")
    notes = ["x", '"a ""b"", c"', '""', "", " padded ", '" q "', "19' \"", "Größe", "#1", "NULL"]
    lines = [f"{n},C{n % 7},{n / 100:.2f},{notes[n % len(notes)]}\n" for n in range(1, 5_000)]
    content = (HEADER + "".join(lines)).encode(encoding)
    content = gzip.compress(content) if zipped else content

    place.deliver("receipts_2026-01-01.csv", content)
    place.land()
    careful = rows(place)
    place.query("delete from raw_pos.receipts")
    place.query("delete from ledger.loads")
    monkeypatch.setattr(desk, "_BULK_BYTES", 0)
    monkeypatch.setattr(Reader, "read", None)
    place.deliver("receipts_2026-01-01.csv", content)
    place.land()

    assert len(careful) == 4_999
    assert rows(place) == careful


@pytest.mark.parametrize(
    ("line", "reason_code"),
    [
        pytest.param("2,C2,5,x,\n", "field_count", id="one empty field too many"),
        pytest.param("2,C2,5\n", "field_count", id="missing field"),
        pytest.param('2,"C2,5,x\n', "broken_quote", id="unclosed quote"),
        pytest.param('2,"C2" ,5,x\n', "broken_quote", id="space after a quoted field"),
        pytest.param(",C2,5,x\n", "no_key", id="no key"),
    ],
)
def test_a_large_file_is_judged_as_strictly_as_a_small_one(pos, monkeypatch, line, reason_code):
    monkeypatch.setattr(desk, "_BULK_BYTES", 0)
    place = pos(settings=", landing_key: [receipt_no]")
    place.deliver("receipts_2026-01-02.csv", HEADER + '1,C1,5,"a, b"\n' + line + "3,C3,5,\n")

    place.land()

    assert [row[0] for row in rows(place)] == ["1", "3"]
    assert place.rejects() == [(3, 1, reason_code, line.encode())]


def test_space_before_a_quote_is_part_of_the_value(pos, monkeypatch):
    monkeypatch.setattr(desk, "_BULK_BYTES", 0)
    place = pos()
    place.deliver("receipts_2026-01-02.csv", HEADER + '1,C1,5, "x"\n')

    place.land()

    assert rows(place) == [("1", "C1", "5", ' "x"', None, 2)]
