"""Tables of links and marks to decided links: what `int_identity__link_decisions` hands over.

Only the shapes of tables belong here; what is decided, and how, is in `resolution`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.identity.resolution import (
    Bridge,
    Mark,
    Resolution,
    Rules,
    resolve,
)

# What a match weighs: the kinds of `unreliable` in matching.yaml, without loading Splink for it.
WEIGHED_KINDS = ("birth_date", "full_name", "government_id")
_SCHEMA = pa.schema(
    [
        ("left_profile_key", pa.string()),
        ("right_profile_key", pa.string()),
        ("link_reason", pa.string()),
        ("precedence", pa.int32()),
        ("type_priority", pa.int32()),
        ("match_probability", pa.float64()),
        ("identifier_type", pa.string()),
        ("identifier_value", pa.string()),
        ("full_name", pa.string()),
        ("is_accepted", pa.bool_()),
        # Of an accepted link: the least profile of its customer.
        ("component_key", pa.string()),
        ("refusal_reason", pa.string()),
        ("conflict_kind", pa.string()),
        ("left_value", pa.string()),
        ("right_value", pa.string()),
    ]
)


def waived_kinds(
    unreliable_kinds: Collection[str], is_paired: bool, links: pa.Table
) -> Collection[str]:
    """The kinds of marks that refuse nothing among these links.

    Where nobody has more than two records (`is_paired`), a match has weighed all that two of them
    differ in, and no third is tied to them. Whatever else joins profiles has weighed nothing: one
    link by an identifier, and every reliable kind refuses again.
    """
    if is_paired and not pc.any(pc.not_equal(links["link_reason"], "match")).as_py():
        return WEIGHED_KINDS
    return unreliable_kinds


def decide(
    links: pa.Table,
    marks: pa.Table,
    decisions: pa.Table,
    identifier_types: pa.Table,
    settings: pa.Table,
    unreliable_kinds: Collection[str] = (),
) -> pa.Table:
    """Every link that holds, and every one that was refused, of the proposed ones.

    Of an unreliable kind of mark records of one person differ too often to refuse anything.
    """
    bridges = list(_bridges(links))
    resolution = resolve(
        bridges,
        _marks(marks, unreliable_kinds),
        [
            (row["left_profile_key"], row["right_profile_key"])
            for row in decisions.to_pylist()
            if row["decision"] == "split"
        ],
        _rules(identifier_types, settings, unreliable_kinds),
    )
    rows = [*_accepted(bridges, resolution), *_refused(resolution)]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _bridges(links: pa.Table) -> Iterator[Bridge]:
    """A value with all that it may join, from its star; a pair is its own."""
    members: dict[Bridge, set[str]] = defaultdict(set)
    for link in links.to_pylist():
        pair = (link["left_profile_key"], link["right_profile_key"])
        bridge = Bridge(
            link_reason=link["link_reason"],
            members=pair if link["identifier_type"] is None else (),
            precedence=link["precedence"],
            type_priority=link["type_priority"],
            match_probability=link["match_probability"],
            identifier_type=link["identifier_type"],
            identifier_value=link["identifier_value"],
            full_name=link["full_name"],
        )
        members[bridge].update(pair)
    for bridge, joined in members.items():
        yield replace(bridge, members=tuple(sorted(joined)))


def _marks(marks: pa.Table, unreliable_kinds: Collection[str]) -> dict[str, list[Mark]]:
    by_profile = defaultdict(list)
    for row in marks.to_pylist():
        if row["mark_kind"] in unreliable_kinds and not row["is_vouching"]:
            continue
        by_profile[row["profile_key"]].append(
            Mark(row["mark_kind"], row["mark_value"], row["is_vouching"])
        )
    return by_profile


def _rules(
    identifier_types: pa.Table, settings: pa.Table, unreliable_kinds: Collection[str]
) -> Rules:
    types = identifier_types.to_pylist()
    values = {row["setting"]: row["setting_value"] for row in settings.to_pylist()}
    return Rules(
        conflict_edits={
            row["identifier_type"]: (
                None if row["identifier_type"] in unreliable_kinds else row["conflict_edits"]
            )
            for row in types
            if row["is_unique_per_person"]
        },
        maximum_per_customer={
            row["identifier_type"]: row["maximum_per_customer"]
            for row in types
            if row["maximum_per_customer"] is not None
        },
        name_conflict_edits=int(values["name_conflict_edits"]),
        birth_date_conflict_edits=int(values["birth_date_conflict_edits"]),
        match_name_share=values["match_name_share"],
        match_birth_date_years=values["match_birth_date_years"],
        typo_edits=int(values["typo_edits"]),
    )


def _accepted(bridges: list[Bridge], resolution: Resolution) -> Iterator[dict[str, Any]]:
    for bridge in bridges:
        for left, right in resolution.links(bridge):
            component_key = resolution.components[left]
            yield _row(bridge, left, right, is_accepted=True, component_key=component_key)


def _refused(resolution: Resolution) -> Iterator[dict[str, Any]]:
    for refusal in resolution.refusals:
        yield _row(
            refusal.bridge,
            refusal.left_profile_key,
            refusal.right_profile_key,
            is_accepted=False,
            refusal_reason=refusal.refusal_reason,
            conflict_kind=refusal.conflict_kind,
            left_value=refusal.left_value,
            right_value=refusal.right_value,
        )


def _row(bridge: Bridge, left: str, right: str, **decision: Any) -> dict[str, Any]:
    return {
        "left_profile_key": left,
        "right_profile_key": right,
        "link_reason": bridge.link_reason,
        "precedence": bridge.precedence,
        "type_priority": bridge.type_priority,
        "match_probability": bridge.match_probability,
        "identifier_type": bridge.identifier_type,
        "identifier_value": bridge.identifier_value,
        "full_name": bridge.full_name,
        **decision,
    }
