"""Problems, and the contacts that customers make to get them solved.

What can be observed: a problem_resolution journey begins with the first bot_chat, agent_chat,
call_inbound, ticket_opened or social_messaged with a problem reason. It is reached at the first
outcome "resolved" of a human contact, "contained" of the bot, or the last ticket_solved "resolved";
failed at ticket_solved "unresolved"; else given up. Contacts about one problem follow each other
within seven days, two problems of a person are at least sixteen days apart, except one that comes
back within seven days after it was called solved: that is a journey of its own. Social media never
solves, it sends people to another channel. A contact names the order if it is an online order; of
the calls that solve nothing only most do.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.sample_world import texts
from orchestration.sample_world.clock import HOUR, MINUTE, hour_of_day, into_hours, weekday
from orchestration.sample_world.company import (
    CHAT_TEAM,
    DEFECT_DAYS,
    PHONE_TEAMS,
    SOCIAL_TEAM,
    WRITTEN_TEAM,
)
from orchestration.sample_world.fulfilment import late_days
from orchestration.sample_world.people import ONLY_SOCIAL
from orchestration.sample_world.phrases import ASPECTS
from orchestration.sample_world.ratings import (
    BY_KEY_CHANCE,
    GOOD_OR_BAD,
    ON_SCREEN_CHANCE,
    STARS,
    felt,
    rating,
)
from orchestration.sample_world.scene import Scene
from orchestration.sample_world.shopping import Intents
from orchestration.sample_world.world import known_where

CHAT, CALL, TICKET, SOCIAL = range(4)
CHANNEL_SLUGS = np.array(["chat", "phone", "ticket", "social"], dtype=object)
CHANNEL_SHARES = (0.40, 0.33, 0.22, 0.05)
SOLVED_CHANCE = {
    "delivery": 0.77, "defect": 0.64, "payment": 0.77, "account": 0.84, "complaint": 0.58,
}  # fmt: skip
# The aspect that a problem is about, as its place among `phrases.ASPECTS`; service else.
ABOUT = {"delivery": 0, "defect": 1, "payment": 4, "account": 4}
CONTAINED_CHANCE = 0.35
MOST_CONTACTS = 4
PERSISTENCE = 0.76
COMES_BACK_CHANCE = 0.06
QUIET_DAYS = 16.5
DEFECT_CHANCE = 0.031


@dataclass
class Problems:
    """Problems: the kind, the customer, the time. `order` is an online order or -1."""

    who: np.ndarray
    reason: np.ndarray
    order: np.ndarray
    product: np.ndarray
    at: np.ndarray


@dataclass
class Efforts:
    """The effort that each problem took until it was solved, or given up."""

    journey: np.ndarray
    is_solved: np.ndarray
    ended_at: np.ndarray
    first_channel: np.ndarray
    contacts: np.ndarray
    wait_hours: np.ndarray
    case: np.ndarray
    # How the words of its moments felt: the most extreme of them, the last, their sum and number.
    peak: np.ndarray
    last: np.ndarray
    total: np.ndarray
    moments: np.ndarray

    def feel(self, row: np.ndarray, feeling: np.ndarray) -> None:
        """One more moment of these; of two extremes alike the bad one counts."""
        peak = self.peak[row]
        is_peak = (np.abs(feeling) > np.abs(peak)) | ((feeling == -peak) & (feeling < 0))
        self.peak[row] = np.where(is_peak, feeling, peak)
        self.last[row] = feeling
        self.total[row] += feeling
        self.moments[row] += 1

    def copy(self) -> "Efforts":
        """The same; what is felt by the one is not felt by the other."""
        return Efforts(**{name: values.copy() for name, values in vars(self).items()})

    def peak_end(self) -> np.ndarray:
        """What is remembered of it: the peak and the end, nothing where no moment had words."""
        return (self.peak + self.last) / 2

    def mean_moment(self) -> np.ndarray:
        """How its moments felt on the whole, which nobody remembers."""
        return self.total / np.maximum(self.moments, 1)


def problems_of(
    scene: Scene, intents: Intents, is_warned: np.ndarray
) -> tuple[np.ndarray, Problems, np.ndarray]:
    """The intents that lead to a contact, its reason, and those with defective goods."""
    rng, people, company = scene.rng, scene.people, scene.company
    who, placed, rows = intents.who, intents.placed, len(intents.who)
    received_at = intents.received_at()
    days_late = late_days(intents)
    in_batch = (
        intents.has_bought & (intents.product == company.defect_product)
        & (received_at > company.defect_from - 30)
        & (received_at < company.defect_from + DEFECT_DAYS - 2)
        & scene.chance(0.7, rows)
    )  # fmt: skip
    shows_at = np.maximum(received_at, company.defect_from) + 0.2
    shows_at += rng.beta(2, 2, rows) * (company.defect_from + DEFECT_DAYS - shows_at)
    is_defective = in_batch | (~np.isnan(received_at) & scene.chance(DEFECT_CHANCE, rows))
    asks_at = placed.promised_at + rng.uniform(0.1, 1.2, rows)
    waits = (days_late > 0) & (asks_at < placed.delivered_at - 0.3)
    is_cancelled = ~np.isnan(placed.cancelled_at)

    def some(share: float | np.ndarray) -> np.ndarray:
        return scene.chance(share, rows)

    causes = (
        ("delivery", waits & some(np.where(is_warned, 0.2, 0.42)), asks_at),
        ("complaint", is_cancelled & some(0.5), placed.cancelled_at + rng.uniform(0.05, 1, rows)),
        ("defect", in_batch, shows_at),
        ("defect", is_defective & ~in_batch & some(0.53), received_at + rng.uniform(0.3, 5, rows)),
        ("payment", intents.met_errors & some(0.3), intents.at + rng.uniform(0.02, 0.6, rows)),
        ("payment", intents.is_online & some(0.015), intents.at + rng.uniform(0.5, 6, rows)),
        ("complaint", intents.has_bought & some(0.007), intents.at + rng.uniform(0.2, 3, rows)),
        ("account", people.has_account(who, intents.at)
         & some(np.where(company.is_trickle_time(intents.at), 0.12, 0.006)),
         intents.at + rng.uniform(0.2, 4, rows)),
    )  # fmt: skip
    reason = np.full(rows, None, dtype=object)
    at = np.full(rows, np.nan)
    for name, happens, when in reversed(causes):
        reason[happens], at[happens] = name, when[happens]
    scene.bad_experience("defects", is_defective, who, np.where(in_batch, shows_at, received_at))
    contacts = ~np.isnan(at) & (at >= people.problem_free_at[who]) & (at < scene.days)
    names_order = intents.is_online & (reason != "account")
    problems = Problems(
        who=who[contacts],
        reason=reason[contacts],
        order=np.where(names_order, placed.order, -1)[contacts],
        product=intents.product[contacts],
        at=into_hours(rng, at[contacts], people.is_western[who[contacts]], 8, 21),
    )
    return contacts, problems, is_defective


def get_solved(scene: Scene, problems: Problems) -> Efforts:
    """Contact the company until the problem is solved or patience ends; some come back."""
    efforts = _pursue(scene, problems)
    people, who = scene.people, problems.who
    people.problem_free_at[who] = efforts.ended_at + QUIET_DAYS
    comes_back = efforts.is_solved & scene.chance(COMES_BACK_CHANCE, len(who))
    again_at = efforts.ended_at + scene.rng.uniform(0.3, 5.5, len(who))
    again = Problems(
        who=who[comes_back],
        reason=problems.reason[comes_back],
        order=problems.order[comes_back],
        product=problems.product[comes_back],
        at=into_hours(scene.rng, again_at, people.is_western[who], 8, 20)[comes_back],
    )
    second = _pursue(scene, again)
    scene.bad_experience("repeated_contacts", np.ones(len(again.who), bool), again.who, again.at)
    people.problem_free_at[again.who] = second.ended_at + QUIET_DAYS
    return efforts


def _pursue(scene: Scene, problems: Problems) -> Efforts:
    """One contact after the other."""
    rng, people, rows = scene.rng, scene.people, len(problems.who)
    channel = _first_channels(scene, problems.who)
    efforts = Efforts(
        journey=scene.journeys.open("problem_resolution", problems.who, problems.order),
        is_solved=np.zeros(rows, dtype=bool),
        ended_at=problems.at.copy(),
        first_channel=CHANNEL_SLUGS[channel],
        contacts=np.zeros(rows, dtype=np.int64),
        wait_hours=np.zeros(rows),
        case=np.full(rows, -1),
        peak=np.zeros(rows),
        last=np.zeros(rows),
        total=np.zeros(rows),
        moments=np.zeros(rows, dtype=np.int64),
    )
    tries = np.arange(rows)
    at = problems.at
    for number in range(MOST_CONTACTS):
        if not len(tries):
            break
        at = np.where(
            channel == CALL,
            # Who asks again doesn't let a week go by.
            scene.when_people_call(at, problems.who[tries], *((0.0, 2) if number else (0.7, 3))),
            at,
        )
        contact = _Contact(scene, problems, efforts, tries, channel, at)
        is_over = contact.happen()
        goes_on = ~is_over & scene.chance(PERSISTENCE, len(tries))
        ended_at = efforts.ended_at[tries]
        delay = np.where(
            contact.hung_up, rng.uniform(0.01, 0.9, len(tries)), rng.uniform(0.2, 4.3, len(tries))
        )
        at = into_hours(rng, ended_at + delay, people.is_western[problems.who[tries]], 8, 20)[
            goes_on
        ]
        hops = (channel == SOCIAL) | scene.chance(0.6, len(tries))
        other = (channel + 1 + rng.integers(0, 2, len(tries))) % 3
        channel = np.where(hops, other, channel)[goes_on]
        channel = np.where(
            people.style[problems.who[tries[goes_on]]] == ONLY_SOCIAL, SOCIAL, channel
        )
        tries = tries[goes_on]
    unsolved = ~efforts.is_solved
    scene.bad_experience("unsolved_problems", unsolved, problems.who, efforts.ended_at)
    return efforts


def _first_channels(scene: Scene, who: np.ndarray) -> np.ndarray:
    channel = scene.rng.choice(4, len(who), p=CHANNEL_SHARES)
    channel = np.where((channel == SOCIAL) & ~scene.people.has_handle[who], CALL, channel)
    return np.where(scene.people.style[who] == ONLY_SOCIAL, SOCIAL, channel)


class _Contact:
    """The next contact of everyone whose problem is still there, each in a channel."""

    def __init__(
        self,
        scene: Scene,
        problems: Problems,
        efforts: Efforts,
        tries: np.ndarray,
        channel: np.ndarray,
        at: np.ndarray,
    ) -> None:
        self.scene, self.efforts, self.tries, self.channel, self.at = (
            scene, efforts, tries, channel, at,
        )  # fmt: skip
        self.rows = len(tries)
        self.who = problems.who[tries]
        self.reason = problems.reason[tries]
        self.order = problems.order[tries]
        self.product = problems.product[tries]
        self.language = scene.people.language[self.who]
        self.hung_up = np.zeros(self.rows, dtype=bool)
        self.ended_at = at.copy()
        self.wait = np.zeros(self.rows)
        chances = np.array([SOLVED_CHANCE[reason] for reason in self.reason], dtype=float)
        self.solves = scene.chance(chances, self.rows)
        self.is_failed = np.zeros(self.rows, dtype=bool)
        self.common = {
            "person": self.who, "journey": efforts.journey[tries], "reason": self.reason,
            "product": self.product,
        }  # fmt: skip

    def happen(self) -> np.ndarray:
        """Let the contact take place; whose problem is over, solved or failed."""
        scene, efforts, tries = self.scene, self.efforts, self.tries
        team = self._teams()
        case = scene.cases.count + np.arange(self.rows)
        self.common |= {"case": case, "team": team}
        self.words = self._words(efforts.contacts[tries] > 0)
        self._chat(self.channel == CHAT)
        self._call(self.channel == CALL)
        self._write_ticket(self.channel == TICKET)
        self._message(self.channel == SOCIAL)
        scene.cases.add(
            person=self.who, journey=efforts.journey[tries], reason=self.reason, team=team,
            channel=np.array(["chat", "call", "ticket", "social"], dtype=object)[self.channel],
            order=self.order, opened_at=self.at, closed_at=self.ended_at, is_resolved=self.solves,
        )  # fmt: skip
        efforts.contacts[tries] += 1
        efforts.wait_hours[tries] += self.wait / 3600
        efforts.ended_at[tries] = self.ended_at
        efforts.case[tries] = case
        efforts.is_solved[tries] = self.solves
        scene.journeys.close(efforts.journey[tries], "reached", self.ended_at, where=self.solves)
        scene.journeys.close(efforts.journey[tries], "failed", self.ended_at, where=self.is_failed)
        return self.solves | self.is_failed

    def _teams(self) -> np.ndarray:
        company = self.scene.company
        phone = np.array([company.team(team) for team in PHONE_TEAMS])[self.who % 2]
        others = np.array(
            [company.team(t) for t in (CHAT_TEAM, CHAT_TEAM, WRITTEN_TEAM, SOCIAL_TEAM)]
        )
        return np.where(self.channel == CALL, phone, others[self.channel])

    def _words(self, is_again: np.ndarray) -> np.ndarray:
        """The question; who asks again, or complains, says how that feels."""
        rng = self.scene.rng
        words = texts.questions(
            rng, self.reason, self.language, self.scene.product_names(self.product)
        )
        self.band = np.where(is_again | (self.reason == "complaint"), texts.NEGATIVE, texts.NEUTRAL)
        is_cross = self.band == texts.NEGATIVE
        about = np.array([ABOUT.get(reason, 3) for reason in self.reason], dtype=np.int64)
        feelings, _ = texts.opinions(rng, is_cross, self.band, self.language, about)
        words = np.array(
            [
                f"{word} {feeling}" if feeling else word
                for word, feeling in zip(words, feelings, strict=True)
            ],
            dtype=object,
        )
        contact = self.scene.people.frame["phone"].to_numpy()[self.who]
        self.sentiment = texts.sentiment_of(rng, self.band)
        return texts.with_contact_details(rng, words, contact)

    def _log(self, kind: str, where: np.ndarray, at: np.ndarray, **columns: object) -> None:
        columns.setdefault("order", self.order)
        # A rating says how it felt, whatever the words say.
        feeling = np.full(self.rows, columns.get("sentiment", np.nan), dtype=float)
        if "score" in columns:
            score, scale = np.asarray(columns["score"]), np.asarray(columns["scale"])
            of_rating = felt(score, np.where(scale == STARS, 1, 0), scale)
            feeling = np.where(np.isnan(score), feeling, of_rating)
        shows = where & ~np.isnan(feeling)
        self.efforts.feel(self.tries[shows], feeling[shows])
        self.scene.moments.log(kind, where, at=at, **self.common, **columns)

    def _chat(self, where: np.ndarray) -> None:
        rng, rows = self.scene.rng, self.rows
        contained = where & self.solves & self.scene.chance(CONTAINED_CHANCE, rows)
        handed_over = where & ~contained
        bot_seconds = rng.uniform(40, 200, rows)
        self._log(
            "bot_chat", where, self.at, text=self.words, sentiment=self.sentiment,
            handle_seconds=np.round(bot_seconds),
            outcome=np.where(contained, "contained", "handed_over").astype(object),
        )  # fmt: skip
        wait = self.scene.wait(100, rows) * self._crowding() + 5
        handle = rng.gamma(4, 110, rows)
        agent_at = self.at + (bot_seconds + 20) / 86_400
        last_words, said = texts.opinions(
            rng, handed_over, np.where(self.solves, texts.POSITIVE, texts.NEGATIVE), self.language,
            np.full(rows, ASPECTS.index("service")),
        )  # fmt: skip
        self._log(
            "agent_chat", handed_over, agent_at, wait_seconds=np.round(wait),
            handle_seconds=np.round(handle),
            outcome=np.where(self.solves, "resolved", "unresolved").astype(object),
            text=last_words, sentiment=texts.sentiment_of(rng, said), **self._rating(STARS),
        )  # fmt: skip
        self.wait = np.where(handed_over, wait, self.wait)
        # The outcome is known with the contact's own moment, as a call centre records it.
        self.ended_at = np.where(where, np.where(contained, self.at, agent_at), self.ended_at)

    def _call(self, where: np.ndarray) -> None:
        rng, rows = self.scene.rng, self.rows
        wait = self.scene.wait(140, rows) * self._crowding() + 8
        patience = self.scene.wait(1_500, rows) + 60
        self.hung_up = where & (wait > patience)
        self.solves &= ~self.hung_up
        wait = np.where(self.hung_up, patience, wait)
        outcome = np.where(self.solves, "resolved", "unresolved").astype(object)
        outcome[self.hung_up] = "abandoned"
        names_order = self.solves | self.scene.chance(0.6, rows)
        rated = self._rating(STARS, BY_KEY_CHANCE)
        rated = {
            "score": np.where(self.hung_up, np.nan, rated["score"]),
            "scale": np.where(self.hung_up, -1, rated["scale"]),
        }
        self._log(
            "call_inbound", where, self.at, outcome=outcome,
            order=np.where(names_order, self.order, -1), wait_seconds=np.round(wait),
            handle_seconds=np.where(self.hung_up, 0, np.round(rng.gamma(4, 100, rows))),
            text=known_where(~self.hung_up, texts.call_notes(rng, self.reason)), **rated,
        )  # fmt: skip
        called_back = self.hung_up & self.scene.chance(0.3, rows)
        self._log(
            "call_outbound", called_back, self.at + rng.uniform(2, 12, rows) * MINUTE,
            outcome="no_answer", handle_seconds=20.0,
        )  # fmt: skip
        self.wait = np.where(where, wait, self.wait)

    def _write_ticket(self, where: np.ndarray) -> None:
        scene, rng, rows = self.scene, self.scene.rng, self.rows
        is_western = scene.people.is_western[self.who]
        self._log("ticket_opened", where, self.at, text=self.words, sentiment=self.sentiment)
        wait_days = (scene.wait(6, rows) + 0.4) * self._crowding() * HOUR
        replied_at = scene.when_desk_answers(self.at + np.minimum(wait_days, 2.5), self.who)
        wait = (replied_at - self.at) * 86_400
        no_solution = np.zeros(rows, dtype=bool)
        self._log(
            "ticket_agent_replied", where, replied_at, wait_seconds=np.round(wait),
            handle_seconds=np.round(rng.gamma(3, 150, rows)),
            text=texts.replies(no_solution, self.language),
        )  # fmt: skip
        answers = where & scene.chance(0.4, rows)
        answered_at = into_hours(rng, replied_at + scene.wait(5, rows) * HOUR, is_western)
        self._log("ticket_customer_replied", answers, answered_at, text=self.words,
                  sentiment=self.sentiment)  # fmt: skip
        again_at = scene.when_desk_answers(
            np.where(answers, answered_at, replied_at) + rng.uniform(0.5, 9, rows) * HOUR, self.who
        )
        solved = where & self.solves
        self._log("ticket_agent_replied", answers & self.solves, again_at,
                  text=texts.replies(solved, self.language),
                  handle_seconds=np.round(rng.gamma(3, 120, rows)))  # fmt: skip
        solved_at = again_at + 3 * MINUTE
        reopens = solved & scene.chance(0.08, rows)
        self._log(
            "ticket_solved", solved, solved_at, outcome="resolved", **self._rating(GOOD_OR_BAD)
        )
        reopened_at = into_hours(rng, solved_at + rng.uniform(0.3, 3, rows), is_western)
        self._log("ticket_reopened", reopens, reopened_at, text=self.words, sentiment=-0.6)
        rework_at = scene.when_desk_answers(reopened_at + rng.uniform(2, 20, rows) * HOUR, self.who)
        self._log("ticket_agent_replied", reopens, rework_at,
                  wait_seconds=np.round((rework_at - reopened_at) * 86_400),
                  text=texts.replies(solved, self.language))  # fmt: skip
        self._log("ticket_solved", reopens, rework_at + 3 * MINUTE, outcome="resolved")
        scene.bad_experience("repeated_contacts", reopens, self.who, reopened_at)
        solved_at = np.where(reopens, rework_at + 3 * MINUTE, solved_at)
        self.is_failed = where & ~self.solves & scene.chance(0.08, rows)
        self._log("ticket_solved", self.is_failed, again_at, outcome="unresolved")
        self.wait = np.where(where, wait, self.wait)
        over_at = np.where(self.solves, solved_at, again_at)
        self.ended_at = np.where(where, over_at, self.ended_at)

    def _message(self, where: np.ndarray) -> None:
        """The social desk answers, and sends them to another channel."""
        rows = self.rows
        self.solves &= ~where
        self._log("social_messaged", where, self.at, text=self.words, sentiment=self.sentiment)
        wait = self.scene.wait(3600, rows) + 120
        self._log("social_replied", where & self.scene.chance(0.85, rows),
                  self.at + wait / 86_400, wait_seconds=np.round(wait),
                  text=texts.replies(np.zeros(rows, bool), self.language))  # fmt: skip
        self.wait = np.where(where, wait, self.wait)

    def _rating(self, most: int, chance: float = ON_SCREEN_CHANCE) -> dict[str, np.ndarray]:
        return rating(self.scene, self.who, self.solves, most, chance)

    def _crowding(self) -> np.ndarray:
        """Queues are longer on Mondays, before noon, and while something goes wrong for many."""
        company = self.scene.company
        is_crowded = company.is_defect_time(self.at) | company.is_checkout_broken(self.at)
        is_western = self.scene.people.is_western[self.who]
        hour = hour_of_day(self.at, is_western)
        is_peak = ((hour > 9.5) & (hour < 12.5)) | (weekday(self.at, is_western) == 0)
        return np.where(is_crowded, 3.0, 1.0) * np.where(is_peak, 1.5, 0.9)
