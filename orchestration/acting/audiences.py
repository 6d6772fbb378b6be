"""Audiences with addresses: a private file for a sending tool, made from keys at the last moment.

Published tables hold keys alone. Who may read the private warehouse joins addresses to them here.
Whom to contact is what was published, so what no audit passed is sent to nobody; consent is what
the newest build knows, so what was allowed then may be refused since.
"""

import csv
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.paths import audience_log_path, published_path
from orchestration.warehouse.connections import read_warehouse
from orchestration.warehouse.private_files import append_lines, create_private
from orchestration.warehouse.spreadsheets import plain_cell

COLUMNS = (
    "customer_key",
    "address",
    "given_name",
    "language",
    "action_slug",
    "message_slug",
    "template_id",
    "channel_slug",
    "hour_block",
    "time_zone",
)
_MEMBERS = """
    select
        audiences.customer_key,
        case
            when audiences.channel_slug in ('sms', 'phone') then golden_records.phone
            else golden_records.email
        end as address,
        golden_records.given_name,
        golden_records.language,
        audiences.action_slug,
        audiences.message_slug,
        audiences.template_id,
        audiences.channel_slug,
        audiences.hour_block,
        time_zones.time_zone,
        case actions.purpose
            when 'marketing' then coalesce(consents.is_allowed, false)
            else coalesce(consents.is_allowed, true)
        end as is_allowed,
        arms.arm = 'held_out' as is_held_out
    from cx.marts.audiences as audiences
    inner join reference.actions as actions
        on audiences.action_slug = actions.action_slug
    inner join intermediate.int_identity__golden_records as golden_records
        on audiences.customer_key = golden_records.customer_key
    inner join intermediate.int_customers__time_zones as time_zones
        on audiences.customer_key = time_zones.customer_key
    left join intermediate.int_consent__current as consents
        on
            audiences.customer_key = consents.customer_key
            and audiences.channel_slug = consents.channel_slug
            and actions.purpose = consents.purpose_slug
    left join intermediate.int_actions__arms as arms
        on
            audiences.action_slug = arms.action_slug
            and audiences.customer_key = arms.customer_key
    where
        audiences.action_slug = $action
        and ($channel is null or audiences.channel_slug = $channel)
    order by audiences.customer_key, audiences.channel_slug
"""


class AudienceError(ValueError):
    """An audience that can't be written, with what to do."""


@dataclass(frozen=True)
class Export:
    """How many were written, and how many were left out since they were decided on."""

    written: int
    without_consent: int
    without_address: int


def export(path: Path, action: str, channel: str | None = None) -> Export:
    """Write the members of an action's audience with their addresses: a new file of mode 0600.

    Who is held out is never written. Push goes by key: its address is the tool's.

    Raises:
        AudienceError: No such action, nothing is published yet, or the file is there already.
    """
    members = _members(action, channel)
    allowed = [row for row in members if row["is_allowed"] and not row["is_held_out"]]
    addressed = [row for row in allowed if row["channel_slug"] == "push" or row["address"]]
    try:
        with os.fdopen(create_private(path), "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for row in addressed:
                if row["channel_slug"] == "push":
                    row["address"] = None
                writer.writerow([_plain(row[column], column) for column in COLUMNS])
    except FileExistsError:
        raise AudienceError(f"{path} is there already: name another file") from None
    done = Export(
        len(addressed),
        sum(not row["is_allowed"] for row in members),
        len(allowed) - len(addressed),
    )
    _log(action, channel, done)
    return done


def _log(action: str, channel: str | None, done: Export) -> None:
    """Add a line to the log of exports: when, what, how many; nobody's key or address."""
    line = {"exported_at": datetime.now(UTC).isoformat(timespec="seconds"), "action": action}
    told = {**line, "channel": channel, **asdict(done)}
    append_lines(audience_log_path(), json.dumps(told) + "\n")


def _members(action: str, channel: str | None) -> list[dict[str, object]]:
    try:
        with read_warehouse(published_path()) as connection:
            known = connection.execute("select action_slug from reference.actions order by 1")
            actions = [slug for (slug,) in known.fetchall()]
            if action not in actions:
                raise AudienceError(f"no such action: {action}; there are {', '.join(actions)}")
            cursor = connection.execute(_MEMBERS, {"action": action, "channel": channel})
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    except (duckdb.CatalogException, duckdb.IOException):
        raise AudienceError("nothing is published yet, or a run is under way: try later") from None


def _plain(value: object, column: str) -> object:
    """A cell that no spreadsheet runs; a phone number keeps the sign that it begins with."""
    text = str(value)
    is_number = column == "address" and text[:1] == "+" and text[1:].isdigit()
    return value if is_number else plain_cell(value)
