from datetime import date

import pandas as pd
import pyarrow as pa
import pytest

from orchestration.identity.record_files import RecordsError, default_country, read_records


@pytest.fixture
def read(tmp_path):
    """Read a file of this content, its column `who` being the truth."""

    def read_content(content, *attributes, encoding="utf-8"):
        path = tmp_path / "records.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return read_records(path, "who", attributes)

    return read_content


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"], ids=str)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semi", "tab", "pipe"])
def test_any_usual_csv_is_read(read, encoding, delimiter):
    content = f"who{delimiter} Imię\n1{delimiter} Jürgen\n".replace("ę", "e")

    observations, groups = read(content, ("given_name", "Imie"), encoding=encoding)

    assert observations["given_name"].to_pylist() == ["Jürgen"]
    assert groups == ["group 1"]


def test_who_has_no_truth_is_alone(read):
    _, groups = read("who,name\na,x\na,y\n,z\nnan,z\n", ("full_name", "name"))

    assert groups[0] == groups[1]
    assert len(set(groups)) == 3


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(["19800506", "19801332"], [date(1980, 5, 6), None], id="digits"),
        pytest.param(["1980-05-06", "06/05/1980"], [date(1980, 5, 6)] * 2, id="mixed"),
        pytest.param(
            ["31/12/1980", "05/06/1980"], [date(1980, 12, 31), date(1980, 6, 5)], id="d/m"
        ),
        pytest.param(
            ["12/31/1980", "05/06/1980"], [date(1980, 12, 31), date(1980, 5, 6)], id="m/d"
        ),
        pytest.param(["19800506.0", "nan"], [date(1980, 5, 6), None], id="spreadsheet"),
        pytest.param(["1980-05-06 00:00:00", "?"], [date(1980, 5, 6), None], id="timestamp"),
        pytest.param(["6 May 1980", "May 6, 1980"], [date(1980, 5, 6)] * 2, id="words"),
    ],
)
def test_dates_of_several_shapes_are_read(read, texts, expected):
    rows = "\n".join(f'1,"{text}"' for text in texts)

    observations, _ = read(f"who,born\n{rows}\n", ("birth_date", "born"))

    assert observations["birth_date"].to_pylist() == expected


def test_numbers_stay_what_they_were_written_as(read):
    content = "who,zip,flat,street\n1,01234,7,Main Road\n2,2010.0,,\n"

    observations, _ = read(content, ("postcode", "zip"), ("address", "flat"), ("address", "street"))

    assert observations["postcode"].to_pylist() == ["01234", "2010"]
    assert observations["street_address"].to_pylist() == ["7 Main Road", None]


def test_a_full_name_fills_what_is_not_told_apart(read):
    content = "who,first,name\n1,,Nowak Anna\n2,Eva,Kos Ewa\n"

    observations, _ = read(content, ("given_name", "first"), ("full_name", "name"))

    assert observations["given_name"].to_pylist() == ["Nowak", "Eva"]
    assert observations["surname"].to_pylist() == ["Anna", "Ewa"]


def test_parquet_is_read_with_its_types(tmp_path):
    frame = pd.DataFrame(
        {"who": [1, 1, None], "born": [date(1980, 5, 6), None, None], "zip": [2010, 2011, 2012]}
    )
    frame.to_parquet(tmp_path / "records")

    observations, groups = read_records(
        tmp_path / "records", "who", [("birth_date", "born"), ("postcode", "zip")]
    )

    assert observations["birth_date"].to_pylist() == [date(1980, 5, 6), None, None]
    assert observations["postcode"].to_pylist() == ["2010", "2011", "2012"]
    assert groups[0] == groups[1] != groups[2]


@pytest.mark.parametrize(
    ("content", "attributes", "complaint"),
    [
        pytest.param("", [("city", "c")], "is empty", id="empty"),
        pytest.param("who,c\n", [("city", "c")], "holds no record", id="header only"),
        pytest.param("who,c\n1,x\n", [], "map at least one", id="nothing mapped"),
        pytest.param("who,c\n1,x\n", [("town", "c")], "unknown attribute 'town'", id="attribute"),
        pytest.param(
            "who,c\n1,x\n", [("city", "d")], "no column 'd': there are who, c", id="column"
        ),
        pytest.param("whom,c\n1,x\n", [("city", "c")], "no column 'who'", id="truth"),
        pytest.param("who,c\n1,x\n", [("city", "who")], "is the truth", id="truth as attribute"),
        pytest.param(b"PAR1 not really", [("city", "c")], "cannot be read", id="broken parquet"),
    ],
)
def test_what_cannot_be_evaluated_is_said(read, content, attributes, complaint):
    with pytest.raises(RecordsError, match=complaint):
        read(content, *attributes)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(RecordsError, match="no file"):
        read_records(tmp_path / "none.csv", "who", [("city", "c")])


def test_telephones_tell_where_they_are_from():
    observations = pa.table({"phone": ["(02) 9374 4000", "0412 345 678", None]})

    assert default_country(observations) == "AU"
