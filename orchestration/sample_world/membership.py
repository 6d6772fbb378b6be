"""Between purchases: onboarding, using the app, renewing, loyalty, helping oneself.

What can be observed: onboarding begins with account_registered and ends with onboarding_completed;
who drops out is not seen for fifteen days. A renewal begins with renewal_offered and ends with
renewal_won or renewal_lost, or nothing more is heard. referral_made and referral_converted belong
to the referrer; their `value` is the number of the referred person.
"""

from typing import Any

import numpy as np

from orchestration.sample_world import texts
from orchestration.sample_world.clock import MINUTE, into_hours
from orchestration.sample_world.company import PHONE_TEAMS, PRICE_FACTORS
from orchestration.sample_world.ratings import BY_KEY_CHANCE, STARS, rating
from orchestration.sample_world.scene import Scene
from orchestration.sample_world.shopping import Intents

ONBOARDED_CHANCE = 0.72
DROP_OUT_SILENCE_DAYS = 15.5
APP_SESSIONS_PER_DAY = 0.05
# Of those who leave for good, and how long after they last shopped.
CLOSING_SHARE = 0.8
CLOSES_AFTER_DAYS = (10.0, 25.0)
MEMBER_CHANCE = 0.5
TIERS = (("silver", 200.0), ("gold", 500.0))
# For each friend who comes, so many are named who never do.
STRANGERS_PER_FRIEND = 1.6


def onboard(scene: Scene) -> None:
    """Everyone who registers takes some steps to get started; not everyone gets there."""
    rng, people = scene.rng, scene.people
    who = np.flatnonzero((people.account_at >= 0) & (people.account_at < scene.days))
    rows, at = len(who), people.account_at[who]
    journey = scene.journeys.open("onboarding", who)
    common: dict[str, Any] = {"person": who, "journey": journey}
    device = people.device_web[who]
    scene.moments.log("account_registered", at=at, device=device, is_logged_in=True, **common)
    succeeds = scene.chance(ONBOARDED_CHANCE, rows)
    has_app = people.device_app[who] >= 0
    days = np.where(succeeds, rng.uniform(1.5, 11, rows), rng.uniform(0.3, 4, rows))

    def step(kind: str, acting: np.ndarray, share: float, **columns: object) -> None:
        when = into_hours(rng, at + share * days, people.is_western[who])
        scene.moments.log(kind, acting, at=when + 6 * MINUTE, **common, **columns)

    goes_on = succeeds | scene.chance(0.6, rows)
    app = {"device": people.device_app[who], "is_logged_in": True}
    seconds = np.round(rng.gamma(2, 90, rows))
    step("help_viewed", goes_on & scene.chance(0.5, rows), 0.2, device=device, is_logged_in=True)
    step("app_session", goes_on & has_app, 0.4, value=seconds, **app)
    step("video_watched", goes_on & scene.chance(0.6, rows), 0.6, value=seconds, device=device)
    step("feature_used", succeeds & has_app, 0.8, **app)
    completed_at = into_hours(rng, at + days, people.is_western[who]) + 12 * MINUTE
    scene.moments.log("onboarding_completed", succeeds, at=completed_at, device=device, **common)
    scene.journeys.close(journey, "reached", completed_at, where=succeeds)
    quiet_until = completed_at + DROP_OUT_SILENCE_DAYS
    people.quiet_until[who[~succeeds]] = quiet_until[~succeeds]


def use_app(scene: Scene) -> None:
    """App owners open it now and then, while they are customers."""
    rng, people = scene.rng, scene.people
    account_at = np.where(np.isnan(people.account_at), np.inf, people.account_at)
    since = np.maximum(np.maximum(account_at + 0.5, people.quiet_until), 0)
    until = np.minimum(people.left_at, scene.days)
    span = np.where(people.device_app >= 0, np.maximum(until - since, 0), 0)
    sessions = rng.poisson(span * APP_SESSIONS_PER_DAY)
    who = np.repeat(np.arange(len(people)), sessions)
    at = since[who] + rng.random(len(who)) * span[who]
    at = into_hours(rng, at, people.is_western[who])
    common: dict[str, Any] = {"person": who, "device": people.device_app[who], "is_logged_in": True}
    scene.moments.log("app_session", at=at, value=np.round(rng.gamma(2, 80, len(who))), **common)
    for kind, chance, minutes in (("feature_used", 0.5, 0.5), ("video_watched", 0.12, 0.8)):
        scene.moments.log(
            kind, scene.chance(chance, len(who)), at=at + minutes * MINUTE,
            value=np.round(rng.gamma(2, 60, len(who))), **common,
        )  # fmt: skip


