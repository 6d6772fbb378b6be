"""A copy of the project with two sources and four marts: a whole run costs seconds.

All code is the product's: landing, Dagster's jobs, dbt, the registry of customer keys, the gates
and publishing. Models, seeds and tests that none of the four marts needs are left out, and so are
the report and the scoreboard, which read other marts.
"""

import json
import shutil
from pathlib import Path

import yaml

from orchestration.paths import PROJECT_DIR

SOURCES = ("crm", "accounts")
MARTS = ("rejected_rows", "data_freshness", "customer_consents", "customer_key_redirects")
_COPIED = ("orchestration", "dbt_project", "seeds", "pyproject.toml", "dagster.yaml")
_NOT_COPIED = ("__pycache__", "target", "logs", "sample", "docs", "_exposures.yml")
# The code reads it without dbt.
_SEEDS_OF_CODE = ("value_ranges",)
_LISTS = ("models", "seeds", "snapshots")


def make_small_project(folder: Path, manifest: Path) -> None:
    """Write the project into an empty folder; `manifest` is dbt's, of the whole project."""
    for name in _COPIED:
        if (PROJECT_DIR / name).is_dir():
            ignored = shutil.ignore_patterns(*_NOT_COPIED)
            shutil.copytree(PROJECT_DIR / name, folder / name, ignore=ignored)
        else:
            shutil.copy(PROJECT_DIR / name, folder / name)
    needed = _needed(json.loads(manifest.read_text())["parent_map"])
    names = {key.split(".")[2] for key in needed} | set(_SEEDS_OF_CODE)
    project = folder / "dbt_project"
    shutil.rmtree(project / "models" / "metrics")
    for source in (project / "models" / "staging").iterdir():
        if source.name not in (*SOURCES, "ledger"):
            shutil.rmtree(source)
    for root in (project / "models", project / "snapshots", folder / "seeds"):
        for file in [path for path in root.rglob("*") if path.suffix in (".sql", ".py", ".csv")]:
            if file.stem not in names:
                file.unlink()
        for file in root.rglob("*.yml"):
            _leave_out(file, names)
    for file in (project / "tests" / "singular").glob("*.sql"):
        if f"test.throughline.{file.stem}" not in needed:
            file.unlink()
    component = folder / "orchestration" / "defs" / "publishing" / "component.py"
    text = component.read_text()
    assert "has_report=True" in text
    component.write_text(text.replace("has_report=True", "has_report=False"))


def _needed(parents: dict[str, list[str]]) -> set[str]:
    """Everything that the marts are built from, and the tests that look at nothing else."""
    sources = {key.split(".")[2] for key in parents if key.startswith("source.")} - {"ledger"}
    left_out = sources - set(SOURCES)

    def is_kept(key: str) -> bool:
        name = key.split(".")[2]
        staged = name.removeprefix("stg_").split("__")[0] if name.startswith("stg_") else ""
        return not {staged, name.split("__")[-1], *key.split(".")[2:3]} & left_out

    needed: set[str] = set()
    found = [key for key in parents if key.split(".")[2] in MARTS and key.startswith("model.")]
    while found:
        key = found.pop()
        if key not in needed and is_kept(key):
            needed.add(key)
            found += parents.get(key, [])
    return needed | {
        key for key, reads in parents.items() if key.startswith("test.") and set(reads) <= needed
    }


def _leave_out(file: Path, names: set[str]) -> None:
    """Take out what is said of files that are not there."""
    content = yaml.safe_load(file.read_text()) or {}
    content.pop("unit_tests", None)
    for kind in _LISTS:
        if kind in content:
            content[kind] = [one for one in content[kind] if one["name"] in names]
    if any(content.get(kind) for kind in (*_LISTS, "sources", "groups")):
        file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    else:
        file.unlink()
