"""Rates of marts that split what the scorecard does not: by tier of a member, by page and term.

What belongs here: who is a unit of which cell. What does not: the estimates, which are those of all
KPIs (`cells.py`).
"""

import pandas as pd

from tests.oracles.cells import CELL, means, rates
from tests.oracles.facts import Facts, days, seed, windows

MEASURES = {
    "errors": "error_shown",
    "rage_clicks": "rage_clicked",
    "failed_searches": None,
}


def _placed(units: pd.DataFrame, metric: str, dimension: str) -> pd.DataFrame:
    """Units with `member`, `start`, `person` and `value` as those of cells."""
    person = units.person.astype(object)
    own = units.index.astype(str).to_series(units.index)
    return pd.DataFrame(
        {
            "metric_slug": metric,
            "period_type": "detail",
            "period_start_date": units.start,
            "dimension": dimension,
            "member": units.member,
            "state": "eligible",
            "cluster": person.where(person.notna(), own),
            "value": units.value.astype(float),
        }
    )


def _by_member(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.droplevel([name for name in CELL if name not in ("period_start_date", "member")])


def _week(dates: pd.Series) -> pd.Series:
    return dates - pd.to_timedelta(dates.dt.weekday, unit="D")


def _month(dates: pd.Series) -> pd.Series:
    return dates - pd.to_timedelta(dates.dt.day - 1, unit="D")


def _tier_of(events: pd.DataFrame, versions: pd.DataFrame, member: str) -> pd.Series:
    """The latest tier of a member at the moment `at` of an event, or none."""
    known = versions.sort_values(["updated_at", "member_version_key"]).dropna(subset=member)
    at = events.assign(event=events.index).sort_values("at")
    tiers = pd.merge_asof(
        at.dropna(subset=member),
        known[[member, "updated_at", "tier_slug"]],
        left_on="at",
        right_on="updated_at",
        by=member,
    ).set_index("event")["tier_slug"]
    return tiers.reindex(events.index).fillna("none")


def _loyalty(facts: Facts) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Versions of members and referrals, with the customers whose cards they are."""
    versions = facts.table("stg_loyalty__member_versions", schema="staging")
    referrals = facts.table("stg_loyalty__referrals", schema="staging")
    cards = facts.query(
        """
        select source_profile_id as card_number, customer_key
        from intermediate.int_identity__profiles
        inner join intermediate.int_identity__customer_profiles using (profile_key)
        where int_identity__profiles.source_name = 'loyalty'
        """
    ).set_index("card_number")["customer_key"]
    return (
        versions.assign(customer_key=versions.card_number.map(cards)),
        referrals.assign(
            card_number=referrals.referrer_card,
            customer_key=referrals.referrer_card.map(cards),
            at=referrals.referred_at,
        ),
    )


def referral_conversion(facts: Facts) -> pd.DataFrame:
    """Mature referrals that converted in time, by week and tier of the card at that moment."""
    versions, referrals = _loyalty(facts)
    window = days("referral_conversion_days")
    mature = referrals[referrals.referred_at + window < facts.as_of]
    units = pd.DataFrame(
        {
            "start": _week(facts.business_date(mature.referred_at)),
            "member": _tier_of(mature, versions, "card_number"),
            "person": mature.customer_key.fillna(mature.card_number),
            "value": mature.converted_at <= mature.referred_at + window,
        }
    )
    return _by_member(rates(_placed(units, "referral_conversion", "tier")))


def _favour(facts: Facts, voices: pd.DataFrame, is_favourable: pd.Series) -> pd.DataFrame:
    versions, _ = _loyalty(facts)
    units = pd.DataFrame(
        {
            "start": _month(facts.business_date(voices["at"])),
            "member": _tier_of(voices, versions, "customer_key"),
            "person": voices.customer_key,
            "value": is_favourable,
        }
    )
    return _by_member(rates(_placed(units, "favour", "tier")))


def favourable_reviews(facts: Facts) -> pd.DataFrame:
    """Counted reviews of four or five stars, by month and tier of their author."""
    reviews = facts.table("int_feedback__counted_answers").query(
        "metric_slug == 'review_positive' and is_counted"
    )
    reviews = reviews.assign(at=reviews.answered_at).reset_index(drop=True)
    return _favour(facts, reviews, reviews.score >= 4)


def favourable_mentions(facts: Facts) -> pd.DataFrame:
    """Mentions in favour, of those whose words are scored."""
    mentions = facts.touchpoints.query("touchpoint_type_slug == 'social_mentioned'")
    said = facts.table("int_texts__sentiments")[["touchpoint_key", "sentiment"]].dropna()
    scored = mentions.drop(columns="sentiment").merge(said, on="touchpoint_key")
    scored = scored.assign(at=scored.occurred_at)
    return _favour(facts, scored, scored.sentiment >= windows()["favourable_sentiment"])


def friction_on_pages(facts: Facts) -> dict[str, pd.DataFrame]:
    """Errors and the like per 100 sessions that saw a section of the site, by week and section."""
    events = facts.query(
        """
        select
            web_events.touchpoint_type_slug,
            web_events.outcome_slug,
            web_events.occurred_at,
            web_events.page_path,
            web_sessions.session_key
        from intermediate.int_web__events as web_events
        inner join intermediate.int_web__sessions as web_sessions
            using (touchpoint_key)
        where not web_events.is_bot
        """
    ).dropna(subset="page_path")
    events["start"] = _week(facts.business_date(events.occurred_at))
    events["member"] = "/" + events.page_path.str.split("/").str[1]
    seen = events[["start", "member", "session_key"]].drop_duplicates()
    found = {}
    for measure, kind in MEASURES.items():
        is_meant = (
            events.touchpoint_type_slug == kind if kind else events.outcome_slug == "no_result"
        )
        counts = events[is_meant].groupby(["start", "member", "session_key"]).size()
        value = counts.reindex(pd.MultiIndex.from_frame(seen), fill_value=0).to_numpy()
        units = seen.assign(person=seen.session_key, value=100 * value)
        found[measure] = _by_member(means(_placed(units, measure, "page"), lowest=0))
    return found


def listening_coverage(facts: Facts) -> pd.DataFrame:
    """Known customers who were heard in a channel, of those who did anything there in the month.

    By month, and by `channel/segment`, where each may be `all`.
    """
    acts = facts.touchpoints.query("direction == 'inbound' and not is_bot")
    answers = facts.table("int_feedback__counted_answers").query("is_valid")
    answers = answers[answers.excluded_reason.isna()]
    events = pd.concat(
        [
            acts.assign(is_heard=acts.text_key.notna(), date=pd.to_datetime(acts.occurred_date)),
            answers.assign(is_heard=True, date=facts.business_date(answers.answered_at)),
        ]
    )
    events = events[facts.is_known(events.customer_key)]
    events = events.assign(start=_month(events.date), segment=facts.segment_of(events.customer_key))
    channels = seed("channels").set_index("channel_slug").channel_family
    places = events[events.channel_slug.map(channels) != "feedback"]
    cells = []
    for rows in (places, events.assign(channel_slug="all")):
        for segments in (rows, rows.assign(segment="all")):
            person = ["start", "channel_slug", "segment", "customer_key"]
            cells.append(segments.groupby(person).is_heard.any().reset_index())
    units = pd.concat(cells, ignore_index=True)
    units = units.assign(
        member=units.channel_slug + "/" + units.segment,
        person=units.customer_key,
        value=units.is_heard,
    )
    return _by_member(rates(_placed(units, "listening", "channel")))
