"""The front line: what teams and stores did and heard, by week and month, from the facts.

What belongs here: figures that no KPI has. What does not: those of KPIs, which have oracles of
their own.
"""

import pandas as pd

from tests.oracles.facts import Facts, minimum_of_mart, seed

UNIT = ["unit_type", "unit_key"]
PERIOD = ["period_type", "period_start_date"]


def minimum() -> int:
    """How many units a figure of the mart is to rest on."""
    return int(minimum_of_mart("frontline_scorecard"))


def _of_units(rows: pd.DataFrame, team: str, store: str) -> pd.DataFrame:
    """Each row once per team and once per store that it belongs to."""
    placed = [
        rows.assign(unit_type=kind, unit_key=rows[column])
        for kind, column in (("team", team), ("store", store))
    ]
    return pd.concat(placed, ignore_index=True).dropna(subset="unit_key")


def _of_periods(rows: pd.DataFrame) -> pd.DataFrame:
    """Each row once in its week and once in its month, by `date`."""
    dates = pd.to_datetime(rows["date"])
    weeks = dates - pd.to_timedelta(dates.dt.weekday, unit="D")
    months = dates - pd.to_timedelta(dates.dt.day - 1, unit="D")
    return pd.concat(
        [
            rows.assign(period_type="week", period_start_date=weeks),
            rows.assign(period_type="month", period_start_date=months),
        ],
        ignore_index=True,
    )


def _stores_of_teams() -> pd.Series:
    return seed("teams").set_index("team_id").store_id


def workloads(facts: Facts) -> pd.DataFrame:
    """Cases that a person handled, ours to customers too, and the seconds worked on them."""
    cases = facts.table("int_cases__cases")
    cases = cases[cases.is_human_handled & cases.excluded_reason.isna()]
    cases = cases.assign(
        date=facts.business_date(cases.opened_at),
        store=cases.team_key.map(_stores_of_teams()),
    )
    cases = cases[cases.date < facts.as_of.normalize()]
    placed = _of_periods(_of_units(cases, "team_key", "store"))
    return placed.groupby([*UNIT, *PERIOD]).agg(
        handled_case_count=("case_key", "size"),
        handle_seconds=("handle_seconds", lambda seconds: seconds.sum(min_count=1)),
    )


def visits(facts: Facts) -> pd.DataFrame:
    """Visits that were noticed at the entrance of a store."""
    seen = facts.touchpoints.query("touchpoint_type_slug == 'store_visited' and not is_bot")
    seen = seen.assign(date=pd.to_datetime(seen.occurred_date), unit_type="store")
    seen = seen.rename(columns={"store_key": "unit_key"}).dropna(subset="unit_key")
    return _of_periods(seen).groupby([*UNIT, *PERIOD]).agg(visit_count=("date", "size"))


def texts(facts: Facts) -> pd.DataFrame:
    """What customers wrote in cases of a team, and said about it, its store or a store."""
    reasons = facts.table("int_texts__reasons").set_index("text_key")
    sentiments = facts.table("int_texts__sentiments").set_index("text_key")
    cases = facts.table("int_cases__cases").set_index("case_key").team_key
    teams_of_stores = seed("teams").dropna(subset="store_id").groupby("store_id").team_id.agg(list)
    about = facts.table("int_journeys__answer_subjects").set_index("response_key")
    answers = facts.table("int_feedback__counted_answers").dropna(subset="touchpoint_key")
    subjects = answers[["touchpoint_key"]].join(
        about[["team_key", "store_key"]], on=answers.response_key
    )
    of_touchpoint = {
        key: rows[["team_key", "store_key"]].to_dict("records")
        for key, rows in subjects.groupby("touchpoint_key")
    }
    found = set()
    for key, text in reasons.iterrows():
        if isinstance(text.store_key, str):
            found.add((key, "store", text.store_key))
        if isinstance(team := cases.get(text.case_key), str):
            found.add((key, "team", team))
        for subject in of_touchpoint.get(sentiments.touchpoint_key.get(key), []):
            store, team = subject["store_key"], subject["team_key"]
            if isinstance(store, str):
                found.add((key, "store", store))
            teams = [team] if isinstance(team, str) else teams_of_stores.get(store, [])
            found |= {(key, "team", name) for name in teams}
    rows = pd.DataFrame(sorted(found), columns=["text_key", *UNIT])
    rows["customer"] = rows.text_key.map(reasons.customer_key)
    rows["date"] = rows.text_key.map(reasons.occurred_date)
    rows["sentiment"] = rows.text_key.map(sentiments.sentiment)
    rows["judged"] = rows.customer.where(rows.sentiment.notna())
    rows["is_negative"] = (rows.sentiment < 0).where(rows.sentiment.notna()).astype(float)
    cells = (
        _of_periods(rows)
        .groupby([*UNIT, *PERIOD])
        .agg(
            text_count=("text_key", "size"),
            customers=("customer", "nunique"),
            judged_customer_count=("judged", "nunique"),
            negative_text_share=("is_negative", "mean"),
        )
    )
    is_few = cells.customers < minimum()
    is_judged_by_few = cells.judged_customer_count < minimum()
    cells["text_count"] = cells.text_count.mask(is_few)
    for column in ("judged_customer_count", "negative_text_share"):
        cells[column] = cells[column].mask(is_judged_by_few)
    return cells.drop(columns="customers")


def trainings(facts: Facts) -> pd.DataFrame:
    """Places on courses of enough members, in the last week of the period that has any."""
    courses = facts.table("int_feedback__training_courses")
    courses = courses[courses.assigned_count >= minimum()]
    weeks = courses.groupby(["team_key", "week_start_date"], as_index=False)[
        ["assigned_count", "completed_count"]
    ].sum()
    weeks["date"] = weeks.week_start_date
    placed = _of_periods(weeks).sort_values("date")
    last = placed.drop_duplicates(["team_key", *PERIOD], keep="last")
    last = last.assign(store=last.team_key.map(_stores_of_teams()))
    return (
        _of_units(last, "team_key", "store")
        .groupby([*UNIT, *PERIOD])
        .agg(
            training_assigned_count=("assigned_count", "sum"),
            training_completed_count=("completed_count", "sum"),
        )
    )
