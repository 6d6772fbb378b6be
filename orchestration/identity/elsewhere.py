"""The product's identity models, run in a warehouse of their own.

Such a warehouse begins with the tables that it is given; dbt builds in it what a result needs
beyond them. Models, macros and seeds are the project's, unchanged. A dry run is given what the
last build knows; an evaluation is given records of which the truth is known.
"""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ParsedNode, SourceDefinition

from orchestration.paths import dbt_project_dir
from orchestration.warehouse.connections import SETTINGS, quoted
from orchestration.warehouse.dbt_invocation import failures, parsed_project, run_dbt

# The folder of the seeds, and that of the models.
_IDENTITY = "identity"


class BuildError(Exception):
    """The models failed on what the warehouse was given; the message says which and why."""


class Elsewhere:
    """A private database in a folder of its own, filled by `give`, `take_from` and `build`."""

    def __init__(self, folder: Path) -> None:
        """Begin with nothing; the folder is empty, and its owner removes it."""
        self.folder = folder
        self._project = parsed_project()
        self._unique_ids = {
            node.name: unique_id
            for unique_id, node in self._project.nodes.items()
            if node.resource_type in ("model", "seed", "snapshot")
        }
        # dbt knows a database by the name of its file.
        self._database = folder / "warehouse.duckdb"
        self._present: set[str] = set()
        (folder / "profiles.yml").write_text(yaml.safe_dump(_profiles(self._database)))

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the database."""
        return duckdb.connect(str(self._database), config=SETTINGS)

    def give(self, name: str, rows: pa.Table) -> None:
        """Have these rows as what the model of this name would have built."""
        with self.connect() as connection:
            connection.register("given_rows", rows)
            self._create(connection, self._unique_ids[name], "given_rows")

    def take_from(self, warehouse: Path, names: Iterable[str]) -> None:
        """Copy tables that the models of these names have built in another warehouse."""
        self._copy(warehouse, [self._unique_ids[name] for name in names])

    def build(self, result: str) -> None:
        """Build a model or seed with all that it needs and that is not there yet."""
        names, _ = self._way_to(result, lambda unique_id: unique_id in self._present)
        self._build(names)

    def build_by_seeds(self, result: str, warehouse: Path) -> None:
        """Build what the identity seeds decide of a result; take the rest from a warehouse.

        A table that was taken before is built upon, as a run builds upon that of the run before.
        """
        is_decided = _depends_on_seeds(self._project)
        names, given = self._way_to(result, lambda unique_id: not is_decided(unique_id))
        self._copy(warehouse, given)
        self._build(names)

    def _way_to(self, result: str, is_given: Callable[[str], bool]) -> tuple[list[str], list[str]]:
        """The names of what is to be built for a result, and the ids of what it reads as given."""
        wanted, seen = [self._unique_ids[result]], set()
        while wanted:
            unique_id = wanted.pop()
            if unique_id not in seen:
                seen.add(unique_id)
                if not is_given(unique_id):
                    wanted += _parents(self._project, unique_id)
        given = sorted(filter(is_given, seen))
        names = sorted(self._project.expect(unique_id).name for unique_id in seen - {*given})
        return names, given

    def _copy(self, warehouse: Path, unique_ids: Iterable[str]) -> None:
        with duckdb.connect(config=SETTINGS) as connection:
            # The name that the warehouse's views call it by.
            connection.execute(f"attach {quoted(warehouse)} as warehouse (read_only)")
            connection.execute(f"attach {quoted(self._database)} as elsewhere")
            connection.execute("use elsewhere")
            for unique_id in unique_ids:
                self._create(connection, unique_id, f"warehouse.{self._relation(unique_id)}")

    def _create(self, connection: duckdb.DuckDBPyConnection, unique_id: str, rows: str) -> None:
        schema = _relational(self._project, unique_id).schema
        connection.execute(f'create schema if not exists "{schema}"')
        connection.execute(f"create table {self._relation(unique_id)} as from {rows}")
        self._present.add(unique_id)

    def _relation(self, unique_id: str) -> str:
        node = _relational(self._project, unique_id)
        return f'"{node.schema}"."{node.identifier}"'

    def _build(self, names: list[str]) -> None:
        if not names:
            return
        outcome = run_dbt(
            *("build", "--select", *names),
            *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
            project=self._project,
            profiles=self.folder,
            artifacts=self.folder / "dbt",
        )
        if not outcome.success:
            raise BuildError("\n".join(failures(outcome)))
        self._present.update(self._unique_ids[name] for name in names)


def _depends_on_seeds(project: Manifest) -> Callable[[str], bool]:
    """Whether a node is a seed of identity, or a model of identity built from one, however far.

    What the sources saw is given: the stream of a web shop is not parsed again to try a seed.
    """

    @cache
    def depends(unique_id: str) -> bool:
        node = project.expect(unique_id)
        if _IDENTITY not in node.fqn:
            return False
        if node.resource_type == "seed":
            return True
        return any(map(depends, _parents(project, unique_id)))

    return depends


def _relational(project: Manifest, unique_id: str) -> ParsedNode | SourceDefinition:
    """A node that is a table or a view of a database."""
    node = project.expect(unique_id)
    if not isinstance(node, ParsedNode | SourceDefinition):
        raise TypeError(f"{unique_id} is no relation")
    return node


def _parents(project: Manifest, unique_id: str) -> list[str]:
    parents: list[str] = project.expect(unique_id).depends_on_nodes
    return parents


def _profiles(database: Path) -> dict[str, Any]:
    """The project's profile, with this database in the place of the warehouse and no other."""
    profiles = yaml.safe_load((dbt_project_dir() / "profiles.yml").read_text(encoding="utf-8"))
    warehouse = profiles["throughline"]["outputs"]["warehouse"]
    output = warehouse | {"path": str(database), "attach": []}
    return {"throughline": {"target": "warehouse", "outputs": {"warehouse": output}}}
