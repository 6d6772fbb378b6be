"""The truth tables: what the pipeline never reads, and every proof compares with."""

import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.satisfaction import (
    churn_effect_frame,
    drivers_frame,
    stated_importance_frame,
    wait_effects_frame,
)
from orchestration.sample_world.world import World


def write_truth(world: World, out: Delivery) -> None:
    """Hand over this chunk's rows; what is true of the whole world only once."""
    for name in ("persons", "journeys", "responses", "orders", "cases"):
        out.truth(name, getattr(world, name).reset_index(drop=True))
    for name in (
        "episodes",
        "response_drivers",
        "sent_by_mistake",
        "experiment_arms",
        "customer_values",
    ):
        out.truth(name, world.truth[name])
    rated = world.moments[world.moments["score"].notna()]
    out.truth(
        "ratings", rated[["moment", "person", "kind", "at", "case", "product", "score", "scale"]]
    )
    kinds = world.moments["kind"]
    days = world.moments["at"].dt.floor("D").rename("day")
    out.truth("moment_counts", _counts(days, kinds))
    if world.chunk == 0:
        out.truth("incidents", world.truth["incidents"])
        out.truth("campaigns", world.campaigns)
        out.truth("drivers", drivers_frame())
        out.truth("churn_effect", churn_effect_frame())
        out.truth("wait_effects", wait_effects_frame())
        out.truth("stated_importance", stated_importance_frame())
        out.truth("experiments", world.truth["experiments"])


def _counts(days: pd.Series, kinds: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"day": days, "kind": kinds}).value_counts().sort_index().reset_index()
