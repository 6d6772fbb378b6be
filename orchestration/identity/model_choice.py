"""The choice of the matching model: the version that a run uses, and when a new one is trained."""

from collections.abc import Callable

import duckdb
import pyarrow as pa

from orchestration.identity.match_models import (
    KeptModel,
    ModelVersion,
    NoModelError,
    numbered_version,
    versions,
    write_version,
)
from orchestration.identity.training import train
from orchestration.paths import warehouse_path
from orchestration.warehouse.connections import read_warehouse

# Rules that a small warehouse can bear bring too many pairs in one that has grown.
_OUTGROWN = 4
_NOTHING_TO_LEARN_FROM = "there are no profiles to learn from: `throughline run` brings them"


def version_for(
    record_count: int, records: Callable[[], pa.Table], pinned: int = 0
) -> ModelVersion:
    """The version that a run uses: the pinned one, else the newest; without any, the run trains.

    A run also trains anew if it has outgrown a version that a run trained, never one that somebody
    trained. Raises NoModelError if the pinned version is not there.
    """
    if pinned:
        return numbered_version(pinned)
    existing = versions()
    if existing and not _is_outgrown(existing[-1].model, record_count):
        return existing[-1]
    return write_version(train(records()), is_trained_by_run=True)


def train_version() -> ModelVersion:
    """Learn a new version from the profiles of the last run; raises NoModelError without any."""
    if not warehouse_path().exists():
        raise NoModelError(_NOTHING_TO_LEARN_FROM)
    with read_warehouse() as connection:
        try:
            records = connection.sql(
                "from intermediate.int_identity__match_records order by profile_key"
            ).to_arrow_table()
        except duckdb.CatalogException as error:
            raise NoModelError(_NOTHING_TO_LEARN_FROM) from error
    return write_version(train(records))


def _is_outgrown(model: KeptModel, record_count: int) -> bool:
    """Whether a run trained it on a first delivery that was much smaller."""
    return model["is_trained_by_run"] and record_count > _OUTGROWN * max(model["record_count"], 1)
