"""The cases and touchpoints of service against what the customers of a small world did."""

import os
import subprocess
import sys

import pandas as pd
import pytest

from orchestration.paths import DBT_PROJECT_DIR
from orchestration.sample_world.simulation import simulate
from orchestration.sample_world.sources import calls, chat, tickets
from orchestration.warehouse.connections import open_warehouse

WRITERS = {"calls": calls.write, "chat": chat.write, "tickets": tickets.write}
KINDS = (
    *("call_inbound", "call_outbound", "bot_chat", "agent_chat"),
    *("ticket_opened", "ticket_agent_replied", "ticket_customer_replied"),
    *("ticket_solved", "ticket_reopened"),
)


@pytest.fixture
def small_world():
    return simulate(range(6_000), days=45, seed=3)


@pytest.fixture
def touchpoints(stage, small_world, tmp_path):
    """What the warehouse makes of the exports of the three service sources."""
    for source, write in WRITERS.items():
        stage(source, write, small_world)
    (tmp_path / "build").mkdir(exist_ok=True)
    models = [f"int_touchpoints__{source}" for source in WRITERS]
    # With the branches of their shapes, down to the views that are there already.
    cases = [f"+int_cases__{name}" for name in ("turns", "status_spans", *WRITERS)]
    subprocess.run(  # noqa: S603 - our own arguments
        [
            *(sys.executable, "-m", "dbt.cli.main", "--quiet", "run"),
            *("--select", *cases, *models, "--exclude", "path:models/staging"),
            *("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)),
            *("--target", "warehouse"),
            *("--target-path", str(tmp_path / "dbt"), "--log-path", str(tmp_path / "dbt")),
        ],
        check=True,
        env=os.environ | {"THROUGHLINE_DATA": str(tmp_path)},
    )
    with open_warehouse(tmp_path / "warehouse.duckdb") as connection:
        return pd.concat(
            connection.execute(f"select * from intermediate.{model}").df() for model in models
        )


def test_every_moment_of_service_is_one_touchpoint(touchpoints, small_world):
    moments = small_world.of_kind(*KINDS)

    did = moments.assign(occurred_at=moments["at"].dt.floor("s"))
    did = did.groupby(["kind", "occurred_at"]).size().sort_index()
    seen = touchpoints.groupby(["touchpoint_type_slug", "occurred_at"]).size().sort_index()
    assert len(moments) > 200
    assert set(moments["kind"]) == set(touchpoints["touchpoint_type_slug"])
    assert [(*key, n) for key, n in did.items()] == [(*key, n) for key, n in seen.items()]

    # A solve that a reopening followed is called reopened; each other outcome is as it was.
    spoken = moments[~moments["kind"].isin(["ticket_solved"])]
    outcomes = touchpoints[~touchpoints["touchpoint_type_slug"].isin(["ticket_solved"])]
    assert spoken["outcome"].value_counts().to_dict() == (
        outcomes["outcome_slug"].value_counts().to_dict()
    )

    # What a call or a chat took from customers and agents adds up; the menu is no agent.
    answered = moments[
        moments["kind"].isin(["call_inbound", "agent_chat"]) & (moments["outcome"] != "ivr")
    ]
    timed = touchpoints[touchpoints["touchpoint_type_slug"].isin(["call_inbound", "agent_chat"])]
    assert timed["wait_seconds"].sum() == answered["wait_seconds"].sum()
    assert timed["handle_seconds"].sum() == answered["handle_seconds"].sum()

    of_chats = moments["kind"] == "agent_chat"
    assert touchpoints["score"].notna().sum() >= moments.loc[of_chats, "score"].notna().sum() > 0
    assert touchpoints["order_key"].notna().any()
