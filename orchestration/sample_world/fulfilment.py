"""The course of an order: shipping, waiting and tracking, the parcel; and goods that go back.

What can be observed: a delivery journey begins with its order and ends with order_delivered or
order_cancelled. A return begins with a request that names the reason "return" and the order, or is
nothing but a store_return; it ends with refund_issued or store_return, or falls silent. A
store_return names the order that it undoes, also where that was an online order.
"""

import numpy as np

from orchestration.sample_world import texts
from orchestration.sample_world.clock import MINUTE, into_hours
from orchestration.sample_world.company import CHAT_TEAM, WRITTEN_TEAM
from orchestration.sample_world.people import ONLINE
from orchestration.sample_world.ratings import GOOD_OR_BAD, ON_SCREEN_CHANCE, STARS, rating
from orchestration.sample_world.scene import Scene
from orchestration.sample_world.shopping import Intents, into_store, store_of

LATE_WARNING_CHANCE = 0.35
RETURN_CHANCE = 0.15
STORE_RETURN_CHANCE = 0.06
RETURN_OF_DEFECTIVE_CHANCE = 0.50
RETURN_GIVEN_UP_CHANCE = 0.07


def deliver(scene: Scene, intents: Intents) -> tuple[np.ndarray, np.ndarray]:
    """Ship the online orders; the delivery journey of each intent (or -1), and who was warned."""
    rng, people, placed, rows = scene.rng, scene.people, intents.placed, len(intents.who)
    who, is_online = intents.who, intents.is_online
    journey = np.full(rows, -1)
    journey[is_online] = scene.journeys.open(
        "delivery", who[is_online], placed.order[is_online], started_at=intents.at[is_online]
    )
    place = np.where(intents.device % 10 == 2, "app", "web").astype(object)
    scene.shared_steps.add(is_online, journey=journey, channel=place, at=intents.at)
    common = {"person": who, "journey": journey, "order": placed.order}
    scene.moments.log("order_shipped", is_online & ~np.isnan(placed.shipped_at),
                      at=placed.shipped_at, **common)  # fmt: skip
    arrives = is_online & ~np.isnan(placed.delivered_at)
    scene.moments.log("order_delivered", arrives, at=placed.delivered_at, **common)
    scene.journeys.close(journey, "reached", placed.delivered_at, where=arrives)
    is_cancelled = is_online & ~np.isnan(placed.cancelled_at)
    scene.moments.log("order_cancelled", is_cancelled, at=placed.cancelled_at, **common)
    scene.journeys.close(journey, "failed", placed.cancelled_at, where=is_cancelled)

    days_late = late_days(intents)
    is_late = arrives & (days_late > 0)
    scene.bad_experience("late_deliveries", is_late, who, placed.promised_at)
    scene.bad_experience("late_deliveries", is_cancelled, who, placed.cancelled_at)
    _track(scene, arrives, intents, journey, is_late)

    is_warned = is_late & people.frame["sms_opt_in"].to_numpy()[who]
    is_warned &= scene.chance(LATE_WARNING_CHANCE, rows)
    warned_at = into_hours(
        rng, placed.promised_at - rng.uniform(0.3, 0.8, rows), people.is_western[who], 8, 20
    )
    is_warned &= warned_at < placed.promised_at
    scene.moments.log(
        "sms_sent", is_warned, at=warned_at, outcome="delivered", reason="delivery", **common
    )
    return journey, is_warned


def late_days(intents: Intents) -> np.ndarray:
    """Days between promise and delivery, 0 if in time or not to be delivered."""
    late = intents.placed.delivered_at - intents.placed.promised_at
    return np.where(late > 0, late, 0.0)


def _track(
    scene: Scene, where: np.ndarray, intents: Intents, journey: np.ndarray, is_late: np.ndarray
) -> None:
    """People look where their parcel is, the more the longer it takes."""
    people, placed = scene.people, intents.placed
    visits = scene.rng.poisson(np.where(is_late, 2.4, 1.1)) * where
    row = np.repeat(np.arange(len(visits)), visits)
    who = intents.who[row]
    share = scene.rng.uniform(0, 1, len(row))
    at = placed.shipped_at[row] + share * (placed.delivered_at - placed.shipped_at)[row]
    at = into_hours(scene.rng, at, people.is_western[who])
    in_app = (people.device_app[who] >= 0) & people.has_account(who, at)
    in_app &= scene.chance(0.75, len(row))
    scene.moments.log(
        "delivery_tracked",
        at < placed.delivered_at[row],
        person=who, at=at, journey=journey[row], order=placed.order[row],
        device=np.where(in_app, people.device_app[who], people.device_web[who]),
        is_logged_in=people.has_account(who, at),
    )  # fmt: skip


