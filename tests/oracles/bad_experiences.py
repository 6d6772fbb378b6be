"""Bad experiences: what the rules call bad, where it happened, and which of it is one incident."""

import pandas as pd

from tests.oracles.facts import Facts, days, seed
from tests.oracles.service import repeat_contact

# The worst scores of each scale, of scores where more is better.
WORST = {
    "nps_10": range(7),
    "csat_3": [1],
    "csat_4": [1],
    "csat_5": [1, 2],
    "csat_6": [1, 2],
    "csat_7": [1, 2],
    "csat_10": [1, 2, 3],
    "good_bad": [0],
    "ces_5": [1, 2],
    "ces_7": [1, 2],
}
ABOUT = ["customer_key", "case_key", "order_key"]


def _bad_answers(facts: Facts) -> pd.DataFrame:
    """Counted answers at the bottom of their scale; a case's rating stands on its touchpoint."""
    answers = facts.table("int_feedback__counted_answers").query("is_counted")
    is_worst = [
        score in WORST.get(scale, [])
        for score, scale in zip(answers.score, answers.scale_slug, strict=True)
    ]
    bad = answers[is_worst]
    rated = facts.touchpoints[facts.touchpoints.case_key.notna() & facts.touchpoints.score.notna()]
    of_case = bad.case_key.map(rated.set_index("case_key").touchpoint_key)
    return bad.assign(
        touchpoint_key=bad.touchpoint_key.fillna(of_case),
        scope=bad.metric_slug,
        occurred_at=bad.answered_at,
    )


def _long_waits(facts: Facts) -> pd.DataFrame:
    limits = seed("bad_experience_rules").query("evidence == 'wait'").set_index("scope").threshold
    touchpoints = facts.touchpoints
    waits = touchpoints[touchpoints.wait_seconds > touchpoints.channel_slug.map(limits)]
    return waits.assign(scope=waits.channel_slug)


def _late_deliveries(facts: Facts) -> pd.DataFrame:
    """Promises broken by `as_of`, from the moment of the promise."""
    orders = facts.orders[~facts.orders.is_cancelled & (facts.orders.promised_at < facts.as_of)]
    late = orders[orders.delivered_at.isna() | (orders.delivered_at > orders.promised_at)]
    deliveries = facts.touchpoints[facts.touchpoints.touchpoint_type_slug == "order_delivered"]
    return late.assign(
        case_key=None,
        touchpoint_key=late.order_key.map(deliveries.set_index("order_key").touchpoint_key),
        scope="promise",
        occurred_at=late.promised_at,
    )


def _bad_contacts(facts: Facts) -> pd.DataFrame:
    """Contacts that reopen a matter or repeat one, where the customer began them."""
    repeats = repeat_contact(facts)
    repeats = repeats[(repeats.state == "eligible") & repeats.value]
    contacts = pd.concat(
        [
            facts.contacts[facts.contacts.is_reopening].assign(scope="reopened"),
            facts.contacts.loc[repeats.index].assign(scope="repeated"),
        ]
    )
    return _on_touchpoints(facts, contacts)


def _on_touchpoints(facts: Facts, contacts: pd.DataFrame) -> pd.DataFrame:
    """Contacts with the touchpoint of the customer by which each began."""
    contacts = contacts.assign(occurred_at=contacts.started_at, order_key=None)
    inbound = facts.touchpoints[facts.touchpoints.direction == "inbound"]
    return pd.merge_asof(
        contacts.sort_values("started_at"),
        inbound[["touchpoint_key", "case_key", "occurred_at"]]
        .dropna(subset="case_key")
        .sort_values(["occurred_at", "touchpoint_key"])
        .rename(columns={"occurred_at": "begun_at"}),
        left_on="started_at",
        right_on="begun_at",
        by="case_key",
    )


def _cancelled_orders(facts: Facts) -> pd.DataFrame:
    """Orders that the company called off."""
    by_company = facts.orders[facts.orders.cancelled_by.eq("company")]
    cancelled = by_company[by_company.cancelled_at < facts.as_of]
    moments = facts.touchpoints[facts.touchpoints.touchpoint_type_slug == "order_cancelled"]
    return cancelled.assign(
        case_key=None,
        touchpoint_key=cancelled.order_key.map(moments.set_index("order_key").touchpoint_key),
        scope="cancelled_by_company",
        occurred_at=cancelled.cancelled_at,
    )


def _abandoned_calls(facts: Facts) -> pd.DataFrame:
    """Callers who hung up after a wait in which they could have been answered."""
    calls = facts.touchpoints[
        (facts.touchpoints.touchpoint_type_slug == "call_inbound")
        & (facts.touchpoints.outcome_slug == "abandoned")
    ]
    limit = seed("bad_experience_rules").set_index("rule_slug").threshold["abandoned_call"]
    return calls[~(calls.wait_seconds <= limit)].assign(scope="call_inbound abandoned")


