"""Rules for business hours beyond well-formed rows: every case has a calendar, each is ever open.

Each check reads seeds of which `declared` has found nothing to say.
"""

from collections.abc import Iterator, Mapping

from orchestration.reference_seeds.table import Problem, Seed


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Calendars by which no clock would run, and cases without one."""
    calendars, hours = seeds["business_calendars"], seeds["business_hours"]
    open_calendars = hours.values("calendar_slug")
    for row in calendars.rows:
        slug = row.text("calendar_slug")
        if slug not in open_calendars:
            yield row.problem(f"calendar_slug {slug!r} has no hours in {hours.path.name}: add them")
    assignments = seeds["calendar_assignments"]
    last = max(assignments.rows, key=lambda row: int(row.text("priority")))
    if last["channel_slug"] or last["team_id"]:
        yield last.problem(
            f"priority {last['priority']}, the last rule, does not fit every case: "
            "leave channel_slug and team_id of the last one empty"
        )
