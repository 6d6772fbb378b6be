"""The quality of identity on records whose truth is known, by the warehouse's own models.

The records become the observations of a warehouse that lives for a moment; seeds, SQL and matcher
are the product's. Only the models that decide who is who are parsed: the whole project would take
longer than the resolution.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import yaml

from orchestration.identity.match_models import Model, write_version
from orchestration.identity.quality import Quality, cluster_quality, pairwise_quality
from orchestration.identity.record_files import default_country, read_records
from orchestration.identity.training import train
from orchestration.paths import DBT_PROJECT_DIR, REFERENCE_DIR
from orchestration.warehouse.dbt_invocation import failures, run_dbt

_RECORDS_MODEL = "int_identity__match_records"
_RESULT_MODEL = "int_identity__components"
_REFERENCE = re.compile(r"ref\(\s*['\"](\w+)['\"]\s*\)")


@dataclass(frozen=True)
class Evaluation:
    """How well the records were put together."""

    pairwise: Quality
    cluster: Quality
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            **{name: quality.as_dict() for name, quality in self._qualities().items()},
            "seconds": round(self.seconds, 3),
        }

    def in_words(self) -> str:
        """For people."""
        lines = [f"{'':10}{'precision':>12}{'recall':>12}{'F1':>12}"]
        for name, quality in self._qualities().items():
            figures = (f"{figure:>12.4f}" for figure in quality.as_dict().values())
            lines.append(f"{name:10}{''.join(figures)}")
        return "\n".join([*lines, f"{'seconds':10}{self.seconds:>12.1f}"])

    def _qualities(self) -> dict[str, Quality]:
        return {"pairwise": self.pairwise, "cluster": self.cluster}


def evaluate(
    path: Path, truth: str, attributes: Sequence[tuple[str, str]], model: Model | None = None
) -> Evaluation:
    """Resolve the records of a file and compare with the truth; the model is learnt from them."""
    started = time.monotonic()
    observations, groups = read_records(path, truth, attributes)
    customers = resolve_records(observations, model)
    resolved, known = pd.Series(customers), pd.Series(groups)
    return Evaluation(
        pairwise=pairwise_quality(resolved, known),
        cluster=cluster_quality(resolved, known),
        seconds=time.monotonic() - started,
    )


def match_records(observations: pa.Table) -> pa.Table:
    """The observations as the matcher sees them."""
    with _warehouse(observations) as (project, warehouse):
        return _built_records(project, warehouse)


def resolve_records(observations: pa.Table, model: Model | None = None) -> list[str]:
    """The customer of each observation, in their order."""
    with _warehouse(observations) as (project, warehouse):
        records = _built_records(project, warehouse)
        write_version(model or train(records, is_complete=True))
        _build(project, f"+{_RESULT_MODEL}", "--exclude", f"+{_RECORDS_MODEL}")
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            return [
                customer
                for (customer,) in connection.execute(
                    "select coalesce(components.component_key, profiles.profile_key) "
                    "from intermediate.int_identity__profiles as profiles "
                    f"left join intermediate.{_RESULT_MODEL} as components "
                    "on profiles.profile_key = components.node_key order by profiles.profile_key"
                ).fetchall()
            ]


def _built_records(project: Path, warehouse: Path) -> pa.Table:
    _build(project, f"+{_RECORDS_MODEL}")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.sql(
            f"from intermediate.{_RECORDS_MODEL} order by profile_key"
        ).to_arrow_table()


@contextmanager
def _warehouse(observations: pa.Table) -> Iterator[tuple[Path, Path]]:
    """A data folder of its own, with a project of the models that are needed."""
    with TemporaryDirectory(prefix="throughline-") as name, _data_folder(Path(name)) as folder:
        (folder / "build").mkdir()
        warehouse = folder / "warehouse.duckdb"
        given = {
            "int_shapes__observations": observations,
            "int_company__settings": pa.table({"default_country": [default_country(observations)]}),
        }
        with duckdb.connect(str(warehouse)) as connection:
            for table, rows in given.items():
                connection.register("given_rows", rows)
                connection.execute(f"create table given_{table} as from given_rows")
                connection.unregister("given_rows")
        yield _project(folder / "project", set(given)), warehouse


@contextmanager
def _data_folder(folder: Path) -> Iterator[Path]:
    before = os.environ.get("THROUGHLINE_DATA")
    os.environ["THROUGHLINE_DATA"] = str(folder)
    try:
        yield folder
    finally:
        if before is None:
            del os.environ["THROUGHLINE_DATA"]
        else:
            os.environ["THROUGHLINE_DATA"] = before


def _project(folder: Path, given: set[str]) -> Path:
    """A dbt project of the models that the result needs; `given` ones read what is given."""
    files = {
        path.stem: path
        for path in (DBT_PROJECT_DIR / "models").rglob("*")
        if path.suffix in {".sql", ".py"}
    }
    seeds = {path.stem for path in REFERENCE_DIR.rglob("*.csv")}
    wanted, needed = [_RESULT_MODEL], set()
    while wanted:
        name = wanted.pop()
        if name in needed or name in seeds:
            continue
        needed.add(name)
        target = folder / files[name].relative_to(DBT_PROJECT_DIR)
        target.parent.mkdir(parents=True, exist_ok=True)
        if name in given:
            target.with_suffix(".sql").write_text(f"select * from main.given_{name}")
            continue
        shutil.copy(files[name], target)
        wanted += _REFERENCE.findall(files[name].read_text(encoding="utf-8"))
    for shared in ("macros", "materializations"):
        shutil.copytree(DBT_PROJECT_DIR / shared, folder / shared)
    # A seed's YAML says of which types it is.
    shutil.copytree(REFERENCE_DIR / "identity", folder / "seeds" / "identity")
    # The model that is written is the one that is meant, however small its records were.
    settings = folder / "seeds" / "identity" / "identity_settings.csv"
    pinned = re.sub(r"(?m)^match_model_version,\d+", "match_model_version,1", settings.read_text())
    settings.write_text(pinned)
    project = yaml.safe_load((DBT_PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    project |= {"seed-paths": ["seeds"], "test-paths": [], "snapshot-paths": []}
    project["models"]["throughline"] = {
        "intermediate": project["models"]["throughline"]["intermediate"]
    }
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(project), encoding="utf-8")
    return folder


def _build(project: Path, *selection: str) -> None:
    outcome = run_dbt(
        *("build", "--select", *selection, "--exclude-resource-type", "test"), project=project
    )
    if not outcome.success:
        raise RuntimeError("\n".join(["the identity models failed:", *failures(outcome)]))