def _failed_checkouts(facts: Facts) -> pd.DataFrame:
    """The first error after a checkout was begun, in a session without an order after it."""
    seen = facts.touchpoints[facts.touchpoints.session_key.notna()].sort_values(
        ["occurred_at", "touchpoint_key"]
    )
    kind = seen.touchpoint_type_slug
    begun = seen[(kind == "checkout_started") & ~seen.is_bot].groupby("session_key").occurred_at
    # The shop's order is the touchpoint and knows no session: the website's event of it does.
    events = facts.table("int_web__events")
    orders = events[events.touchpoint_type_slug == "order_placed"]
    session_of = facts.table("int_web__sessions").set_index("touchpoint_key").session_key
    ordered = orders.groupby(orders.touchpoint_key.map(session_of)).occurred_at.max()
    errors = seen[kind == "error_shown"]
    is_within = errors.occurred_at >= errors.session_key.map(begun.min())
    is_last_word = ~(errors.session_key.map(ordered) >= errors.occurred_at)
    return errors[is_within & is_last_word].drop_duplicates("session_key").assign(scope="failed")


def _defects(facts: Facts) -> pd.DataFrame:
    """Matters that customers bring because a product is broken or wrong."""
    first = facts.contacts[
        (facts.contacts.contact_number == 1) & facts.contacts.contact_reason_slug.eq("defect")
    ]
    return _on_touchpoints(facts, first.assign(scope="defect"))


def _unsolved_problems(facts: Facts) -> pd.DataFrame:
    """Problems that a person handled and that were not over at their limit, or are called so."""
    reasons = seed("contact_reasons").set_index("contact_reason_slug").kind
    contacts = facts.contacts[
        facts.contacts.contact_reason_slug.map(reasons).eq("problem")
        & facts.contacts.is_human_contact
    ]
    limits = pd.to_timedelta(seed("resolution_limits").set_index("channel_slug").limit_days, "D")
    ends_at = contacts.started_at + contacts.channel_slug.map(limits)
    is_open = ~(contacts.ended_at <= ends_at) | contacts.stated_resolution.eq("unresolved")
    return contacts.assign(
        occurred_at=ends_at, order_key=None, touchpoint_key=None, scope="unsolved"
    )[is_open & (ends_at < facts.as_of)]


def _negative_texts(facts: Facts) -> pd.DataFrame:
    """Words that are negative, of who gave no score: by hand, else by a model that may be taken."""
    said = facts.table("int_texts__sentiments")
    words = said[said.evidence.isin(["hand", "model"]) & (said.sentiment < 0)]
    by_model = facts.table("int_texts__scores").query("label == 'negative'").text_key
    words = words[(words.evidence == "hand") | words.text_key.isin(by_model)]
    touchpoints = facts.touchpoints
    return touchpoints[touchpoints.touchpoint_key.isin(words.touchpoint_key)].assign(
        scope="negative"
    )


def bad_signs(facts: Facts) -> pd.DataFrame:
    """Everything that a rule calls bad, with the rule."""
    columns = [*ABOUT, "touchpoint_key", "channel_slug", "scope", "occurred_at"]
    signs = pd.concat(
        [
            found(facts)[columns].astype({"case_key": object, "order_key": object})
            for found in FINDERS
        ],
        ignore_index=True,
    )
    return signs.merge(seed("bad_experience_rules")[["scope", "rule_slug"]], on="scope")


FINDERS = (
    _bad_answers,
    _long_waits,
    _late_deliveries,
    _bad_contacts,
    _unsolved_problems,
    _cancelled_orders,
    _abandoned_calls,
    _failed_checkouts,
    _defects,
    _negative_texts,
)


def incidents(facts: Facts) -> pd.DataFrame:
    """One row per customer and incident: a case, else an order, else signs that are close."""
    signs = bad_signs(facts).dropna(subset="customer_key").sort_values("occurred_at")
    subject = signs.case_key.fillna(signs.order_key).fillna("none")
    gap = signs.occurred_at.groupby([signs.customer_key, subject]).diff()
    is_new = (subject == "none") & ~(gap <= days("bad_experience_gap_days"))
    number = is_new.groupby([signs.customer_key, subject]).cumsum()
    by_incident = signs.groupby([signs.customer_key, subject.rename("subject"), number.rename("n")])
    found = by_incident.agg(
        case_key=("case_key", "first"),
        order_key=("order_key", "first"),
        sign_count=("rule_slug", "size"),
        rule_count=("rule_slug", "nunique"),
        occurred_at=("occurred_at", "min"),
    )
    return found.reset_index("customer_key").reset_index(drop=True)
