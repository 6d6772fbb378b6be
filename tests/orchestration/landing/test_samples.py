"""What is guessed of sample files, and the contract and staging that are written from it."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from orchestration.landing import load_contracts
from orchestration.landing.dry_run import NoTableError, dry_run
from orchestration.landing.samples import SampleError, plain, sampled
from orchestration.landing.skeleton import SkeletonError, skeleton, staged_names, write_skeleton

ORDERS = """\
Order No;Buyer;Total;Placed;Note
1001;a@mail.com;1,50;2026-01-02 09:00:00;bring it to the back door
1002;b@mail.com;12,00;2026-01-02 10:00:00;
1003;a@mail.com;3,25;2026-01-03 11:30:00;call me before you come
"""


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders_2026-01-31.csv"
    path.write_text(ORDERS)
    return path


def written(tmp_path, *paths):
    """The contracts of a source that was begun from these files."""
    files = skeleton("corner", sampled(paths), "Europe/Berlin")
    write_skeleton(tmp_path / "staging" / "corner", files)
    return load_contracts(tmp_path / "staging")


def test_a_csv_file_is_known_by_what_it_holds(orders):
    (sample,) = sampled([orders])

    assert (sample.table_name, sample.file_pattern) == ("orders", "orders_{date}.csv")
    assert (sample.landing_format, sample.delimiter, sample.encoding) == ("csv", ";", "utf-8")
    assert sample.key == ("Order No",)
    assert {column.name: (column.kind, column.personal_data) for column in sample.columns} == {
        "Order No": ("whole", None),
        "Buyer": ("text", "email"),
        "Total": ("comma_number", None),
        "Placed": ("time", None),
        "Note": ("text", "free_text"),
    }
    assert sample.doubts == ()


def test_what_is_written_is_a_contract_that_loads_the_sample(tmp_path, orders):
    contracts = written(tmp_path, orders)

    verdict = dry_run(orders, contracts, None)

    assert (verdict.loaded_rows, verdict.rejected, verdict.refusal) == (3, {}, None)
    (table,) = contracts[0].tables
    assert {column.name: column.personal_data for column in table.columns}["Buyer"] == "email"


def test_guesses_are_marked_for_review(orders):
    files = skeleton("corner", sampled([orders]), "Europe/Berlin")

    tagged = [
        line for line in files["_corner__sources.yml"].splitlines() if "personal_data" in line
    ]
    assert len(tagged) == 2
    assert all("# REVIEW" in line for line in tagged)
    assert "decimal_comma('total')" in files["stg_corner__orders.sql"]
    assert "\"'Europe/Berlin'\"" in files["stg_corner__orders.sql"]


@pytest.mark.parametrize(
    ("encoding", "guessed"), [("cp1252", "cp1252"), ("utf-16", "utf-16"), ("cp1251", "cp1251")]
)
def test_another_encoding_is_guessed(tmp_path, encoding, guessed):
    names = {"cp1251": ("Юлия Петрова", "Анна Иванова"), "cp1252": ("Zoë Müller", "Jürgen Weiß")}
    people = names.get(encoding, names["cp1252"])
    path = tmp_path / "people_2026-01-31.csv"
    path.write_text(
        "id,name\n" + "".join(f"{n},{p}\n" for n, p in enumerate(people)), encoding=encoding
    )

    (sample,) = sampled([path])

    assert sample.encoding == guessed
    assert bool(sample.doubts) == (encoding != "utf-16")


def test_every_format_is_known(tmp_path):
    rows = [{"id": number, "at": "2026-01-02T10:00:00Z"} for number in range(3)]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "a_2026-01-31.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "b_2026-01-31.json").write_text(json.dumps(rows))
    (tmp_path / "c_2026-01-31.json").write_text(json.dumps({"count": 3, "events": rows}))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "d_2026-01-31.parquet")
    paths = sorted(tmp_path.glob("*.*"))

    found = {sample.table_name: sample for sample in sampled(paths)}

    assert [sample.landing_format for sample in found.values()] == [
        "jsonl",
        "json",
        "json",
        "parquet",
    ]
    assert found["c"].records_path == "events"
    assert all(sample.row_count == 3 and sample.key == ("id",) for sample in found.values())
    assert "zoned_time" in {column.kind for column in found["a"].columns}
    contracts = written(tmp_path, *paths)
    assert {dry_run(path, contracts, None).loaded_rows for path in paths} == {3}


def test_names_are_data(tmp_path):
    """Quotes, commas, YAML and SQL in a column's name come back as they were."""
    names = ['a"b', "c'd", "e: [f]", "#g", "id", "h\\i", "ID?", "order"]
    path = tmp_path / "odd_2026-01-31.csv"
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    path.write_text(f"{header}\n{','.join('12345678')}\n")

    (sample,) = sampled([path])
    contracts = written(tmp_path, path)

    assert contracts[0].tables[0].column_names == tuple(names)
    staged = staged_names(sample)
    assert len(set(staged.values())) == len(names)
    assert staged["order"] == "order_2"
    assert dry_run(path, contracts, None).loaded_rows == 1
    sql = skeleton("corner", [sample], "UTC")["stg_corner__odd.sql"]
    assert '"a""b"' in sql


