"""The YAML of the dbt project: readable by any parser, and where a reader looks for it."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import pytest
import yaml

from orchestration.paths import DBT_PROJECT_DIR, REFERENCE_DIR


def unreadable_yaml(files: Iterable[Path]) -> list[str]:
    """Files that plain YAML forbids: dbt's parser, written in C, takes more than editors do."""
    unreadable = []
    for file in files:
        try:
            yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            unreadable.append(f"{file.name}: {error}")
    return unreadable


def misplaced_yaml(described: Iterable[tuple[str, str]]) -> list[str]:
    """Models and seeds whose YAML is not where it belongs, of pairs of file and YAML."""
    return [
        f"{file} is described in {found or 'no file'}, not in {place_of_yaml(file)}"
        for file, found in described
        if found != place_of_yaml(file)
    ]


def place_of_yaml(file: str) -> str:
    """Where the YAML of a file belongs: one per folder, and one per mart or metric."""
    path = PurePosixPath(file)
    if path.suffix == ".csv":
        return str(path.with_name(f"_{path.parent.name}__seeds.yml"))
    if path.parts[1] in ("marts", "metrics"):
        return str(path.with_suffix(".yml"))
    return str(path.with_name(f"_{path.parent.name}__models.yml"))


def test_every_yaml_file_is_plain_yaml():
    files = [
        path
        for folder in (DBT_PROJECT_DIR, REFERENCE_DIR)
        for path in folder.rglob("*.yml")
        if path.is_file() and "target" not in path.parts
    ]

    assert len(files) > 100
    assert unreadable_yaml(files) == []


def test_yaml_that_only_dbt_reads_is_found(tmp_path):
    """An unquoted question mark in a flow mapping passed dbt and stopped every other reader."""
    (tmp_path / "plain.yml").write_text('- {body: "Where is it?", is_message: true}\n')
    (tmp_path / "lenient.yml").write_text("- {body: Where is it?, is_message: true}\n")

    (complaint,) = unreadable_yaml(sorted(tmp_path.iterdir()))
    assert complaint.startswith("lenient.yml")


def test_each_model_and_seed_is_described_beside_its_file(manifest):
    described = [
        (node["original_file_path"], (node["patch_path"] or "").removeprefix("throughline://"))
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    ]

    assert len(described) > 250
    assert misplaced_yaml(described) == []


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        pytest.param(
            "models/staging/web/stg_web__events.sql",
            "models/staging/web/_web__models.yml",
            "",
            id="none",
        ),
        pytest.param(
            "models/intermediate/facts/orders/int_orders__orders.sql",
            "models/intermediate/facts/orders/_orders__models.yml",
            "models/intermediate/shapes/orders/_orders__models.yml",
            id="another folder's",
        ),
        pytest.param(
            "models/marts/loyalty/loyalty.sql",
            "models/marts/loyalty/loyalty.yml",
            "models/marts/loyalty/_loyalty__models.yml",
            id="one for several marts",
        ),
        pytest.param(
            "../seeds/reference/kpis/kpis.csv",
            "../seeds/reference/kpis/_kpis__seeds.yml",
            "../seeds/reference/_seeds.yml",
            id="one for several folders",
        ),
    ],
)
def test_misplaced_yaml_is_found(file, right, wrong):
    assert misplaced_yaml([(file, right)]) == []
    assert misplaced_yaml([(file, wrong)]) == [
        f"{file} is described in {wrong or 'no file'}, not in {right}"
    ]