def give_back(scene: Scene, intents: Intents, is_defective: np.ndarray) -> None:
    """Some send goods back, or bring them to a store."""
    rng, people, rows = scene.rng, scene.people, len(intents.who)
    received_at, who, order = intents.received_at(), intents.who, intents.placed.order
    chance = np.where(intents.is_online, RETURN_CHANCE, STORE_RETURN_CHANCE)
    chance = np.where(is_defective, RETURN_OF_DEFECTIVE_CHANCE, chance)
    returns = intents.has_bought & ~np.isnan(received_at) & scene.chance(chance, rows)
    at = into_hours(rng, received_at + rng.uniform(1, 9, rows), people.is_western[who], 9, 20)
    returns &= at < scene.days
    has_card = people.has_card(who, at)
    in_store_only = returns & has_card & (~intents.is_online | (
        (people.style[who] != ONLINE) & scene.chance(0.15, rows)
    ))  # fmt: skip
    requests = returns & intents.is_online & ~in_store_only
    returns = requests | in_store_only
    journey = np.full(rows, -1)
    journey[returns] = scene.journeys.open("return", who[returns], order[returns])

    requested_at = _request_return(scene, requests, intents, journey, at)
    brings_it = requests & has_card & (people.style[who] != ONLINE) & scene.chance(0.65, rows)
    gives_up = requests & scene.chance(RETURN_GIVEN_UP_CHANCE, rows)
    visits = in_store_only | (brings_it & ~gives_up)
    visited_at = into_store(
        scene, np.where(in_store_only, at, requested_at + rng.uniform(0.5, 6, rows)), who
    )
    paid_at = into_hours(
        rng, requested_at + rng.uniform(3, 11, rows), people.is_western[who], 8, 18
    )
    is_paid = requests & ~brings_it & ~gives_up
    ended_at = np.where(visits, visited_at, paid_at)
    common = {"person": who, "journey": journey, "order": order, "product": intents.product}
    refunded = visits | is_paid
    amount = np.full(rows, np.nan)
    amount[refunded] = _refund(scene, order[refunded], ended_at[refunded])
    scene.moments.log("refund_issued", is_paid, at=paid_at, value=amount, **common)
    scene.moments.log(
        "store_return", visits, at=visited_at, value=amount, store=store_of(scene, who), **common
    )
    scene.journeys.close(journey, "reached", ended_at, where=refunded)


def _request_return(
    scene: Scene, where: np.ndarray, intents: Intents, journey: np.ndarray, at: np.ndarray
) -> np.ndarray:
    """Ask for a return in the portal, by ticket or by chat; when the answer was there."""
    rng, people, who, rows = scene.rng, scene.people, intents.who, len(intents.who)
    draw = rng.random(rows)
    has_account = people.has_account(who, at)
    in_portal = where & has_account & (draw < 0.7)
    by_chat = where & ~in_portal & (draw % 0.2 < 0.11)
    fails = in_portal & scene.chance(0.1, rows)
    by_ticket = where & ~in_portal & ~by_chat | fails
    reason = np.full(rows, "return", dtype=object)
    common = {
        "person": who, "journey": journey, "order": intents.placed.order, "reason": reason,
        "product": intents.product,
    }  # fmt: skip
    scene.moments.log(
        "signed_in", in_portal, person=who, at=at - MINUTE, outcome="portal", is_logged_in=True,
        device=people.device_web[who],
    )  # fmt: skip
    for kind, acting in (
        ("self_service_failed", fails),
        ("self_service_completed", in_portal & ~fails),
    ):
        scene.moments.log(kind, acting, at=at, is_logged_in=True,
                          device=people.device_web[who], **common)  # fmt: skip

    asked_at = np.where(fails, at + rng.uniform(0.01, 0.3, rows), at)
    wait = np.where(by_chat, scene.wait(90, rows) + 10, scene.wait(5 * 3600, rows) + 900)
    answered_at = asked_at + wait / 86_400
    answered_at = np.where(by_chat, answered_at, scene.when_desk_answers(answered_at, who))
    wait = (answered_at - asked_at) * 86_400
    team = np.where(by_chat, scene.company.team(CHAT_TEAM), scene.company.team(WRITTEN_TEAM))
    solved_at = answered_at + rng.uniform(2, 10, rows) * MINUTE
    asks = by_chat | by_ticket
    case = np.full(rows, -1)
    case[asks] = scene.cases.add(
        asks, person=who, journey=journey, reason=reason, order=intents.placed.order,
        channel=np.where(by_chat, "chat", "ticket").astype(object),
        opened_at=asked_at, closed_at=solved_at, is_resolved=True, team=team,
    )  # fmt: skip
    words = np.full(rows, None, dtype=object)
    words[asks] = texts.questions(
        rng, reason[asks], people.language[who[asks]], scene.product_names(intents.product[asks])
    )
    is_solved = np.ones(rows, dtype=bool)
    scene.moments.log("agent_chat", by_chat, at=asked_at, case=case, team=team, text=words,
                      sentiment=0.0, outcome="resolved", wait_seconds=np.round(wait),
                      handle_seconds=np.round(rng.gamma(3, 90, rows)), **common,
                      **rating(scene, who, is_solved, STARS, ON_SCREEN_CHANCE))  # fmt: skip
    scene.moments.log("ticket_opened", by_ticket, at=asked_at, case=case, team=team, text=words,
                      sentiment=0.0, **common)  # fmt: skip
    scene.moments.log("ticket_agent_replied", by_ticket, at=answered_at, case=case, team=team,
                      wait_seconds=np.round(wait), handle_seconds=np.round(rng.gamma(3, 100, rows)),
                      text=texts.replies(is_solved, people.language[who]), **common)  # fmt: skip
    scene.moments.log("ticket_solved", by_ticket, at=solved_at, case=case, team=team,
                      outcome="resolved", **common,
                      **rating(scene, who, is_solved, GOOD_OR_BAD, ON_SCREEN_CHANCE))  # fmt: skip
    return np.where(asks, solved_at, at)


def _refund(scene: Scene, order: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Pay back these orders, of some only the first line; the amount per order."""
    first, last = scene.line_range(order)
    lines = np.where(scene.chance(0.3, len(order)), 1, last - first)
    row = np.repeat(np.arange(len(order)), lines)
    position = np.arange(len(row)) - np.repeat(np.cumsum(lines) - lines, lines) + first[row]
    amount = scene.order_lines.column("amount", 0.0)[position]
    scene.refunds.add(
        order=order[row],
        line=scene.order_lines.column("line", 0)[position],
        at=at[row],
        quantity=scene.order_lines.column("quantity", 0)[position],
        amount=amount,
    )
    return np.round(np.bincount(row, weights=amount, minlength=len(order)), 2)
