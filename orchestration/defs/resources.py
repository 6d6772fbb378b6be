"""Binds the resources that every definition may ask for."""

import dagster as dg

from orchestration.instance.progress import progress_logger
from orchestration.instance.writer import WarehouseWriter


@dg.definitions
def resources() -> dg.Definitions:
    """One writer, one process: a step per process would cost ten times more."""
    return dg.Definitions(
        resources={"warehouse": WarehouseWriter()},
        executor=dg.in_process_executor,
        loggers={"console": progress_logger},
    )
