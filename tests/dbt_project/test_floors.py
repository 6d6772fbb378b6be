"""The floors of the project: each model stands on one and reads only those below it.

A model's place follows from its file. What a floor holds is told in `dbt_project/README.md`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import PurePosixPath

import pytest

from orchestration.paths import DBT_PROJECT_DIR

FLOORS = ("staging", "shapes", "identity", "facts", "measures", "marts", "metrics")

# What landing wrote down about deliveries is no source: any floor may read it.
LEDGER = "stg_ledger__"
# It compares what was delivered with what is staged, so it reads both.
AUDIT = "int_reconciliation__"
# Where the model that unites a shape lies, by shape: the lines of orders stand with the orders.
FOLDERS = {
    file.stem.removeprefix("int_shapes__"): file.parent.name
    for file in (DBT_PROJECT_DIR / "models").rglob("int_shapes__*.sql")
}


@dataclass(frozen=True)
class Model:
    """A model, with its file below `models/` and the models that it reads."""

    name: str
    file: str
    parents: tuple[str, ...] = ()

    @property
    def folder(self) -> tuple[str, str]:
        """Floor and folder, such as facts and orders.

        A source may keep all of its models in its one folder of staging: what it adds to a shape
        counts to the shape (`staging/till/int_orders__till.sql` to shapes and orders).
        """
        parts = PurePosixPath(self.file).parent.parts
        if parts[0] == "staging" and self.name.startswith("int_"):
            shape = self.name.removeprefix("int_").split("__")[0]
            return "shapes", FOLDERS[shape]
        if parts[0] == "intermediate":
            parts = parts[1:]
        return parts[0], parts[-1]

    @property
    def height(self) -> int:
        return FLOORS.index(self.folder[0])


def edges(models: Iterable[Model]) -> list[tuple[Model, Model]]:
    """Each pair of a model and one that it reads."""
    by_name = {model.name: model for model in models}
    return [(model, by_name[parent]) for model in by_name.values() for parent in model.parents]


def upward_edges(models: Iterable[Model]) -> list[str]:
    return [
        f"{model.name} ({model.folder[0]}) reads {parent.name} ({parent.folder[0]})"
        for model, parent in edges(models)
        if parent.height > model.height
    ]


def readers_of_staging(models: Iterable[Model]) -> list[str]:
    """Who reads a source's staging view from above the shapes."""
    return [
        f"{model.name} ({model.folder[0]}) reads {parent.name}"
        for model, parent in edges(models)
        if parent.folder[0] == "staging"
        and not parent.name.startswith(LEDGER)
        and not model.name.startswith(AUDIT)
        and model.folder[0] not in ("staging", "shapes")
    ]


def circle_of_folders(models: Iterable[Model]) -> list[str]:
    """Folders of one floor that read each other in a circle, with the edges between them."""
    between = {}
    for model, parent in edges(models):
        if model.height == parent.height and model.folder != parent.folder:
            between.setdefault((model.folder, parent.folder), []).append(
                f"{'/'.join(model.folder)} reads {'/'.join(parent.folder)}: "
                f"{model.name} reads {parent.name}"
            )
    readers = {}
    for reader, read in between:
        readers.setdefault(reader, set()).add(read)
    try:
        TopologicalSorter(readers).prepare()
    except CycleError as error:
        # The sorter names each folder before the one that reads it.
        circle = error.args[1]
        return [line for read, reader in pairwise(circle) for line in between[reader, read]]
    return []


@pytest.fixture(scope="session")
def models(manifest) -> list[Model]:
    """All models and snapshots; a snapshot stands where the table stands that it remembers."""
    nodes = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "snapshot")
    }

    def model(node):
        parents = [key for key in node["depends_on"]["nodes"] if key in nodes]
        remembered = nodes[parents[0]] if node["resource_type"] == "snapshot" else node
        return Model(
            name=node["name"],
            file=remembered["original_file_path"].removeprefix("models/"),
            parents=tuple(nodes[key]["name"] for key in parents),
        )

    return [model(node) for node in nodes.values()]


