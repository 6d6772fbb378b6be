"""The files of all cases, and the company that is built of them."""

import csv
import gzip
import importlib
import io
import json
import pkgutil
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from orchestration.landing import load_contracts
from orchestration.landing.contract import TableContract
from orchestration.paths import PROJECT_DIR
from tests.company import Company, run_command
from tests.end_to_end.spoiling import is_word, spoil_everything

# Everything that cases deliver lies before it.
AS_OF = "2026-06-01"
# What each word of each contract is in one more row of the sample.
NEW_WORD = "newfangled"
SAMPLE = PROJECT_DIR / "seeds" / "sample"


class DeliveredFiles:
    """Records as their vendors would send them: collected from all cases, written once."""

    def __init__(self) -> None:
        self._records: dict[tuple, list[Mapping]] = defaultdict(list)
        self._headers: dict[tuple, Sequence[Sequence[str]]] = {}
        self._raw: dict[tuple[str, str], bytes] = {}

    def add(
        self,
        table: str,
        day: str,
        *records: Mapping,
        survey: str = "",
        part: str = "",
        extra_headers: Sequence[Sequence[str]] = (),
    ) -> None:
        """Records of a table, named `source.table`, in the file of a day.

        `survey` stands for the first `*` in names like `responses_*_{date}*.csv`. `part` parts a
        file from the others of its day. `extra_headers` are a CSV file's header rows under the
        names: each a list of as many cells, or one cell for all.
        """
        file = (table, day, survey, part)
        self._records[file] += records
        if extra_headers:
            self._headers[file] = extra_headers

    def raw(self, source: str, name: str, content: bytes) -> None:
        """A file as it is."""
        self._raw[source, name] = content

    def write(self, landing: Path) -> None:
        """Write every file below the landing folder, none over another."""
        contents = dict(self._raw)
        for file, records in self._records.items():
            table, day, survey, part = file
            contract = contract_of(table)
            name = file_name(contract, day, survey, part)
            content = rendered(contract, records, self._headers.get(file, ()))
            contents[contract.source_name, name] = content
        for (source, name), content in contents.items():
            path = landing / source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as target:
                target.write(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)


@cache
def contract_of(table: str) -> TableContract:
    """The contract of `source.table`, where formats and names of files are declared."""
    source_name, table_name = table.split(".")
    (contract,) = (one for one in load_contracts() if one.source_name == source_name)
    return contract.table(table_name)


def file_name(contract: TableContract, day: str, survey: str, part: str) -> str:
    """A name that the contract's pattern fits; the part tells it from the sample's files."""
    before, after = contract.landing_file.split("{date}")
    return before.replace("*", survey) + f"{day}_odd{part}" + after.replace("*", "")


def rendered(
    contract: TableContract, records: Sequence[Mapping], extra_headers: Sequence[Sequence[str]]
) -> bytes:
    """Records in the format of the contract."""
    if contract.landing_format == "jsonl":
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    elif contract.landing_format == "json":
        path = contract.landing_records_path
        document = {path: list(records)} if path else list(records)
        text = json.dumps(document, ensure_ascii=False)
    elif contract.landing_format == "csv":
        text = csv_text(contract, records, extra_headers)
    else:
        raise ValueError(f"no writer of {contract.landing_format}: use `raw`")
    return text.encode(contract.landing_encoding)


def columns_of(contract: TableContract, records: Sequence[Mapping]) -> list[str]:
    """The contract's columns, optional ones where a record has them, then all others."""
    used = [name for record in records for name in record]
    known = [
        column.name for column in contract.columns if not column.is_optional or column.name in used
    ]
    return list(dict.fromkeys([*known, *used]))


def csv_text(
    contract: TableContract, records: Sequence[Mapping], extra_headers: Sequence[Sequence[str]]
) -> str:
    """Rows under the names of their columns, and further header rows."""
    names = columns_of(contract, records)
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=contract.landing_delimiter, lineterminator="\n")
    writer.writerow(names)
    for header in extra_headers or [names] * (contract.landing_header_rows - 1):
        writer.writerow(header if len(header) > 1 else list(header) * len(names))
    writer.writerows([[record.get(name, "") for name in names] for record in records])
    return buffer.getvalue()


@dataclass(frozen=True)
class OddCompany(Company):
    """A built company, with the way from a vendor's ids to its keys."""

    def case_key(self, source: str, case_id: str) -> str:
        """Key of a case in the published tables."""
        return self._one(
            f"select case_key from intermediate.int_cases__cases "
            f"where source_name = '{source}' and case_id = '{case_id}'"
        )

    def customer_key(self, source: str, source_profile_id: str) -> str:
        """Key of the customer that a source knows under this id."""
        return self._one(
            f"select customer_key from intermediate.int_identity__customer_profiles "
            f"inner join intermediate.int_identity__profiles using (profile_key) "
            f"where int_identity__profiles.source_name = '{source}' "
            f"and source_profile_id = '{source_profile_id}'"
        )

    def row(self, sql: str) -> dict:
        """The only row of a query on the published file."""
        (row,) = self.published(sql).to_dict("records")
        return row

    def _one(self, sql: str) -> str:
        ((value,),) = self.warehouse(sql).itertuples(index=False)
        return value


def build(data: Path) -> OddCompany:
    """The sample and the files of every area, landed, built and published in one run."""
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(SAMPLE, data / "landing")
    landed = run_command(data, "orchestration.landing")
    assert landed.returncode == 0, landed.stdout[-4000:] + landed.stderr[-4000:]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_DATA", str(data))
        spoil_everything((NEW_WORD,), is_word)
    files = DeliveredFiles()
    package = importlib.import_module(__package__)
    for module in pkgutil.iter_modules(package.__path__):
        if module.name not in ("company", "conftest") and not module.name.startswith("test_"):
            importlib.import_module(f"{__package__}.{module.name}").deliver(files)
    files.write(data / "landing")
    ran = run_command(data, "orchestration.commands.throughline", "run", "--set", f"as_of={AS_OF}")
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    return OddCompany(data, ran.stdout)