def help_oneself(scene: Scene, intents: Intents) -> None:
    """Questions around a purchase: help pages, the portal, the forum, a call without a problem."""
    rng, people, who, rows = scene.rng, scene.people, intents.who, len(intents.who)
    at = intents.at + rng.uniform(10, 40, rows) * MINUTE
    has_account = people.has_account(who, at)
    device = people.device_web[who]
    scene.moments.log("help_viewed", scene.chance(0.12, rows), person=who, at=at, device=device,
                      is_logged_in=has_account)  # fmt: skip
    portal = has_account & scene.chance(0.06, rows)
    common: dict[str, Any] = {"person": who, "device": device, "is_logged_in": True}
    scene.moments.log("signed_in", portal, at=at + 2 * MINUTE, outcome="portal", **common)
    fails = scene.chance(0.12, rows)
    for kind, those in (("self_service_failed", fails), ("self_service_completed", ~fails)):
        scene.moments.log(kind, portal & those, at=at + 5 * MINUTE, reason="other", **common)

    later_at = into_hours(rng, intents.at + rng.uniform(1, 6, rows), people.is_western[who], 8, 20)
    later_at = scene.when_people_call(later_at, who)
    draw = rng.random(rows)
    # Who has bought asks how it works; anybody may hear the menu and hang up.
    reason = np.where(intents.has_bought & (draw < 0.012), "how_to", "other").astype(object)
    words = texts.questions(rng, reason, people.language[who], scene.product_names(intents.product))
    posts = has_account & (draw > 0.985)
    scene.moments.log("forum_posted", posts, person=who, at=later_at, reason="how_to", text=words,
                      sentiment=0.0, product=intents.product, is_logged_in=True)  # fmt: skip
    calls = draw < 0.019
    in_menu = calls & (reason == "other")
    team = np.array([scene.company.team(team) for team in PHONE_TEAMS])[who % 2]
    wait, handle = scene.wait(120, rows) + 8, rng.gamma(3, 80, rows)
    asks = calls & ~in_menu
    case = np.full(rows, -1)
    case[asks] = scene.cases.add(
        asks, person=who, channel="call", reason=reason, opened_at=later_at,
        closed_at=later_at + (wait + handle) / 86_400, is_resolved=True, team=team,
    )  # fmt: skip
    scene.moments.log("call_inbound", in_menu, person=who, at=later_at, reason=reason,
                      outcome="ivr", wait_seconds=0.0, handle_seconds=35.0)  # fmt: skip
    scene.moments.log("call_inbound", asks, person=who, at=later_at, reason=reason, case=case,
                      team=team, outcome="resolved", wait_seconds=np.round(wait),
                      handle_seconds=np.round(handle), product=intents.product,
                      text=texts.call_notes(rng, reason),
                      **rating(scene, who, asks, STARS, BY_KEY_CHANCE))  # fmt: skip


def close_accounts(scene: Scene) -> None:
    """Most who leave for good close their account, once the last parcel has come."""
    rng, people = scene.asking, scene.people
    closes = np.isfinite(people.left_at) & (people.account_at <= people.left_at)
    closes &= rng.random(len(people)) < CLOSING_SHARE
    left_at = np.where(closes, people.left_at, 0.0)
    closed_at = left_at + rng.uniform(*CLOSES_AFTER_DAYS, len(people))
    closed_at = into_hours(rng, closed_at, people.is_western)
    people.account_closed_at = np.where(closes, closed_at, np.nan)


