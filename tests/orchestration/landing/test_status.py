"""What was refused is told by name and reason, and tried again when its contract is mended."""

import json

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.commands.throughline import app
from orchestration.landing.status import NothingRefusedError, redeliver, status

GOOD = "receipt_no,Loyalty Card,amount,note\n1,7,2.50,\n"
SHORT_ROW = "receipt_no,Loyalty Card,amount,note\n1,7,2.50,\n2,8\n3,9,1.00,\n"
OTHER_HEADER = "number,Loyalty Card,amount,note\n1,7,2.50,\n"


@pytest.fixture
def till(pos, tmp_path, monkeypatch):
    """The source `pos`, whose folder lies in a landing folder of a data folder."""
    place = pos()
    place.folder = tmp_path / "landing" / "pos"
    place.folder.mkdir()
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    return place


@pytest.fixture
def looked(till, tmp_path):
    """A question asked while no landing holds the warehouse."""

    def ask(question):
        till.connection.close()
        try:
            return question()
        finally:
            till.connection = duckdb.connect(tmp_path / "warehouse.duckdb")

    return ask


def printed(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["landing", *arguments])
    return result.exit_code, result.output


def test_what_became_of_each_file_is_told(till, looked):
    till.deliver("receipts_2026-03-01.csv", GOOD)
    till.deliver("receipts_2026-03-02.csv", SHORT_ROW)
    till.deliver("receipts_2026-03-03.csv", OTHER_HEADER)
    till.deliver("letters.csv", "Dear shop")
    till.land()

    (source,) = looked(status)

    assert (source.delivery_count, source.loaded_count) == (4, 2)
    assert {file.file_name: file.reason_code for file in source.refused} == {
        "receipts_2026-03-03.csv": till.quarantine_reason()[0],
        "letters.csv": "unknown_file",
    }
    ((file_name, _, count, line),) = source.rejects
    assert (file_name, count, line) == ("receipts_2026-03-02.csv", 1, 3)


def test_the_command_tells_names_and_reasons_but_no_value(till, looked):
    till.deliver("receipts_2026-03-02.csv", SHORT_ROW)
    till.deliver("receipts_2026-03-03\x1b[31m.csv", OTHER_HEADER)
    till.land()

    _, output = looked(lambda: printed("status"))
    _, as_json = looked(lambda: printed("status", "--json"))

    assert "'receipts_2026-03-02.csv': 1 " in output
    assert "refused   'receipts_2026-03-03\\x1b[31m.csv'" in output
    assert "2.50" not in output
    assert json.loads(as_json)[0]["refused"][0]["reason_code"]


def test_a_refused_file_is_loaded_after_its_contract_was_mended(pos, till, looked, tmp_path):
    till.deliver("receipts_2026-03-01.csv", GOOD.replace(",", ";"))
    till.land()
    assert till.statuses() == ["quarantined"]

    laid_out, problems = looked(lambda: redeliver(archive=till.archive))
    assert [file.file_name for file in laid_out] == ["receipts_2026-03-01.csv"]
    assert problems == []
    till.land()
    assert till.statuses() == ["quarantined", "quarantined"]
    looked(lambda: redeliver(["pos"], archive=till.archive))
    pos(', landing_delimiter: ";"')
    till.land()

    assert till.statuses() == ["quarantined", "quarantined", "loaded"]
    (source,) = looked(status)
    assert source.refused == []
    with pytest.raises(NothingRefusedError, match="no file is refused"):
        looked(lambda: redeliver(archive=till.archive))


def test_a_file_that_was_corrected_is_refused_no_more(till, looked):
    """Or another try of the broken one would take the place of the correction."""
    till.deliver("receipts_2026-03-03.csv", OTHER_HEADER)
    till.land()
    till.deliver("receipts_2026-03-03.csv", GOOD)
    till.land()

    (source,) = looked(status)
    assert source.refused == []
    with pytest.raises(NothingRefusedError):
        looked(lambda: redeliver(archive=till.archive))


def test_what_waits_in_landing_is_never_replaced(till, looked):
    till.deliver("receipts_2026-03-03.csv", OTHER_HEADER)
    till.land()
    waiting = till.deliver("receipts_2026-03-03.csv", GOOD)

    laid_out, problems = looked(lambda: redeliver(archive=till.archive))

    assert laid_out == []
    assert problems == ["pos/'receipts_2026-03-03.csv': a file of this name waits in landing"]
    assert waiting.read_text() == GOOD


def test_a_lost_content_is_said(till, looked):
    till.deliver("receipts_2026-03-03.csv", OTHER_HEADER)
    till.land()
    (kept,) = (path for path in till.archive.folder.glob("*/*") if path.is_file())
    kept.unlink()

    assert looked(lambda: redeliver(archive=till.archive)) == (
        [],
        ["pos/'receipts_2026-03-03.csv': the archive does not have it any more"],
    )


def test_nothing_was_ever_delivered(tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))

    assert printed("status") == (0, "Nothing was delivered yet.\n")
    code, output = printed("replay", "pos")
    assert (code, output) == (1, "no file is refused of pos\n")
