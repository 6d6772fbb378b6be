"""Runs the world: everyone shops in rounds, and what happens in one round moves the next."""

import numpy as np

from orchestration.sample_world import (
    browsing,
    demand,
    feedback,
    fulfilment,
    membership,
    outreach,
    service,
)
from orchestration.sample_world.clock import daytime, into_hours
from orchestration.sample_world.company import make_company
from orchestration.sample_world.history import world_of
from orchestration.sample_world.people import ONLY_SOCIAL, make_people
from orchestration.sample_world.satisfaction import (
    VERDICT_SPREAD,
    leaving_chance,
    longer_wait,
    remembered,
)
from orchestration.sample_world.scene import Scene
from orchestration.sample_world.shopping import shop
from orchestration.sample_world.world import World, seeded_rng

# The world lives through whole stretches of this many days, however soon observation stops: a
# longer one begins with the same days.
STRETCH_DAYS = 366

GAP_AFTER_PURCHASE = 3.0
GAP_AFTER_GIVING_UP = 10.5
# After a purchase: who comes back soon, or in their own rhythm; the others not for a long time.
SOON_CHANCE, RHYTHM_CHANCE = 0.23, 0.17
SOON_DAYS, LONG_DAYS = 22.0, 420.0
PROMOTION_PULL = 0.4
PULLED_DAYS = 25


