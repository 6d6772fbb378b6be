"""The jobs: `daily`, `land` (everything or one source), `rebuild` from the archive."""

from typing import Any

import dagster as dg

from orchestration.warehouse.operating import run_limits, schedule, schedule_time_zone
from orchestration.warehouse.release import run_tags

# Dagster uses a logger of ours only where a run's configuration names it.
PROGRESS: dict[str, Any] = {"loggers": {"console": {}}}

_TAGS = {**run_tags(), **run_limits()}

daily = dg.define_asset_job(
    "daily",
    selection=dg.AssetSelection.all(),
    config=PROGRESS,
    tags=_TAGS,
    description="Land what arrived, build, audit, publish. With nothing new it only looks.",
)

land = dg.define_asset_job(
    "land",
    selection=dg.AssetSelection.groups("landing"),
    config=PROGRESS,
    tags=_TAGS,
    description="Land what arrived, of every source or of those selected; build nothing.",
)

rebuild = dg.define_asset_job(
    "rebuild",
    selection=dg.AssetSelection.all(),
    config={
        **PROGRESS,
        "resources": {"warehouse": {"config": {"from_archive": True}}},
        "ops": {"dbt_build": {"config": {"full_refresh": True}}},
    },
    tags=_TAGS,
    description="A fresh warehouse from the archived deliveries, built whole, audited, published.",
)

publish = dg.define_asset_job(
    "publish",
    selection=dg.AssetSelection.groups("published"),
    config=PROGRESS,
    tags=_TAGS,
    description="Publish the last audited build again, for instance after a rollback.",
)

daily_schedule = dg.ScheduleDefinition(
    name="daily_schedule",
    job=daily,
    cron_schedule=schedule(),
    execution_timezone=schedule_time_zone(),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
