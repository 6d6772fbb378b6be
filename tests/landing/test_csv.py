HEADER = "receipt_no,Loyalty Card,amount,note\n"


def rows(place):
    return place.query(
        'select receipt_no, "Loyalty Card", amount, note, _extra, _line '
        "from raw_pos.receipts order by _line"
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
    assert place.query("select distinct cast(_file_date as varchar) from raw_pos.receipts") == [
        ("2026-01-02",)
    ]
    assert not list(place.folder.iterdir())