def simulate(customers: range, days: int, seed: int, chunk: int = 0, chunk_count: int = 1) -> World:
    """The world of these customers in its first `days` days."""
    lived = -(-days // STRETCH_DAYS) * STRETCH_DAYS
    scene = Scene(
        rng=seeded_rng(seed, chunk, "simulation"),
        asking=seeded_rng(seed, chunk, "asking"),
        days=lived,
        people=make_people(customers, lived, seed, chunk),
        company=make_company(lived, seed),
    )
    people = scene.people
    people.next_at[people.style == ONLY_SOCIAL] = np.inf
    membership.enter_crm(scene)
    membership.onboard(scene)
    outreach.plan_unsubscriptions(scene)
    outreach.plan_experiments(scene)
    _bring_the_first(scene)
    _complain_in_public(scene)
    while len(who := np.flatnonzero(people.next_at < lived)):
        _live_through_a_round(scene, who)
    membership.close_accounts(scene)
    membership.use_app(scene)
    membership.renew(scene)
    membership.be_loyal(scene)
    outreach.send(scene)
    feedback.survey_advice(scene)
    feedback.survey_relations(scene)
    feedback.close_the_loop(scene)
    browsing.look_around(scene)
    return world_of(scene, days, customers, seed, chunk, chunk_count)


def _live_through_a_round(scene: Scene, who: np.ndarray) -> None:
    """One shopping intent of each of these people, with everything that follows from it."""
    people = scene.people
    intents = shop(scene, who, people.next_at[who])
    delivery, is_warned = fulfilment.deliver(scene, intents)
    in_touch, problems, is_defective = service.problems_of(scene, intents, is_warned)
    efforts = service.get_solved(scene, problems)
    fulfilment.give_back(scene, intents, is_defective)
    membership.help_oneself(scene, intents)
    contacts = np.zeros(len(who), dtype=np.int64)
    contacts[in_touch] = efforts.contacts
    # Asking where the order is belongs to the delivery as well as to the problem.
    scene.shared_steps.add(
        (problems.reason == "delivery") & (problems.at < scene.days),
        journey=delivery[in_touch], channel=efforts.first_channel, at=problems.at,
    )  # fmt: skip
    feedback.survey_purchases(scene, intents, is_defective)
    verdict = scene.rng.normal(0, VERDICT_SPREAD, len(who))
    feedback.survey_deliveries(scene, intents, delivery, contacts, verdict)
    feedback.survey_support(scene, problems, efforts, verdict[in_touch])
    feedback.review(scene, intents, is_defective)
    feedback.mention(scene, who, intents.at)
    people.mood[who] = 0.85 * people.mood[who] + 0.08 * intents.has_bought
    memory = remembered(
        intents.has_bought, fulfilment.late_days(intents), ~np.isnan(intents.placed.cancelled_at)
    )
    mean_moment = np.zeros(len(who))
    had_words = efforts.moments > 0
    memory[in_touch] = np.where(had_words, efforts.peak_end(), memory[in_touch])
    mean_moment[in_touch] = efforts.mean_moment()
    memory += verdict
    _decide_what_next(scene, who, intents.has_bought, memory, mean_moment)


def _bring_the_first(scene: Scene) -> None:
    """An experiment may bring people who have not shopped yet."""
    people = scene.people
    who = np.flatnonzero(np.isfinite(people.next_at))
    next_at = people.next_at[who]
    sooner = outreach.brought_by_experiments(scene, who, next_at, people.first_at[who])
    at = daytime(scene.rng, sooner, people.is_western[who])
    people.next_at[who] = np.where(sooner != next_at, at, next_at)


def _decide_what_next(
    scene: Scene,
    who: np.ndarray,
    has_bought: np.ndarray,
    memory: np.ndarray,
    mean_moment: np.ndarray,
) -> None:
    """When each person shops next, if ever: bad experiences delay it, and make people leave."""
    rng, people, rows = scene.rng, scene.people, len(who)
    bad_experiences = people.bad_experiences[who]
    leaves = scene.chance(leaving_chance(bad_experiences), rows)
    last_at = people.last_shopping_at[who]
    gap = _gaps(scene, who, has_bought) * longer_wait(bad_experiences, memory, mean_moment)
    scene.episodes.add(
        person=who, at=last_at, bad_experiences=bad_experiences, has_left=leaves,
        has_bought=has_bought, remembered_journey=memory, mean_moment=mean_moment, wait_days=gap,
    )  # fmt: skip
    people.left_at[who[leaves]] = last_at[leaves]
    least = last_at + np.where(has_bought, GAP_AFTER_PURCHASE, GAP_AFTER_GIVING_UP)
    least = np.maximum(least, people.quiet_until[who])
    next_at = np.maximum(demand.after(last_at, gap), least)
    next_at = _pulled_by_promotions(scene, who, next_at, least) + 1
    next_at = outreach.brought_by_experiments(scene, who, next_at, least + 1)
    people.next_at[who] = np.where(leaves, np.inf, daytime(rng, next_at, people.is_western[who]))


def _gaps(scene: Scene, who: np.ndarray, has_bought: np.ndarray) -> np.ndarray:
    """Days until the next intent: few come back soon, most not for long."""
    rng, rows = scene.rng, len(who)
    pace = scene.people.pace[who]
    own = scene.people.rhythm[who] * rng.gamma(2, 0.5, rows) / pace
    draw = rng.random(rows)
    after = np.where(draw < SOON_CHANCE, rng.exponential(SOON_DAYS, rows), own)
    long = rng.exponential(LONG_DAYS, rows) / pace
    after = np.where(draw > SOON_CHANCE + RHYTHM_CHANCE, long, after)
    return np.where(has_bought, after, own)


def _pulled_by_promotions(
    scene: Scene, who: np.ndarray, next_at: np.ndarray, least: np.ndarray
) -> np.ndarray:
    """A promotion makes some come sooner."""
    people, company = scene.people, scene.company
    is_promotion = (company.campaigns["kind"] == "promo") & (
        company.campaigns["channel"] == "email"
    )
    opted_in = people.frame["email_opt_in"].to_numpy()[who]
    ids = people.frame["person"].to_numpy()[who]
    for campaign in np.flatnonzero(is_promotion).tolist():
        sent_at = company.sent_at[campaign]
        pulled = opted_in & ~company.is_held_out(campaign, ids) & (least < sent_at)
        pulled &= (next_at > sent_at) & (next_at < sent_at + PULLED_DAYS)
        pulled &= scene.chance(PROMOTION_PULL, len(who))
        next_at = np.where(pulled, sent_at - 0.9, next_at)
    return next_at


def _complain_in_public(scene: Scene) -> None:
    """People known by nothing but a handle: they mention the company, a few write to it."""
    people, rng = scene.people, scene.rng
    talkers = np.flatnonzero(people.style == ONLY_SOCIAL)
    who = np.repeat(talkers, 4)
    since = np.maximum(people.first_at[who], 0)
    at = into_hours(
        rng, since + rng.random(len(who)) * (scene.days - since), people.is_western[who]
    )
    feedback.mention(scene, who, at)
    writers = talkers[scene.chance(0.25, len(talkers))]
    since = np.maximum(people.first_at[writers], 0)
    at = since + rng.random(len(writers)) * (scene.days - since)
    nothing = np.full(len(writers), -1)
    problems = service.Problems(
        who=writers, reason=np.full(len(writers), "complaint", dtype=object), order=nothing,
        product=nothing, at=into_hours(rng, at, people.is_western[writers], 8, 20),
    )  # fmt: skip
    service.get_solved(scene, problems)
