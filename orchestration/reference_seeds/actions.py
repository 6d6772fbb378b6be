"""What an action needs to be decided on: whom it is meant for, and a message in a channel.

Each check reads seeds of which `declared` has found nothing to say.
"""

from collections.abc import Iterator, Mapping

from orchestration.reference_seeds.table import Problem, Seed

_CLASS_OF_MARKETING = "offer"


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Actions that could never be done, and rules that say nothing."""
    conditions = {row.text("action_slug") for row in seeds["action_conditions"].rows}
    messages = {row.text("action_slug") for row in seeds["messages"].rows}
    for row in seeds["actions"].rows:
        action = row.text("action_slug")
        if action == "nothing":
            yield row.problem("action_slug 'nothing' is what wins without an action: rename it")
        if action not in conditions:
            yield row.problem(f"{action} has no condition: add a row to action_conditions.csv")
        if action not in messages:
            yield row.problem(f"{action} has no message: add a row to messages.csv")
        if row["priority_class"] == _CLASS_OF_MARKETING and row["purpose"] != "marketing":
            yield row.problem(f"{action} is an offer, which needs consent: write purpose marketing")
        starts, ends = row["valid_from"], row["valid_until"]
        if starts is not None and ends is not None and ends <= starts:
            yield row.problem(f"valid_until {ends} is not after {starts}: write a later day")
    for row in seeds["messages"].rows:
        if row["channel_slug"] == "all":
            yield row.problem("channel_slug 'all' is no channel: write one of contact_policies.csv")
    for row in seeds["contact_policies"].rows:
        if (row["quiet_from_hour"] is None) != (row["quiet_until_hour"] is None):
            yield row.problem("quiet hours need both ends: fill in the other, or leave both empty")
