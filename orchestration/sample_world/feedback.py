"""Surveys, reviews and mentions: what customers say of what happened to them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from orchestration.sample_world import names, texts
from orchestration.sample_world.clock import into_hours
from orchestration.sample_world.fulfilment import late_days
from orchestration.sample_world.people import ONLY_SOCIAL
from orchestration.sample_world.phrases import ASPECTS
from orchestration.sample_world.ratings import felt
from orchestration.sample_world.satisfaction import (
    QUESTIONS,
    answers,
    aspects_named,
    item_ratings,
    perceived_wait_hours,
    points_by_aspect,
    stated_importance,
)
from orchestration.sample_world.scene import Scene
from orchestration.sample_world.service import Efforts, Problems
from orchestration.sample_world.shopping import Intents
from orchestration.sample_world.world import known_where

# Who is asked about what just happened answers more often than who is asked in general.
ANSWER_CHANCES = {"relational_nps": 0.185}
ANSWER_CHANCE = 0.28
MOST_ANSWERED = 0.95
PARTIAL_CHANCE = 0.08
BOUNCE_CHANCE = 0.012
TEST_CHANCE = 0.01
# Who has something to complain about writes more often.
TEXT_CHANCES = np.array([0.85, 0.55, 0.55])
LOOK_BACK_DAYS = 90
NPS_EVERY_DAYS = 90
NPS_FIRST_DAY = 25
NPS_DRIVERS = (
    "late_deliveries", "unsolved_problems", "defects", "checkout_errors", "purchases",
    "remembered_journey",
)  # fmt: skip
CLOSED_LOOP_CHANCE = 0.45
ADVICE = ("product_advice", "how_to", "return", "renewal")
PURCHASE_SURVEY_CHANCE = 0.75
DELIVERY_SURVEY_CHANCE = 0.65
SUPPORT_SURVEY_CHANCE = 0.95
# Days after the case about which the whole way to the solution is asked.
WHOLE_WAY_AFTER = (5.0, 8.0)
# Of the customers who bought or asked something in the quarter, and of the others.
NPS_CHANCES = (0.95, 0.6)


@dataclass(frozen=True)
class Answers:
    """The answers to the first question of a form: its score if any, and when it came."""

    score: np.ndarray
    at: np.ndarray


def ask(
    scene: Scene,
    programs: tuple[str, ...],
    who: np.ndarray,
    invited_at: np.ndarray,
    drivers: Mapping[str, np.ndarray],
    **about: np.ndarray,
) -> Answers:
    """Invite these people to one form with these programs' questions; some answer.

    A partial answer stops after the first question; of a form with one question it lacks the text.
    """
    rng, people, rows = scene.asking, scene.people, len(who)
    if not rows:
        return Answers(np.zeros(0), np.zeros(0))
    invitation = scene.invitations.add(person=who)
    is_junk = people.frame["is_shared_mailbox"].to_numpy()[who]
    is_delivered = rng.random(rows) >= np.where(is_junk, 0.1, BOUNCE_CHANCE)
    answers_it = ANSWER_CHANCES.get(programs[0], ANSWER_CHANCE) * people.frankness[who]
    has_answered = is_delivered & (rng.random(rows) < np.minimum(answers_it, MOST_ANSWERED))
    at = into_hours(
        rng, invited_at + np.minimum(rng.exponential(1.2, rows) + 0.02, 11), people.is_western[who]
    )
    is_partial = has_answered & (rng.random(rows) < PARTIAL_CHANCE)
    is_test = has_answered & (rng.random(rows) < TEST_CHANCE)
    first = Answers(np.full(rows, np.nan), at)
    for number, program in enumerate(programs):
        question = QUESTIONS[program]
        score = answers(rng, program, people.segment[who], people.trait[who], drivers)
        is_scored = has_answered & ((number == 0) | ~is_partial)
        points = points_by_aspect(program, people.segment[who], drivers)
        aspect = aspects_named(rng, points)
        band = texts.band_of_score(score, question.most)
        writes = is_scored & ~is_partial & (number == 0) & (rng.random(rows) < TEXT_CHANCES[band])
        text, said = texts.opinions(rng, writes, band, people.language[who], aspect)
        text = np.where(writes, text, "")
        items = item_ratings(rng, points, people.trait[who])
        importance = stated_importance(rng, rows)
        waited = perceived_wait_hours(
            rng, people.trait[who], drivers.get("wait_hours", np.zeros(rows))
        )
        email = people.frame["email"].to_numpy()[who]
        status = np.full(rows, "complete", dtype=object)
        status[is_partial], status[is_test] = "partial", "test"
        status[~has_answered] = "unanswered"
        response = scene.responses.add(
            person=who, program=program, metric=question.metric,
            score=np.where(is_scored, score, np.nan), at=np.where(has_answered, at, np.nan),
            invited_at=invited_at, invitation=invitation,
            language=np.array(names.LANGUAGES, dtype=object)[people.language[who]],
            text=known_where(writes, texts.with_contact_details(rng, text, email)),
            text_band=known_where(writes, texts.BANDS[said]),
            aspect=np.array(ASPECTS, dtype=object)[aspect],
            perceived_wait_hours=waited,
            **{f"rated_{name}": items[:, place] for place, name in enumerate(ASPECTS)},
            **{f"importance_{name}": importance[:, place] for place, name in enumerate(ASPECTS)},
            status=status, is_delivered=is_delivered, **about,
        )  # fmt: skip
        for driver in question.effects:
            scene.response_drivers.add(
                response=response, program=program, driver=driver,
                value=drivers.get(driver, np.zeros(rows)).astype(float),
            )  # fmt: skip
        if number == 0:
            first = Answers(np.where(is_scored & ~is_test, score, np.nan), at)
    return first


def survey_purchases(scene: Scene, intents: Intents, is_defective: np.ndarray) -> None:
    """Ask some buyers how the purchase and the delivery were, a day after they got the goods."""
    people, rows = scene.people, len(intents.who)
    received_at = intents.received_at()
    invited_at = into_hours(
        scene.asking,
        received_at + scene.asking.uniform(0.9, 2, rows),
        people.is_western[intents.who],
        9,
        18,
    )
    is_known = intents.is_online | people.has_card(intents.who, intents.at)
    asked = (
        is_known & (invited_at < scene.days) & (scene.asking.random(rows) < PURCHASE_SURVEY_CHANCE)
    )
    drivers = {
        "days_late": late_days(intents),
        "was_defective": is_defective,
        "met_errors": intents.met_errors,
    }
    ask(
        scene, ("purchase_csat",), intents.who[asked], invited_at[asked],
        {name: values[asked] for name, values in drivers.items()},
        order=intents.placed.order[asked],
    )  # fmt: skip


def survey_deliveries(
    scene: Scene,
    intents: Intents,
    journey: np.ndarray,
    contacts: np.ndarray,
    verdict: np.ndarray,
) -> None:
    """Ask some how the whole delivery was, from the order to the door."""
    people, rows = scene.people, len(intents.who)
    delivered_at = intents.placed.delivered_at
    invited_at = into_hours(
        scene.asking,
        delivered_at + scene.asking.uniform(2.5, 4, rows),
        people.is_western[intents.who],
        9,
        18,
    )
    asked = (
        (journey >= 0)
        & (invited_at < scene.days)
        & (scene.asking.random(rows) < DELIVERY_SURVEY_CHANCE)
    )
    ask(
        scene, ("journey_csat",), intents.who[asked], invited_at[asked],
        {
            "days_late": late_days(intents)[asked], "contacts": contacts[asked],
            "verdict": verdict[asked],
        },
        order=intents.placed.order[asked], journey=journey[asked],
    )  # fmt: skip


def survey_support(scene: Scene, problems: Problems, efforts: Efforts, verdict: np.ndarray) -> None:
    """Ask how the help was after the last contact, and days later about the whole way to it."""
    people, who, rows = scene.people, problems.who, len(problems.who)
    rng, is_western = scene.asking, people.is_western[who]
    invited_at = into_hours(rng, efforts.ended_at + rng.uniform(0.05, 0.8, rows), is_western, 8, 20)
    whole_at = into_hours(
        rng, efforts.ended_at + rng.uniform(*WHOLE_WAY_AFTER, rows), is_western, 8, 20
    )
    drivers = {
        "extra_contacts": efforts.contacts - 1,
        "contacts": efforts.contacts,
        "wait_hours": np.minimum(efforts.wait_hours, 60),
        "was_unsolved": ~efforts.is_solved,
        "verdict": verdict,
    }
    about = {"order": problems.order, "case": efforts.case, "journey": efforts.journey}
    is_reachable = people.style[who] != ONLY_SOCIAL

    def send(programs: tuple[str, ...], those: np.ndarray, at: np.ndarray) -> Answers:
        return ask(
            scene, programs, who[those], at[those],
            {name: values[those] for name, values in drivers.items()},
            **{name: values[those] for name, values in about.items()},
        )  # fmt: skip

    asked = is_reachable & (invited_at < scene.days) & (rng.random(rows) < SUPPORT_SURVEY_CHANCE)
    answered = send(("support_csat", "support_ces"), asked, invited_at)
    # What they said of the help is a moment of the way too, unless it came after all was asked.
    remembered = efforts.copy()
    question = QUESTIONS["support_csat"]
    feeling = felt(answered.score, question.least, question.most)
    counts = ~np.isnan(feeling) & (answered.at < whole_at[asked])
    remembered.feel(np.flatnonzero(asked)[counts], feeling[counts])
    drivers |= {"peak_end": remembered.peak_end(), "mean_moment": remembered.mean_moment()}
    send(("journey_csat",), is_reachable & (whole_at < scene.days), whole_at)


def survey_advice(scene: Scene) -> None:
    """Ask how the help was also where nothing had gone wrong: advice, use, returns, renewals."""
    cases = scene.cases
    reason = cases.column("reason", None)
    chosen = np.isin(reason.astype(str), ADVICE) & (
        scene.asking.random(len(reason)) < SUPPORT_SURVEY_CHANCE
    )
    chosen &= cases.column("opened_at", np.nan) < scene.days
    case = np.flatnonzero(chosen)
    who = cases.column("person", -1)[case]
    closed_at = cases.column("closed_at", np.nan)[case]
    invited_at = into_hours(
        scene.asking, closed_at + scene.asking.uniform(0.05, 0.8, len(case)),
        scene.people.is_western[who], 8, 20,
    )  # fmt: skip
    waited = (closed_at - cases.column("opened_at", np.nan)[case]) * 24
    ask(
        scene, ("support_csat", "support_ces"), who, invited_at,
        {"wait_hours": np.clip(waited - 0.2, 0, 60)}, case=case,
        order=cases.column("order", -1)[case],
    )  # fmt: skip


def survey_relations(scene: Scene) -> None:
    """Ask everyone who is a customer once a quarter whether they recommend the company."""
    people, rng = scene.people, scene.asking
    for first_day in range(NPS_FIRST_DAY, scene.days, NPS_EVERY_DAYS):
        invited_at = into_hours(
            rng, first_day + rng.uniform(0, 6, len(people)), people.is_western, 9, 18
        )
        is_customer = (people.first_at < invited_at - 5) & (people.style != ONLY_SOCIAL)
        is_customer &= (invited_at < scene.days) & (people.left_at > invited_at - 60)
        chance = np.where(_is_active(scene, invited_at), *NPS_CHANCES)
        who = np.flatnonzero(is_customer & (rng.random(len(people)) < chance))
        ask(
            scene, ("relational_nps",), who, invited_at[who],
            {name: _recent(scene, name, who, invited_at[who]) for name in NPS_DRIVERS},
        )  # fmt: skip


def _is_active(scene: Scene, at: np.ndarray) -> np.ndarray:
    """Who bought or asked something in the 90 days before."""
    is_active = np.zeros(len(scene.people), dtype=bool)
    for rows, time in ((scene.orders, "placed_at"), (scene.cases, "opened_at")):
        person, when = rows.column("person", -1), rows.column(time, np.nan)
        is_recent = (when < at[person]) & (when > at[person] - LOOK_BACK_DAYS)
        is_active[person[is_recent]] = True
    return is_active


def close_the_loop(scene: Scene) -> None:
    """Call some detractors within two days."""
    scores = scene.responses.column("score", np.nan)
    metric = scene.responses.column("metric", None)
    who = scene.responses.column("person", -1)
    at = scene.responses.column("at", np.nan)
    is_detractor = (metric == "nps") & (scores <= 6)
    called = is_detractor & scene.chance(CLOSED_LOOP_CHANCE, len(scores))
    called_at = into_hours(
        scene.rng, at + scene.rng.uniform(0.2, 1.9, len(at)), scene.people.is_western[who], 9, 19
    )
    called &= called_at < at + 2
    reached = scene.chance(0.7, len(at))
    scene.moments.log(
        "call_outbound", called, person=who, at=called_at, reason="complaint",
        team=scene.company.team("T01"),
        outcome=np.where(reached, "reached", "no_answer").astype(object),
        handle_seconds=np.where(reached, 240.0, 20.0),
    )  # fmt: skip


def _recent(scene: Scene, driver: str, who: np.ndarray, at: np.ndarray) -> np.ndarray:
    """How often it happened to each person in the 90 days before, or how they remember the last."""
    if driver == "remembered_journey":
        return _remembered(scene, who, at)
    if driver == "purchases":
        person, when = scene.orders.column("person", -1), scene.orders.column("placed_at", np.nan)
    else:
        same = scene.experiences.column("driver", None) == driver
        person = scene.experiences.column("person", -1)[same]
        when = scene.experiences.column("at", np.nan)[same]
    asked_at = np.full(len(scene.people), np.nan)
    asked_at[who] = at
    is_recent = (when < asked_at[person]) & (when > asked_at[person] - LOOK_BACK_DAYS)
    return np.bincount(person[is_recent], minlength=len(scene.people))[who].astype(float)


def _remembered(scene: Scene, who: np.ndarray, at: np.ndarray) -> np.ndarray:
    """What each thinks of the last journey of the 90 days before; 0 where there was none."""
    episodes = scene.episodes
    person, when = episodes.column("person", -1), episodes.column("at", np.nan)
    asked_at = np.full(len(scene.people), np.nan)
    asked_at[who] = at
    is_recent = (when < asked_at[person]) & (when > asked_at[person] - LOOK_BACK_DAYS)
    recent = np.flatnonzero(is_recent)
    recent = recent[np.argsort(when[recent], kind="stable")]
    memory = np.zeros(len(scene.people))
    memory[person[recent]] = episodes.column("remembered_journey", np.nan)[recent]
    return memory[who]


def review(scene: Scene, intents: Intents, is_defective: np.ndarray) -> None:
    """Some rate what they bought, with stars."""
    rng, people, who, rows = scene.rng, scene.people, intents.who, len(intents.who)
    at = into_hours(rng, intents.received_at() + rng.uniform(2, 12, rows), people.is_western[who])
    reviews = (at < scene.days) & people.has_handle[who] & scene.chance(0.18, rows)
    stars = 4.3 + 0.4 * people.trait[who] - 1.8 * is_defective + rng.normal(0, 0.8, rows)
    stars = np.clip(np.rint(stars), 1, 5)
    band = texts.band_of_score(stars, 5)
    about = np.full(rows, ASPECTS.index("product"))
    scene.moments.log(
        "review_posted", reviews, person=who, at=at, product=intents.product, score=stars, scale=5,
        order=-1, text=texts.opinions(rng, reviews, band, people.language[who], about)[0],
        sentiment=texts.sentiment_of(rng, band),
    )  # fmt: skip


def mention(scene: Scene, who: np.ndarray, at: np.ndarray) -> None:
    """Some talk about the company in public, most when their mood is bad."""
    rng, people = scene.rng, scene.people
    mood = people.mood[who]
    chance = np.where(mood < -0.3, 0.25, 0.08) * people.has_handle[who]
    chance = np.where(scene.company.is_viral_time(at), np.minimum(6 * chance, 0.9), chance)
    talks = scene.chance(chance, len(who))
    talks_at = into_hours(rng, at + rng.uniform(0.1, 3, len(who)), people.is_western[who])
    draw = mood + 0.4 * people.trait[who] + rng.normal(0, 0.3, len(who))
    about = rng.integers(0, len(ASPECTS), len(who))
    band = np.where(
        draw < -0.25, texts.NEGATIVE, np.where(draw < 0.25, texts.NEUTRAL, texts.POSITIVE)
    )
    scene.moments.log(
        "social_mentioned", talks, person=who, at=talks_at,
        text=texts.opinions(rng, talks, band, people.language[who], about)[0],
        sentiment=texts.sentiment_of(rng, band),
    )  # fmt: skip
