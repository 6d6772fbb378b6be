"""Looking around: the many sessions that lead to nothing, most of them by nobody known.

What can be observed: they hold pages, searches and products, no cart. Who has just given up an
intent to buy looks at nothing but a page for a week, so that nobody takes it for going on.
"""

import numpy as np

from orchestration.sample_world import demand
from orchestration.sample_world.clock import FIRST_WEEKDAY, ONLINE_WEEKDAYS, daytime
from orchestration.sample_world.scene import Scene
from orchestration.sample_world.shopping import (
    Session,
    landing_of,
    log_pages,
    log_steps,
    open_session,
)

# Sessions a day, by way of shopping; how much people differ in it.
SESSIONS_PER_DAY = np.array([0.072, 0.062, 0.02, 0.0])
LOYALTY_TO_THE_SITE = 1.2
BOUNCE_CHANCE = 0.48
SEARCH_CHANCE = 0.25
SIGN_IN = 0.45
NO_RESULT_CHANCE = 0.08
LOOKS_ELSEWHERE_DAYS = 7.6


def look_around(scene: Scene) -> None:
    """Everybody's sessions without an intent, from the first contact until they leave."""
    rng, people = scene.rng, scene.people
    since = np.maximum(people.first_at, 0)
    until = np.minimum(people.left_at, scene.days)
    span = np.maximum(demand.spent(until) - demand.spent(since), 0)
    rate = SESSIONS_PER_DAY[people.style] * rng.gamma(
        LOYALTY_TO_THE_SITE, 1 / LOYALTY_TO_THE_SITE, len(people)
    )
    # More than there will be: the weekdays take their share away.
    most = ONLINE_WEEKDAYS.max()
    who = np.repeat(np.arange(len(people)), rng.poisson(span * rate * most))
    day = np.floor(demand.after(since[who], rng.random(len(who)) * span[who]))
    weekday = (day.astype(np.int64) + FIRST_WEEKDAY) % 7
    comes = rng.random(len(who)) < ONLINE_WEEKDAYS[weekday] / most
    at = daytime(rng, day, people.is_western[who])
    comes &= (at > people.first_at[who]) & (at >= 0) & (at < until[who])
    nobody = np.full(len(who), -1)
    visit(scene, who[comes], at[comes], nobody[comes])
    clicks = scene.idle_clicks
    visit(
        scene, clicks.column("person", -1), clicks.column("at", 0.0), clicks.column("campaign", -1)
    )


def visit(scene: Scene, who: np.ndarray, at: np.ndarray, campaign: np.ndarray) -> None:
    """A session of each of these people at these times, which a campaign brought or nothing."""
    rng, rows = scene.rng, len(who)
    if not rows:
        return
    session = open_session(scene, np.ones(rows, dtype=bool), who, at, sign_in=SIGN_IN)
    looks = (rng.random(rows) >= BOUNCE_CHANCE) & ~_is_busy(scene, who, at)
    pages = 1 + np.where(looks, rng.poisson(0.6, rows), 0)
    views = np.where(looks, 1 + rng.poisson(0.7, rows), 0)
    step = rng.uniform(15, 70, rows) / 86_400
    everybody = np.ones(rows, dtype=bool)
    log_pages(
        scene, everybody, session, at, step, pages, landing_of(scene, campaign, 0.3), campaign
    )
    company = scene.company
    product = rng.choice(len(company.popularity), rows, p=company.popularity)
    searches = looks & scene.chance(SEARCH_CHANCE, rows)
    _search(scene, searches, session, at + (pages + 0.5) * step, product)
    log_steps(
        scene, "product_viewed", looks, session, at + (pages + 1) * step, step, views,
        product=product,
    )  # fmt: skip


def _search(
    scene: Scene, where: np.ndarray, session: Session, at: np.ndarray, product: np.ndarray
) -> None:
    finds = ~scene.chance(NO_RESULT_CHANCE, len(at))
    scene.moments.log(
        "product_searched", where, person=session.who, at=at, product=product,
        device=session.device, is_logged_in=session.is_logged_in(at),
        outcome=np.where(finds, "results", "no_result").astype(object),
    )  # fmt: skip


def _is_busy(scene: Scene, who: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Whether they are about to buy something, or have given up just before."""
    intents = scene.intents
    person = intents.column("person", -1)
    started_at = intents.column("started_at", np.nan) - 0.1
    ended_at = intents.column("ended_at", np.nan)
    until = ended_at + np.where(intents.column("has_bought", False), 0.1, LOOKS_ELSEWHERE_DAYS)
    # One after the other, person by person: the last one that began before decides.
    longest = 2.0 * scene.days + 1_000
    key = person * longest + started_at
    order = np.argsort(key, kind="stable")
    place = np.searchsorted(key[order], who * longest + at, side="right") - 1
    last = order[np.maximum(place, 0)]
    return (place >= 0) & (person[last] == who) & (at < until[last])
