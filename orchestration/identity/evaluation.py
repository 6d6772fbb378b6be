"""The quality of identity on records whose truth is known, by the warehouse's own models.

The records become the observations of a warehouse that lives for a moment; seeds, SQL and matcher
are the product's.
"""

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

from orchestration.identity.elsewhere import Elsewhere
from orchestration.identity.match_models import Model, write_version
from orchestration.identity.match_updates import matched_records
from orchestration.identity.quality import Quality, cluster_quality, pairwise_quality
from orchestration.identity.record_files import default_country, read_records
from orchestration.identity.training import train

_RECORDS = "int_identity__match_records"
_MATCHES = "int_identity__matched_records"
_COMPONENTS = "int_identity__components"


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
    with _warehouse_of(observations) as elsewhere:
        return _match_records(elsewhere)


def resolve_records(observations: pa.Table, model: Model | None = None) -> list[str]:
    """The customer of each observation, in their order; without a model, one is learnt from them.

    The model is used as it is given, however many records there are.
    """
    with _warehouse_of(observations) as elsewhere:
        records = _match_records(elsewhere)
        elsewhere.give(_MATCHES, _matches(elsewhere, model or train(records, is_complete=True)))
        elsewhere.build(_COMPONENTS)
        with elsewhere.connect() as connection:
            return [
                customer
                for (customer,) in connection.execute(
                    "select coalesce(components.component_key, profiles.profile_key) "
                    "from intermediate.int_identity__profiles as profiles "
                    f"left join intermediate.{_COMPONENTS} as components "
                    "on profiles.profile_key = components.node_key order by profiles.profile_key"
                ).fetchall()
            ]


@contextmanager
def _warehouse_of(observations: pa.Table) -> Iterator[Elsewhere]:
    """A warehouse that knows nothing but the observations, and where most of them are from."""
    with TemporaryDirectory(prefix="throughline-") as folder:
        elsewhere = Elsewhere(Path(folder))
        elsewhere.give("int_shapes__observations", observations)
        settings = pa.table({"default_country": [default_country(observations)]})
        elsewhere.give("int_company__settings", settings)
        yield elsewhere


def _match_records(elsewhere: Elsewhere) -> pa.Table:
    elsewhere.build(_RECORDS)
    with elsewhere.connect() as connection:
        return _ordered_records(connection).to_arrow_table()


def _matches(elsewhere: Elsewhere, model: Model) -> pa.Table:
    """The matches of all records, as the project's own model has them from the same function."""
    elsewhere.build("identity_settings")
    version = write_version(model, folder=elsewhere.folder / "identity_models")
    with elsewhere.connect() as connection:
        ((threshold,),) = connection.execute(
            "select setting_value from reference.identity_settings "
            "where setting = 'match_review_probability'"
        ).fetchall()
        matches = matched_records(_ordered_records(connection), version, threshold)
        return matches if isinstance(matches, pa.Table) else matches.to_arrow_table()


def _ordered_records(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    return connection.sql(f"from intermediate.{_RECORDS} order by profile_key")