@pytest.mark.parametrize("name", ["{{ env_var('HOME') }}", "{% raw %}", "{# x"])
def test_a_name_that_dbt_would_run_is_refused(tmp_path, name):
    path = tmp_path / "odd_2026-01-31.csv"
    path.write_text(f'id,"{name}"\n1,2\n')

    with pytest.raises(SampleError, match="rename it in the export"):
        sampled([path])


def test_a_name_without_a_day_and_rows_without_a_key_are_told(tmp_path):
    path = tmp_path / "Export 20260131.csv"
    path.write_text("shade,size\nred,1\nred,1\n")

    (sample,) = sampled([path])

    assert (sample.table_name, sample.file_pattern, sample.key) == ("export", "Export *.csv", ())
    assert len(sample.doubts) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "no bytes"), (b"id,name\n", "no row"), (b'{"a": 1}', "no row|without a list")],
)
def test_a_file_that_shows_nothing_is_told(tmp_path, content, said):
    path = tmp_path / "odd_2026-01-31.json" if content.startswith(b"{") else tmp_path / "odd.csv"
    path.write_bytes(content)

    if content.startswith(b"{"):
        assert sampled([path])[0].row_count == 1
        return
    with pytest.raises(SampleError, match=said):
        sampled([path])


@pytest.mark.parametrize("name", ["../up", "A", "1a", "a b", ""])
def test_a_source_is_a_plain_name(orders, name):
    with pytest.raises(SkeletonError, match="no name of a source"):
        skeleton(name, sampled([orders]), "UTC")


def test_a_folder_that_is_there_is_not_touched(tmp_path, orders):
    written(tmp_path, orders)

    with pytest.raises(SkeletonError, match="is there already"):
        written(tmp_path, orders)


def test_a_dry_run_says_what_would_be_rejected_and_changes_nothing(tmp_path, orders):
    contracts = written(tmp_path, orders)
    text = ORDERS + ";c@mail.com;1,00;2026-01-04 09:00:00;\n1005;too;few\n"
    orders.write_text(text.replace("Note", "Note;Colour", 1).replace("door", "door;red"))
    before = sorted(tmp_path.rglob("*"))

    told = "\n".join(dry_run(orders, contracts, "corner").told())

    assert "rejected" in told
    assert sorted(tmp_path.rglob("*")) == before


def test_a_dry_run_names_the_refusal_and_the_missing_table(tmp_path, orders):
    contracts = written(tmp_path, orders)
    orders.write_text("Order No;Total\n1;2,00\n")
    other = orders.with_name("stock.csv")
    other.write_text("a\n1\n")

    assert "missing columns" in str(dry_run(orders, contracts, None).refusal)
    with pytest.raises(
        NoTableError, match=r"'stock.csv': no table expects .* corner: orders_{date}"
    ):
        dry_run(other, contracts, "corner")


def test_yaml_and_names_are_plain(orders):
    files = skeleton("corner", sampled([orders]), "UTC")

    assert yaml.safe_load(files["_corner__models.yml"])["models"][0]["name"] == "stg_corner__orders"
    assert [plain(name) for name in ("Order No", "orderDate", "12 %", "Größe")] == [
        *("order_no", "order_date", "column_12", "gr_e"),
    ]