def test_no_model_reads_a_floor_above_it(models):
    assert len(models) > 200
    assert upward_edges(models) == []


def test_only_shapes_read_what_a_source_staged(models):
    assert readers_of_staging(models) == []


def test_only_staging_reads_a_source(manifest, models):
    staged = {model.name for model in models if model.folder[0] == "staging"}
    readers = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and not node["name"].startswith(AUDIT)
        and any(key.startswith("source.") for key in node["depends_on"]["nodes"])
    }

    assert readers
    assert readers - staged == set()


def test_no_folders_of_a_floor_read_each_other_in_a_circle(models):
    assert circle_of_folders(models) == []


STAGED = Model("stg_till__sales", "staging/till/stg_till__sales.sql")
ORDERS = Model("int_orders__orders", "intermediate/facts/orders/int_orders__orders.sql")
CASES = Model("int_cases__cases", "intermediate/facts/cases/int_cases__cases.sql")


def reading(model: Model, *parents: Model) -> Model:
    return Model(model.name, model.file, tuple(parent.name for parent in parents))


@pytest.mark.parametrize(
    ("name", "file", "folder"),
    [
        pytest.param("stg_a__b", "staging/a/stg_a__b.sql", ("staging", "a"), id="staging"),
        pytest.param(
            "int_web__events",
            "intermediate/shapes/web/int_web__events.sql",
            ("shapes", "web"),
            id="shape",
        ),
        pytest.param(
            "int_orders__till",
            "staging/till/int_orders__till.sql",
            ("shapes", "orders"),
            id="plug-in",
        ),
        pytest.param(
            "int_identity__links",
            "intermediate/identity/int_identity__links.sql",
            ("identity", "identity"),
            id="identity",
        ),
        pytest.param("loyalty", "marts/loyalty/loyalty.sql", ("marts", "loyalty"), id="mart"),
        pytest.param("dim_days", "metrics/dim_days.sql", ("metrics", "metrics"), id="metric"),
    ],
)
def test_a_models_place_follows_from_its_file(name, file, folder):
    assert Model(name, file).folder == folder


def test_an_upward_edge_is_found_and_names_both_ends():
    unit = Model("int_kpis__units", "intermediate/measures/kpis/int_kpis__units.sql")

    assert upward_edges([reading(unit, ORDERS), ORDERS]) == []
    assert upward_edges([unit, reading(ORDERS, unit)]) == [
        "int_orders__orders (facts) reads int_kpis__units (measures)"
    ]


def test_a_reader_of_a_staging_view_is_found():
    mart = Model("sales", "marts/trust/sales.sql")
    plug_in = Model("int_orders__till", "staging/till/int_orders__till.sql")
    ledger = Model("stg_ledger__loads", "staging/ledger/stg_ledger__loads.sql")

    assert readers_of_staging([reading(plug_in, STAGED), STAGED]) == []
    assert readers_of_staging([reading(mart, ledger), ledger]) == []
    assert readers_of_staging([reading(mart, STAGED), reading(CASES, STAGED), STAGED]) == [
        "sales (marts) reads stg_till__sales",
        "int_cases__cases (facts) reads stg_till__sales",
    ]


def test_a_circle_of_folders_is_found_and_names_its_edges():
    """No model reads itself in a circle, but the folders do."""
    contacts = Model("int_cases__contacts", "intermediate/facts/cases/int_cases__contacts.sql")
    loops = Model("int_feedback__loops", "intermediate/facts/feedback/int_feedback__loops.sql")
    downward = [reading(ORDERS, CASES), CASES, contacts]

    assert circle_of_folders([*downward, reading(loops, ORDERS)]) == []
    assert sorted(
        circle_of_folders(
            [reading(ORDERS, CASES), CASES, reading(contacts, loops), reading(loops, ORDERS)]
        )
    ) == [
        "facts/cases reads facts/feedback: int_cases__contacts reads int_feedback__loops",
        "facts/feedback reads facts/orders: int_feedback__loops reads int_orders__orders",
        "facts/orders reads facts/cases: int_orders__orders reads int_cases__cases",
    ]
