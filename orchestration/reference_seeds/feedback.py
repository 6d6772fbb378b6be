"""Rules for feedback: scales without a gap, an owner for every detractor, talks that close a loop.

Each check reads seeds of which `declared` has found nothing to say.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from orchestration.reference_seeds.table import Problem, Row, Seed

_CONDITIONS = ("program_slug", "channel_slug", "contact_reason_slug", "store_id")


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Scores in no band, detractors without an owner, contacts by which nobody talks to anybody."""
    yield from _scale_problems(seeds["rating_scales"])
    yield from _owner_problems(seeds["closed_loop_owners"])
    yield from _contact_problems(seeds)


def _scale_problems(scales: Seed) -> Iterator[Problem]:
    """A score that falls into no band, or into two, would be missing from a figure or doubled."""
    bands: dict[str, list[Row]] = defaultdict(list)
    for row in scales.rows:
        bands[row.text("scale_slug")].append(row)
    for scale, rows in bands.items():
        rows.sort(key=lambda row: (int(row.text("score_from")), row.line))
        for row in rows:
            if int(row.text("score_to")) < int(row.text("score_from")):
                yield row.problem(
                    f"score_to {row['score_to']} lies before score_from {row['score_from']}: "
                    "exchange them"
                )
        for before, row in pairwise(rows):
            after = int(before.text("score_to")) + 1
            if int(row.text("score_from")) != after:
                gap = "leaves a gap after" if int(row.text("score_from")) > after else "overlaps"
                yield row.problem(
                    f"score_from {row['score_from']} of {scale} {gap} the band {before['band']} of "
                    f"line {before.line}, which ends with {before['score_to']}: write {after}"
                )


def _owner_problems(owners: Seed) -> Iterator[Problem]:
    for row in owners.rows:
        if row["owner_kind"] == "team" and not row["team_id"]:
            yield row.problem("no team_id of owner_kind team: write the team that has to call")
        if row["owner_kind"] != "team" and row["team_id"]:
            yield row.problem(
                f"team_id {row['team_id']!r} of owner_kind {row['owner_kind']}: "
                "leave it empty, or write owner_kind team"
            )
    last = max(owners.rows, key=lambda row: int(row.text("priority")))
    if last["owner_kind"] != "team" or any(last[condition] for condition in _CONDITIONS):
        yield last.problem(
            f"priority {last['priority']}, the last rule, does not fit every detractor: "
            "make it owner_kind team without a condition"
        )


def _contact_problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    types = {row.text("touchpoint_type_slug"): row for row in seeds["touchpoint_types"].rows}
    outcomes = seeds["touchpoint_outcomes"]
    for row in seeds["closed_loop_contacts"].rows:
        slug, outcome = row.text("touchpoint_type_slug"), row.text("outcome_slug")
        contact = types[slug]
        if contact["direction"] != "outbound" or contact["actor"] != "human":
            yield row.problem(
                f"touchpoint_type_slug {slug!r} is no talk that a person of the company begins: "
                "write one that is outbound and human"
            )
            continue
        known = [
            other.text("outcome_slug")
            for other in outcomes.rows
            if other["touchpoint_type_slug"] == slug
        ]
        if outcome not in known:
            words = f"write one of {', '.join(known)}" if known else "add it there"
            yield row.problem(
                f"outcome_slug {outcome!r} of {slug} is not in {outcomes.path.name}: {words}"
            )
