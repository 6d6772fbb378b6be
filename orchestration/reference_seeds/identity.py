"""Rules for the identity seeds beyond well-formed rows: known settings, decisions that agree.

Each check reads seeds of which `declared` has found nothing to say.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from orchestration.reference_seeds.table import Problem, Row, Seed

# Every setting that a model reads, with its least and its most.
SETTINGS: dict[str, tuple[float, float]] = {
    "email_plus_tag_is_folded": (0, 1),
    "typo_rarity": (1, 1e6),
    "typo_edits": (0, 10),
    "typo_maximum_names": (0, 1e6),
    "name_conflict_edits": (0, 10),
    "birth_date_conflict_edits": (0, 10),
    "match_name_share": (0, 1),
    "match_birth_date_years": (0, 150),
    "match_link_probability": (0.5, 1),
    "match_best_link_probability": (0.5, 1),
    "match_link_probability_without_homes": (0.5, 1),
    "match_review_probability": (0.01, 1),
    "match_birth_date_edits": (0, 8),
    "match_model_version": (0, 1e6),
    "placeholder_date_names": (2, 1e6),
    "placeholder_date_share": (0, 1),
    "minimum_customers_per_public_cell": (1, 1e6),
}

# Every type that `int_identity__normalized_identifiers` makes.
IDENTIFIER_TYPES = {
    "account_id",
    "loyalty_card",
    "government_id",
    "email",
    "phone",
    "social_handle",
    "personal_details",
    "contact_id",
    "device_id",
}

# Every attribute of a golden record.
ATTRIBUTES = {"name", "birth_date", "gender", "language", "address", "email", "phone", "segment"}

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Rules that would do nothing, or contradict themselves."""
    yield from _wrong_settings(seeds["identity_settings"])
    yield from _wrong_types(seeds["identifier_types"])
    for row in seeds["blocked_values"].rows:
        yield from _idle_block(row)
    for row in seeds["placeholder_traits"].rows:
        yield from _idle_placeholder(row)
    yield from _wrong_decisions(seeds["identity_decisions"])
    yield from _missing_rules(seeds["survivorship_rules"])


def _wrong_settings(settings: Seed) -> Iterator[Problem]:
    for row in settings.rows:
        if row["setting"] not in SETTINGS:
            known = ", ".join(sorted(SETTINGS))
            yield row.problem(f"unknown setting {row['setting']!r}: there are {known}")
            continue
        least, most = SETTINGS[row["setting"]]
        if not least <= float(row.text("setting_value")) <= most:
            yield row.problem(f"{row['setting']} takes {least:g} to {most:g}")
    for setting in sorted(SETTINGS.keys() - settings.values("setting")):
        yield Problem(settings.path, 1, f"no row for setting {setting}")


def _wrong_types(types: Seed) -> Iterator[Problem]:
    for row in types.rows:
        if row["identifier_type"] not in IDENTIFIER_TYPES:
            yield row.problem(f"no source shows a {row['identifier_type']!r}")
        if row["conflict_edits"] and row.text("is_unique_per_person").lower() != "true":
            yield row.problem("conflict_edits is for a type that is unique per person")
    for identifier_type in sorted(IDENTIFIER_TYPES - types.values("identifier_type")):
        yield Problem(types.path, 1, f"no row for type {identifier_type}")


def _idle_block(row: Row) -> Iterator[Problem]:
    if row["identifier_type"] not in IDENTIFIER_TYPES | {"any"}:
        yield row.problem(f"identifier_type {row['identifier_type']!r} is neither any nor known")
    if row["blocked_value"] != row.text("blocked_value").lower():
        yield row.problem(
            f"{row['blocked_value']!r} blocks nothing: write it in lower case, as it is compared"
        )
    if row["match_kind"] == "number" and not row.text("blocked_value").isdecimal():
        yield row.problem(f"{row['blocked_value']!r} blocks nothing: write its digits alone")


def _idle_placeholder(row: Row) -> Iterator[Problem]:
    value, trait = row.text("placeholder_value"), row["trait_slug"]
    if trait == "birth_date":
        if not _ISO_DATE.fullmatch(value):
            yield row.problem(f"{value!r} is no date: write it as YYYY-MM-DD")
        return
    if row["match_kind"] != "exact":
        yield row.problem(f"only birth dates come {row['match_kind']} another")
    folded = value.upper().replace(" ", "") if trait == "postcode" else value.lower()
    if value != folded:
        yield row.problem(f"{value!r} meets nothing: write it as it is compared, {folded!r}")


def _missing_rules(rules: Seed) -> Iterator[Problem]:
    for attribute in sorted(ATTRIBUTES - rules.values("attribute_slug")):
        yield Problem(rules.path, 1, f"no rule says which {attribute} survives")


def _wrong_decisions(decisions: Seed) -> Iterator[Problem]:
    first_rows: dict[frozenset[str], Row] = {}
    for row in decisions.rows:
        pair = frozenset(_pair(row))
        first = first_rows.setdefault(pair, row)
        if len(pair) == 1:
            yield row.problem("a decision takes two profiles, not one twice")
        elif first is not row and first["decision"] == row["decision"]:
            yield row.problem(f"decided already in line {first.line}")
        elif first is not row:
            yield row.problem(f"{row['decision']}s what line {first.line} {first['decision']}s")
    yield from _splits_within_merges(decisions, first_rows)


def _splits_within_merges(
    decisions: Seed, first_rows: Mapping[frozenset[str], Row]
) -> Iterator[Problem]:
    merged: dict[str, set[str]] = defaultdict(set)
    for row in decisions.rows:
        left, right = _pair(row)
        if row["decision"] == "merge":
            merged[left].add(right)
            merged[right].add(left)
    for row in decisions.rows:
        left, right = _pair(row)
        if row["decision"] == "merge" or right in merged[left]:
            continue
        path = _path(merged, left, right)
        if path:
            lines = sorted(first_rows[frozenset(step)].line for step in pairwise(path))
            yield row.problem(
                f"splits what the merges in lines {', '.join(map(str, lines))} join: "
                "take one of them out"
            )


def _pair(row: Row) -> tuple[str, str]:
    return row.text("left_profile_key"), row.text("right_profile_key")


def _path(merged: Mapping[str, set[str]], start: str, end: str) -> list[str]:
    """The profiles between two over merges, both included; none if there is no way or no step."""
    came_from = {start: start}
    reached = [start]
    for profile in reached:
        for following in sorted(merged[profile] - came_from.keys()):
            came_from[following] = profile
            reached.append(following)
    if end not in came_from or start == end:
        return []
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]
