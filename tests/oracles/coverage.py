"""From when to when each source, and each kind of journey, can be judged.

What belongs here: the days of files and events, read one after the other. What does not: what a
KPI makes of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from tests.oracles.facts import Facts, seed

DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """A covered stretch of time, without its holes: whole days."""

    start: pd.Timestamp
    end: pd.Timestamp
    holes: frozenset[pd.Timestamp]

    def first_hole(self, moment: pd.Timestamp) -> pd.Timestamp | None:
        """The first day without its file that is not over at this moment."""
        return min((hole for hole in self.holes if hole + DAY > moment), default=None)


def coverage_settings() -> dict[str, float]:
    """What tells a history from strays, and a hole from a quiet day."""
    return seed("coverage_settings").set_index("setting")["setting_value"].to_dict()


def sources(facts: Facts) -> dict[str, Span]:
    """Every enabled source that delivered something."""
    enabled = facts.table("int_company__sources").query("is_enabled").source_name
    loads = facts.query("select * from ledger.loads where superseded_by is null")
    loads["day"] = pd.to_datetime(loads.file_date)
    events = facts.table("int_shapes__touchpoints")
    records = seed("recorded_touchpoints").touchpoint_type_slug
    events = events[~events.touchpoint_type_slug.isin(records)]
    days = events.occurred_at.dt.normalize()
    found = {}
    for name in enabled:
        rows = loads[loads.source_name == name].groupby("day").loaded_rows.sum()
        happened = days[events.source_name == name].value_counts().sort_index()
        if len(rows):
            start = _history(rows.index.min(), happened)
            found[name] = Span(start, rows.index.max() + DAY, _holes(rows))
    return _as_the_company_says(found)


def _history(first_file: pd.Timestamp, happened: pd.Series) -> pd.Timestamp:
    """The beginning of what the first file brought along, else its own day."""
    settings = coverage_settings()
    reached, days, count = first_file, 0, 0
    for day in reversed([day for day in happened.index if day < first_file]):
        if (reached - day).days > settings["history_gap_days"]:
            break
        reached, days, count = day, days + 1, count + happened[day]
    later = happened[happened.index > first_file]
    usual = later.mean() if len(later) else 0
    is_history = days >= settings["history_minimum_days"]
    return (
        reached
        if is_history and count >= settings["history_volume_share"] * days * usual
        else first_file
    )


def _holes(rows: pd.Series) -> frozenset[pd.Timestamp]:
    """Days on which a daily source delivers as a rule, and did not."""
    settings = coverage_settings()
    calendar = pd.date_range(rows.index.min(), rows.index.max())
    came = pd.Series(calendar.isin(rows.index), index=calendar)
    share = came.groupby(came.index.weekday).mean()
    usual = rows.iloc[1:].groupby(rows.index[1:].weekday).mean().reindex(range(7)).fillna(0)
    is_due = share >= settings["daily_file_share"]
    if is_due.sum() < settings["daily_file_weekdays"]:
        return frozenset()
    holidays = set(pd.to_datetime(seed("holidays").holiday_date))
    return frozenset(
        day
        for day in calendar[~came]
        if is_due[day.weekday()]
        and usual[day.weekday()] >= settings["daily_file_rows"]
        and day not in holidays
    )


def _as_the_company_says(found: dict[str, Span]) -> dict[str, Span]:
    said = seed("source_coverage").set_index("source_name")
    return {
        name: Span(
            pd.Timestamp(said.covered_from[name])
            if name in said.index and pd.notna(said.covered_from[name])
            else span.start,
            pd.Timestamp(said.covered_until[name])
            if name in said.index and pd.notna(said.covered_until[name])
            else span.end,
            span.holes,
        )
        for name, span in found.items()
    }


def _by_all(spans: Iterable[Span]) -> Span:
    """What each of some sources covers: a day that one of them lacks is a hole of all."""
    spans = list(spans)
    return Span(
        max(span.start for span in spans),
        min(span.end for span in spans),
        frozenset().union(*(span.holes for span in spans)),
    )


def orders(facts: Facts) -> Span:
    """What all sources cover that bring orders."""
    covered = sources(facts)
    return _by_all(covered[name] for name in facts.orders.source_name.unique())


def journey_kinds(facts: Facts) -> dict[str, Span | None]:
    """What all sources cover that show a kind of journey; None where no start can be seen."""
    brought = facts.query(
        "select distinct source_name, touchpoint_type_slug "
        "from intermediate.int_shapes__touchpoints"
    )
    covered = sources(facts)
    shown = seed("journey_events").merge(brought, on="touchpoint_type_slug")
    shown = shown[shown.source_name.isin(covered)]
    kinds: dict[str, Span | None] = {}
    for slug in seed("journey_types").journey_slug:
        of_kind = shown[shown.journey_slug == slug]
        spans = [covered[name] for name in of_kind.source_name.unique()]
        kinds[slug] = _by_all(spans) if (of_kind.role == "start").any() else None
    return kinds


def outcomes(facts: Facts, metric: str) -> Span | None:
    """What all sources cover that bring the outcome of a KPI; None if it waits for none."""
    outcomes = seed("kpi_outcomes")
    kinds = outcomes[outcomes.metric_slug == metric].touchpoint_type_slug
    brought = facts.touchpoints[facts.touchpoints.touchpoint_type_slug.isin(kinds)]
    covered = sources(facts)
    names = [name for name in brought.source_name.unique() if name in covered]
    return _by_all(covered[name] for name in names) if names else None


def judged_units(facts: Facts, metric: str, units: pd.DataFrame) -> pd.DataFrame:
    """Units whose window, from `watched_from` to `known_at`, nobody could see are excluded.

    What lies beyond the last covered day is not known yet.
    """
    span = outcomes(facts, metric)
    if span is None:
        return units
    is_missed = units.watched_from < span.start
    for hole in span.holes:
        is_missed |= (hole <= units.known_at) & (hole + DAY > units.watched_from)
    could_count = units.state.isin(["eligible", "immature"])
    is_late = (units.state == "eligible") & (units.known_at > span.end)
    state = units.state.mask(is_late, "immature").mask(could_count & is_missed, "excluded")
    return units.assign(state=state)


def judged_journeys(facts: Facts, journeys: pd.DataFrame) -> pd.DataFrame:
    """Of each journey why it is not judged, its first hole, and the last day that is covered."""
    kinds = journey_kinds(facts)
    look_back = seed("journey_limits").set_index("journey_slug").look_back_days.dropna()
    starts = seed("journey_events").query("role == 'start'")
    openings = {(row.journey_slug, row.touchpoint_type_slug) for row in starts.itertuples()}
    kind_of = facts.touchpoints.set_index("touchpoint_key").touchpoint_type_slug
    first = journeys.start_touchpoint_key.map(kind_of)
    rows = []
    for slug, started_at, opened_by in zip(
        journeys.journey_slug, journeys.started_at, first, strict=True
    ):
        span = kinds[slug]
        if span is None:
            rows.append(("not_observable", pd.NaT, pd.NaT))
            continue
        earliest = started_at - pd.Timedelta(days=look_back.get(slug, 0))
        hole = span.first_hole(earliest)
        hole = hole if hole is not None and hole < span.end else None
        is_covered = span.start <= earliest and started_at < span.end
        if not is_covered or (hole is not None and hole <= started_at):
            reason = "not_covered"
        else:
            reason = None if (slug, opened_by) in openings else "no_start_seen"
        rows.append((reason, pd.NaT if hole is None else hole, span.end))
    return pd.DataFrame(rows, columns=["reason", "hole", "covered_until"], index=journeys.index)