def renew(scene: Scene) -> None:
    """Members are offered a renewal once a year; bad experiences lose it."""
    rng, people = scene.rng, scene.people
    due_at = rng.uniform(5, 370, len(people))
    is_member = (people.first_at < -10) & people.frame["is_in_crm"].to_numpy()
    is_member &= scene.chance(MEMBER_CHANCE, len(people)) & (due_at < scene.days)
    who = np.flatnonzero(is_member)
    rows = len(who)
    offered_at = into_hours(rng, due_at[who], people.is_western[who], 9, 17)
    journey = scene.journeys.open("renewal", who)
    common: dict[str, Any] = {"person": who, "journey": journey, "reason": "renewal"}
    scene.moments.log("renewal_offered", at=offered_at, **common)
    team = np.array([scene.company.team(team) for team in PHONE_TEAMS])[who % 2]
    called_at = into_hours(rng, offered_at + rng.uniform(1, 6, rows), people.is_western[who], 9, 18)
    scene.moments.log(
        "call_outbound", scene.chance(0.5, rows), at=called_at, team=team, handle_seconds=150.0,
        outcome=np.where(scene.chance(0.6, rows), "reached", "no_answer").astype(object), **common,
    )  # fmt: skip
    asks_at = into_hours(rng, called_at + rng.uniform(0.5, 5, rows), people.is_western[who], 9, 18)
    asks = scene.chance(0.16, rows)
    handle = rng.gamma(4, 80, rows)
    case = np.full(rows, -1)
    case[asks] = scene.cases.add(
        asks, person=who, journey=journey, channel="call", reason="renewal", opened_at=asks_at,
        closed_at=asks_at + handle / 86_400, is_resolved=True, team=team,
    )  # fmt: skip
    scene.moments.log(
        "call_inbound", asks, at=asks_at, case=case, team=team, outcome="resolved",
        wait_seconds=np.round(scene.wait(100, rows) + 8), handle_seconds=np.round(handle), **common,
        text=texts.call_notes(rng, np.full(rows, "renewal", dtype=object)),
        **rating(scene, who, asks, STARS, BY_KEY_CHANCE),
    )  # fmt: skip
    has_left = people.left_at[who] < offered_at
    wins = ~has_left & scene.chance(
        np.clip(0.72 - 0.12 * people.bad_experiences[who], 0.1, 1), rows
    )
    answers = wins | scene.chance(0.6, rows)
    decided_at = into_hours(rng, asks_at + rng.uniform(0.2, 9, rows), people.is_western[who], 9, 19)
    scene.moments.log("renewal_won", wins, at=decided_at, **common)
    scene.moments.log("renewal_lost", answers & ~wins, at=decided_at, **common)
    scene.journeys.close(journey, "reached", decided_at, where=wins)
    scene.journeys.close(journey, "failed", decided_at, where=answers & ~wins)


def be_loyal(scene: Scene) -> None:
    """Cards, tiers by money spent, and friends sent."""
    people = scene.people
    who = np.flatnonzero((people.loyalty_at >= 0) & (people.loyalty_at < scene.days))
    scene.moments.log("loyalty_joined", person=who, at=people.loyalty_at[who], outcome="bronze")

    person = scene.orders.column("person", -1)
    at = scene.orders.column("placed_at", np.nan)
    spent = scene.orders.column("total", np.nan) / PRICE_FACTORS[people.country[person]]
    spent = np.where(people.has_card(person, at), spent, 0)
    by_time = np.lexsort((at, person))
    person, at, spent = person[by_time], at[by_time], spent[by_time]
    so_far = np.cumsum(spent)
    is_first = np.diff(person, prepend=-1) != 0
    before = np.where(is_first, so_far - spent, 0)
    so_far -= np.maximum.accumulate(before)
    for tier, threshold in TIERS:
        rises = (so_far >= threshold) & (so_far - spent < threshold) & (spent > 0)
        scene.moments.log(
            "loyalty_tier_changed", rises, person=person, at=at + 30 * MINUTE, outcome=tier
        )
    _refer(scene, person[is_first], at[is_first])


def _refer(scene: Scene, buyer: np.ndarray, first_order_at: np.ndarray) -> None:
    people = scene.people
    ids = people.frame["person"].to_numpy()
    friend = np.flatnonzero(people.frame["referrer"].to_numpy() >= 0)
    referrer = people.frame["referrer"].to_numpy()[friend] - ids[0]
    value = ids[friend].astype(float)
    made_at = people.first_at[friend] - scene.rng.uniform(0.2, 6, len(friend))
    made_at = into_hours(scene.rng, made_at, people.is_western[referrer])
    scene.moments.log("referral_made", person=referrer, at=made_at, value=value)
    named = scene.rng.poisson(STRANGERS_PER_FRIEND, len(friend))
    strangers_at = into_hours(
        scene.rng, np.repeat(made_at, named) + scene.rng.uniform(0, 40, named.sum()),
        people.is_western[np.repeat(referrer, named)],
    )  # fmt: skip
    scene.moments.log(
        "referral_made", person=np.repeat(referrer, named), at=strangers_at,
        value=-1.0 - np.arange(named.sum()),
    )  # fmt: skip
    bought_at = np.full(len(people), np.nan)
    bought_at[buyer] = first_order_at
    scene.moments.log(
        "referral_converted", ~np.isnan(bought_at[friend]),
        person=referrer, at=bought_at[friend] + 20 * MINUTE, value=value,
    )  # fmt: skip


def enter_crm(scene: Scene) -> None:
    """Sales enters new people soon after the first contact."""
    people = scene.people
    who = np.flatnonzero(people.frame["is_in_crm"].to_numpy() & (people.first_at >= 0))
    at = people.first_at[who] + scene.rng.uniform(6, 60, len(who)) * MINUTE
    scene.moments.log("contact_created", person=who, at=at)
