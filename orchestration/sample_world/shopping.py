"""One shopping intent per person: looking around, asking advice, cart, checkout, purchase or not.

What can be observed of an intent: it begins with its first product_viewed, product_searched,
cart_added or store_visited, ends with order_placed or store_purchase, or is given up; then the next
one begins at least ten days later.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from orchestration.sample_world import texts
from orchestration.sample_world.clock import MINUTE, into_hours
from orchestration.sample_world.company import CHAT_TEAM, CURRENCIES, PHONE_TEAMS, PRICE_FACTORS
from orchestration.sample_world.outreach import campaign_behind
from orchestration.sample_world.people import ONLINE
from orchestration.sample_world.ratings import BY_KEY_CHANCE, ON_SCREEN_CHANCE, STARS, rating
from orchestration.sample_world.scene import Scene

LANDINGS = np.array(("direct", "search", "ads", "social", "link"), dtype=object)

DIGITAL, VISIT, WEB_THEN_STORE, STORE_THEN_WEB = range(4)

# Of each way of shopping, how an intent goes, in the order above.
ROUTE_SHARES = np.array(
    [[1.0, 0.0, 0.0, 0.0], [0.40, 0.25, 0.22, 0.13], [0.0, 1.0, 0.0, 0.0]], dtype=float
)

ADVICE_CHANCE = 0.034
# How much more probably the dearer of two things, by standard deviation of the purse.
PURSE_CHANCE = 0.3
CHECKOUT_TIME = 4 * MINUTE
CART_CHANCE = 0.88
CHECKOUT_CHANCE = 0.48
COMPLETION_CHANCE = 0.66
# Of those with an account, who signs in at the checkout; the others buy as guests.
CHECKOUT_SIGN_IN_CHANCE = 0.75
STORE_PURCHASE_CHANCE = 0.46
# Of those with a card who buy in a store.
CARD_SHOWN = 0.97
PURCHASE_AFTER_ABANDONING_CHANCE = 0.08

# Who signs in first of all or in the middle, and whom the site still knows from the last time.
SIGN_IN_CHANCE, LATE_SIGN_IN_CHANCE, KNOWN_CHANCE = 0.03, 0.02, 0.06
SHARED_SIGN_IN_CHANCE, SHARED_LATE_SIGN_IN_CHANCE = 0.80, 0.06
APP_SESSION_CHANCE = 0.5

# Of the lines of an order after the first: what is used up with it, not another good.
CONSUMABLE_CHANCE = 0.6
CONSUMABLES_OF = {
    "coffee": ("PR026", "PR027", "PR028"), "kitchen": ("PR028", "PR029"), "home": ("PR030",),
    "audio": (), "outdoor": (), "consumables": ("PR026", "PR027", "PR030"),
}  # fmt: skip


@dataclass
class Placed:
    """Orders with what becomes of their delivery; NaN where it never comes to that."""

    order: np.ndarray
    promised_at: np.ndarray
    shipped_at: np.ndarray
    delivered_at: np.ndarray
    cancelled_at: np.ndarray


@dataclass
class Intents:
    """The outcome of each shopping intent. Without a purchase `at` is the last moment of it."""

    who: np.ndarray
    at: np.ndarray
    product: np.ndarray
    has_bought: np.ndarray
    is_online: np.ndarray
    met_errors: np.ndarray
    device: np.ndarray
    placed: Placed

    def received_at(self) -> np.ndarray:
        """When they held the goods in their hands: at once in a store; NaN if never."""
        in_store = self.has_bought & ~self.is_online
        return np.where(in_store, self.at, self.placed.delivered_at)


@dataclass
class Session:
    """Web or app sessions: whose, on which device, logged in from when (infinity: never)."""

    who: np.ndarray
    device: np.ndarray
    is_app: np.ndarray
    login_at: np.ndarray
    started_at: np.ndarray
    ends_at: np.ndarray

    def is_logged_in(self, at: np.ndarray) -> np.ndarray:
        """Whether the site knows who acts at that time of the session."""
        return at >= self.login_at


def shop(scene: Scene, who: np.ndarray, at: np.ndarray) -> Intents:
    """Everyone in `who` follows one shopping intent from `at` on.

    Moves `people.last_shopping_at` to the last moment of the intent.
    """
    people, rows = scene.people, len(who)
    slug = np.where(people.purchases[who] == 0, "first_purchase", "repeat_purchase")
    journey = scene.journeys.open(slug.astype(object), who)
    product = _wanted(scene, who)
    is_brought = people.brought_by[who] >= 0
    route = np.where(is_brought, DIGITAL, _routes(scene, people.style[who]))
    browses_first = (route == DIGITAL) | (route == WEB_THEN_STORE)
    campaign = campaign_behind(scene, browses_first & ~is_brought, who, at)
    campaign = np.where(is_brought, people.brought_by[who], campaign)
    scene.campaign_clicks.add(is_brought, person=who, campaign=campaign, at=at - 2 * MINUTE)
    people.brought_by[who] = -1
    interest = 0.06 * np.clip(people.mood[who], -2, 1)

    visit_at = _visit_times(scene, route, who, at)
    _visit(scene, visit_at, who, journey, product)
    last = _look_around(scene, route, who, at, visit_at, journey, product, campaign)
    decides_online = (route == DIGITAL) | (route == STORE_THEN_WEB)
    online, buys_online, met_errors, has_abandoned = _check_out(
        scene, decides_online, last, journey, product, campaign, interest, is_brought
    )
    may_come_back = has_abandoned & (people.style[who] != ONLINE)
    comes_back = may_come_back & scene.chance(PURCHASE_AFTER_ABANDONING_CHANCE, rows)
    soon = last.ends_at + scene.rng.uniform(0.1, 3, rows)
    visit_at = np.where(comes_back, into_store(scene, soon, who), visit_at)
    _visit(scene, np.where(comes_back, visit_at, np.nan), who, journey, product)
    decides_there = (route == VISIT) | (route == WEB_THEN_STORE)
    finds_it = scene.chance(STORE_PURCHASE_CHANCE + interest, rows)
    buys_in_store = comes_back | (decides_there & finds_it)
    paid_at = visit_at + scene.rng.uniform(12, 35, rows) * MINUTE
    shows_card = buys_in_store & people.has_card(who, paid_at) & scene.chance(CARD_SHOWN, rows)
    in_store = _buy_in_store(scene, buys_in_store, shows_card, who, paid_at, journey, product)

    has_bought = buys_online | buys_in_store
    placed = Placed(*(np.full(rows, missing) for missing in (-1, *[np.nan] * 4)))
    for buyers, orders in ((buys_online, online), (buys_in_store, in_store)):
        for name, values in vars(orders).items():
            getattr(placed, name)[buyers] = values
    ended_at = np.where(buys_in_store, paid_at, np.fmax(last.ends_at, visit_at) + CHECKOUT_TIME)
    ended_at = np.where(buys_online, last.ends_at + CHECKOUT_TIME, ended_at)
    # Nobody knows of what was bought in a store without a card.
    is_known = buys_online | shows_card
    scene.journeys.close(journey, "reached", ended_at, where=is_known)
    people.last_shopping_at[who] = ended_at
    people.purchases[who] += is_known & (ended_at < scene.days)
    scene.intents.add(
        person=who, started_at=np.fmin(at, last.started_at), ended_at=ended_at,
        has_bought=is_known,
    )  # fmt: skip
    return Intents(who, ended_at, product, has_bought, buys_online, met_errors, last.device, placed)


def _wanted(scene: Scene, who: np.ndarray) -> np.ndarray:
    """The product that each has in mind: no durable good that they have already.

    Of two things people with money take the dearer one more often.
    """
    company, rows = scene.company, len(who)
    product = scene.rng.choice(len(company.popularity), rows, p=company.popularity)
    beside = scene.rng.choice(len(company.popularity), rows, p=company.popularity)
    price = company.products["list_price"].to_numpy()
    takes_dearer = scene.chance(0.5 + PURSE_CHANCE * scene.people.purse[who], rows)
    swaps = (price[beside] > price[product]) == takes_dearer
    product = np.where(swaps, beside, product)
    for _ in range(3):
        other = scene.rng.choice(len(company.popularity), rows, p=company.popularity)
        has_it = (scene.people.owned[who] >> product) & 1 == 1
        product = np.where(has_it, other, product)
    has_it = (scene.people.owned[who] >> product) & 1 == 1
    return np.where(has_it, company.product("PR026"), product)


def _beside(scene: Scene, product: np.ndarray) -> np.ndarray:
    """What else is in the cart: mostly what is used up with the first thing."""
    company, rng, rows = scene.company, scene.rng, len(product)
    other = rng.choice(len(company.popularity), rows, p=company.popularity)
    category = company.products["category_slug"].to_numpy()[product]
    draw, takes = rng.random(rows), rng.random(rows) < CONSUMABLE_CHANCE
    for name, codes in CONSUMABLES_OF.items():
        if codes:
            refills = np.array([company.product(code) for code in codes])
            those = takes & (category == name)
            other = np.where(those, refills[(draw * len(refills)).astype(np.int64)], other)
    return other


def into_store(scene: Scene, at: np.ndarray, who: np.ndarray) -> np.ndarray:
    """A time at which the store is open: in Poland and Germany on no Sunday and no holiday.

    Who meets closed doors comes on one of the next days, not all on the first.
    """
    is_western = scene.people.is_western[who]
    closed = scene.company.closed_days[scene.people.country[who]]

    def opened(when: np.ndarray) -> np.ndarray:
        return into_hours(scene.rng, when, is_western, 9.5, 19.3, within=9, closed=closed)

    then = opened(at)
    met_closed_doors = np.floor(then) > np.floor(at) + 0.5
    return np.where(met_closed_doors, opened(then + scene.rng.integers(0, 3, len(who))), then)


def _visit_times(scene: Scene, route: np.ndarray, who: np.ndarray, at: np.ndarray) -> np.ndarray:
    """When they go to a store, in its opening hours; NaN if they don't."""
    later = np.where(route == WEB_THEN_STORE, scene.rng.uniform(0.1, 3, len(who)), 0)
    visit_at = into_store(scene, at + later, who)
    return np.where(route == DIGITAL, np.nan, visit_at)


def _look_around(
    scene: Scene,
    route: np.ndarray,
    who: np.ndarray,
    at: np.ndarray,
    visit_at: np.ndarray,
    journey: np.ndarray,
    product: np.ndarray,
    campaign: np.ndarray,
) -> Session:
    """One session or two, perhaps with advice; the last one, in which they decide."""
    is_western = scene.people.is_western[who]
    later = scene.rng.uniform(0.1, 3, len(who))
    after_visit = into_hours(scene.rng, visit_at + later, is_western, within=12)
    is_digital = route != VISIT
    first_at = np.where(route == STORE_THEN_WEB, after_visit, at)
    first = _browse(scene, is_digital, who, first_at, journey, product, campaign)
    advised_until = _ask_advice(scene, is_digital, first, journey, product)
    looks_twice = (route == DIGITAL) & scene.chance(0.5, len(who))
    again_at = into_hours(scene.rng, at + later, is_western, within=12)
    again_at = np.fmax(again_at, advised_until + 5 * MINUTE)
    second = _browse(scene, looks_twice, who, again_at, journey, product)
    return Session(
        who=who,
        device=np.where(looks_twice, second.device, first.device),
        is_app=np.where(looks_twice, second.is_app, first.is_app),
        login_at=np.where(looks_twice, second.login_at, first.login_at),
        started_at=np.where(is_digital, first.started_at, np.inf),
        ends_at=np.where(looks_twice, second.ends_at, np.fmax(first.ends_at, advised_until)),
    )


def _routes(scene: Scene, style: np.ndarray) -> np.ndarray:
    thresholds = ROUTE_SHARES.cumsum(axis=1)[style]
    return (scene.rng.random(len(style))[:, None] >= thresholds[:, :3]).sum(axis=1)


def _visit(
    scene: Scene, at: np.ndarray, who: np.ndarray, journey: np.ndarray, product: np.ndarray
) -> None:
    """Sensors notice those whose phone has the app."""
    is_sensed = np.isfinite(at) & (scene.people.device_app[who] >= 0)
    is_sensed &= scene.people.has_account(who, at)
    store = store_of(scene, who)
    place = {
        "person": who,
        "journey": journey,
        "store": store,
        "device": scene.people.device_app[who],
    }
    scene.moments.log("store_visited", is_sensed, at=at, **place)
    for zone in range(2):
        stays = is_sensed & scene.chance(0.7, len(who))
        scene.moments.log(
            "zone_dwelled",
            stays,
            at=at + (1 + 5 * zone + 3 * scene.rng.random(len(who))) * MINUTE,
            value=np.round(scene.rng.uniform(20, 240, len(who))),
            product=product,
            **place,
        )


def store_of(scene: Scene, who: np.ndarray) -> np.ndarray:
    """The store where they shop: always the same one of their country."""
    store = np.empty(len(who), dtype=np.int64)
    for country, stores in enumerate(scene.company.stores_of):
        here = scene.people.country[who] == country
        store[here] = stores[who[here] % len(stores)]
    return store


def open_session(
    scene: Scene, where: np.ndarray, who: np.ndarray, at: np.ndarray, sign_in: float = 1.0
) -> Session:
    """Begin a web or app session: choose the device, and whether and when they sign in.

    Few sign in before the checkout, but on a device that several people use, most do.
    """
    people, rows = scene.people, len(who)
    is_app = (people.device_app[who] >= 0) & people.has_account(who, at)
    is_app &= scene.chance(APP_SESSION_CHANCE, rows)
    device = np.where(is_app, people.device_app[who], people.device_web[who])
    is_shared = people.shares_device[who] & ~is_app
    draw = scene.rng.random(rows)
    first = np.where(is_shared, SHARED_SIGN_IN_CHANCE, SIGN_IN_CHANCE) * sign_in
    late = np.where(is_shared, SHARED_LATE_SIGN_IN_CHANCE, LATE_SIGN_IN_CHANCE) * sign_in
    known = np.where(is_shared, 0.0, KNOWN_CHANCE)
    signs_in_first = ~is_app & (draw < first)
    signs_in_late = ~is_app & (draw >= 1 - late)
    stays_anonymous = ~is_app & ~signs_in_late & (draw >= first + known)
    late_at = at + scene.rng.uniform(1.5, 3, rows) * MINUTE
    login_at = np.where(signs_in_late, late_at, at)
    login_at = np.where(stays_anonymous, np.inf, login_at)
    account_at = np.where(np.isnan(people.account_at[who]), np.inf, people.account_at[who])
    login_at = np.where(account_at > login_at, account_at, login_at)
    signs_in = where & (signs_in_first | signs_in_late) & (login_at < at + 6 * MINUTE)
    scene.moments.log(
        "signed_in",
        signs_in,
        person=who,
        at=login_at,
        device=device,
        is_logged_in=True,
        outcome="web",
    )
    return Session(who, device, is_app, login_at, at, at)


def _browse(
    scene: Scene,
    where: np.ndarray,
    who: np.ndarray,
    at: np.ndarray,
    journey: np.ndarray,
    product: np.ndarray,
    campaign: np.ndarray | None = None,
) -> Session:
    """A session of pages, searches and products."""
    rows = len(who)
    campaign = np.full(rows, -1) if campaign is None else campaign
    session = open_session(scene, where, who, at)
    pages = 1 + scene.rng.integers(0, 3, rows)
    views = 1 + scene.rng.integers(0, 3, rows)
    searches = scene.chance(0.45, rows)
    step = scene.rng.uniform(20, 55, rows) / 86_400
    log_pages(
        scene, where, session, at, step, pages, landing_of(scene, campaign, 0.35), campaign,
        journey=journey,
    )  # fmt: skip
    searched_at = at + (pages + 0.5) * step
    scene.moments.log(
        "product_searched",
        where & searches,
        person=who, at=searched_at, journey=journey, product=product, device=session.device,
        is_logged_in=session.is_logged_in(searched_at),
        outcome=np.where(scene.chance(0.08, rows), "no_result", "results").astype(object),
    )  # fmt: skip
    log_steps(
        scene, "product_viewed", where, session, at + (pages + 1) * step, step, views,
        journey=journey, product=product,
    )  # fmt: skip
    session.ends_at = np.where(where, at + (pages + views + 2) * step, np.nan)
    leaves = where & scene.people.shares_device[who] & ~session.is_app & scene.chance(0.6, rows)
    leaves &= np.isfinite(session.login_at) & (session.login_at < session.ends_at)
    scene.moments.log(
        "signed_out",
        leaves,
        # After the checkout, if there is one in this session.
        person=who, at=session.ends_at + 6 * MINUTE, device=session.device, is_logged_in=True,
    )  # fmt: skip
    return session


def landing_of(scene: Scene, campaign: np.ndarray, direct_share: float) -> np.ndarray:
    """Where each session comes from: a campaign, a search, an advertisement, a link, or nowhere."""
    rest = (1 - direct_share) * np.array((0.52, 0.26, 0.12, 0.10))
    landing = scene.rng.choice(LANDINGS, len(campaign), p=(direct_share, *rest))
    return np.where(campaign >= 0, "campaign", landing).astype(object)


def log_pages(
    scene: Scene,
    where: np.ndarray,
    session: Session,
    at: np.ndarray,
    step: np.ndarray,
    pages: np.ndarray,
    landing: np.ndarray,
    campaign: np.ndarray,
    **columns: Any,
) -> None:
    """The pages of a session, of which the first tells where it came from."""
    for kind, those in (
        ("page_viewed", where & ~session.is_app),
        ("screen_viewed", where & session.is_app),
    ):
        scene.moments.log(
            kind, those, person=session.who, at=at + 0.1 * step, device=session.device,
            is_logged_in=at + 0.1 * step >= session.login_at, landing=landing, campaign=campaign,
            **columns,
        )  # fmt: skip
        log_steps(scene, kind, those, session, at + step, step, pages - 1, **columns)


def log_steps(
    scene: Scene,
    kind: str,
    where: np.ndarray,
    session: Session,
    at: np.ndarray,
    step: np.ndarray,
    times: np.ndarray,
    **columns: Any,
) -> None:
    """The same kind of moment several times, a step apart."""
    rows = np.repeat(np.flatnonzero(where), times[where])
    number = np.arange(len(rows)) - np.repeat(np.cumsum(times[where]) - times[where], times[where])
    moment_at = at[rows] + (number + 0.8 * scene.rng.random(len(rows))) * step[rows]
    scene.moments.log(
        kind,
        person=session.who[rows],
        at=moment_at,
        device=session.device[rows],
        is_logged_in=moment_at >= session.login_at[rows],
        **{
            name: value[rows] if isinstance(value, np.ndarray) else value
            for name, value in columns.items()
        },
    )


def _ask_advice(
    scene: Scene, where: np.ndarray, session: Session, journey: np.ndarray, product: np.ndarray
) -> np.ndarray:
    """Some ask before they decide, by chat or phone; when they were done (else NaN)."""
    people, who, rows = scene.people, session.who, len(session.who)
    asks = where & scene.chance(ADVICE_CHANCE, rows)
    by_phone = asks & scene.chance(0.35, rows)
    asked_at = session.ends_at + scene.rng.uniform(1, 12, rows) * MINUTE
    asked_at = np.where(
        by_phone,
        scene.when_people_call(
            into_hours(scene.rng, asked_at, people.is_western[who], 8, 20), who, share=0.5
        ),
        asked_at,
    )
    reason = np.full(rows, "product_advice", dtype=object)
    wait = scene.wait(60, rows) + 5
    handle = scene.rng.gamma(4, 70, rows)
    done_at = asked_at + (wait + handle) / 86_400
    phone_team = np.array([scene.company.team(team) for team in PHONE_TEAMS])[who % 2]
    team = np.where(by_phone, phone_team, scene.company.team(CHAT_TEAM))
    case = np.full(rows, -1)
    case[asks] = scene.cases.add(
        asks, person=who, journey=journey, reason=reason, opened_at=asked_at, closed_at=done_at,
        channel=np.where(by_phone, "call", "chat").astype(object), is_resolved=True, team=team,
    )  # fmt: skip
    common = {
        "person": who, "at": asked_at, "journey": journey, "case": case, "reason": reason,
        "product": product, "wait_seconds": np.round(wait), "handle_seconds": np.round(handle),
        "outcome": "resolved", "team": team,
    }  # fmt: skip
    notes = texts.call_notes(scene.rng, reason)
    is_solved = np.ones(rows, dtype=bool)
    scene.moments.log(
        "call_inbound", by_phone, text=notes, **common,
        **rating(scene, who, is_solved, STARS, BY_KEY_CHANCE),
    )  # fmt: skip
    words = np.full(rows, None, dtype=object)
    words[asks] = texts.questions(
        scene.rng, reason[asks], people.language[who[asks]], scene.product_names(product[asks])
    )
    scene.moments.log(
        "agent_chat", asks & ~by_phone, text=words, sentiment=0.0, **common,
        **rating(scene, who, is_solved, STARS, ON_SCREEN_CHANCE),
    )  # fmt: skip
    return np.where(asks, done_at, np.nan)


def _check_out(
    scene: Scene,
    where: np.ndarray,
    session: Session,
    journey: np.ndarray,
    product: np.ndarray,
    campaign: np.ndarray,
    interest: np.ndarray,
    is_sure: np.ndarray,
) -> tuple[Placed, np.ndarray, np.ndarray, np.ndarray]:
    """Cart, checkout and online order: the orders, who bought, who met errors, who abandoned."""
    people, who, rows = scene.people, session.who, len(session.who)
    start = session.ends_at
    fills_cart = where & (scene.chance(CART_CHANCE + interest, rows) | is_sure)
    starts = fills_cart & (scene.chance(CHECKOUT_CHANCE, rows) | is_sure)
    is_broken = scene.company.is_checkout_broken(start) & ~session.is_app
    met_errors = starts & ~is_sure & scene.chance(np.where(is_broken, 0.88, 0.02), rows)
    completes = scene.chance(COMPLETION_CHANCE + 0.15 * (campaign >= 0), rows) | is_sure
    buys = starts & ~met_errors & completes
    # Customers with an account mostly sign in at the checkout.
    knows = people.has_account(who, start) & scene.chance(CHECKOUT_SIGN_IN_CHANCE, rows)
    login_at = np.where(knows, np.minimum(session.login_at, start + 0.4 * MINUTE), session.login_at)
    signs_in = starts & knows & (session.login_at > start + 0.4 * MINUTE)
    scene.moments.log(
        "signed_in", signs_in, person=who, at=login_at, device=session.device, is_logged_in=True,
        outcome="web",
    )  # fmt: skip
    checkout = np.full(rows, -1)
    checkout[starts] = scene.checkouts.add(starts, person=who)
    common = {"person": who, "journey": journey, "device": session.device}

    def act(kind: str, acting: np.ndarray, minutes: float, **columns: object) -> None:
        at = start + minutes * MINUTE
        scene.moments.log(kind, acting, at=at, is_logged_in=at >= login_at, **common, **columns)

    act("cart_added", fills_cart, 0.3, product=product)
    pays = buys | met_errors | (starts & scene.chance(0.55, rows))
    act("checkout_started", starts, 1.0, checkout=checkout, page="/checkout")
    for kind, those in (("page_viewed", ~session.is_app), ("screen_viewed", session.is_app)):
        act(kind, starts & those, 1.1, page="/checkout/address")
        act(kind, pays & those, 1.7, page="/checkout/payment")
    trouble = {"checkout": checkout, "page": "/checkout/payment"}
    act("error_shown", met_errors, 1.8, **trouble)
    act("rage_clicked", met_errors & scene.chance(0.8, rows), 2.1, **trouble)
    act("error_shown", met_errors & is_broken, 2.6, **trouble)
    act("rage_clicked", met_errors & is_broken, 2.9, **trouble)
    scene.bad_experience("checkout_errors", met_errors, who, start + 2 * MINUTE)

    placed_at = start + CHECKOUT_TIME
    orders = place_orders(
        scene, who[buys], placed_at[buys], journey[buys], product[buys], campaign[buys],
        place=np.where(session.is_app, "app", "web").astype(object)[buys],
        store=np.full(buys.sum(), -1),
        device=session.device[buys], checkout=checkout[buys],
        is_guest=(placed_at < login_at)[buys], is_card_shown=np.zeros(buys.sum(), dtype=bool),
    )  # fmt: skip
    return orders, buys, met_errors, fills_cart & ~buys


def _buy_in_store(
    scene: Scene,
    where: np.ndarray,
    shows_card: np.ndarray,
    who: np.ndarray,
    at: np.ndarray,
    journey: np.ndarray,
    product: np.ndarray,
) -> Placed:
    buyers = who[where]
    nothing = np.full(len(buyers), -1)
    journey = np.where(shows_card, journey, -1)
    return place_orders(
        scene, buyers, at[where], journey[where], product[where], nothing,
        is_card_shown=shows_card[where],
        place=np.full(len(buyers), "store", dtype=object), store=store_of(scene, buyers),
        device=nothing, checkout=nothing, is_guest=np.zeros(len(buyers), dtype=bool),
    )  # fmt: skip


def place_orders(
    scene: Scene,
    who: np.ndarray,
    at: np.ndarray,
    journey: np.ndarray,
    product: np.ndarray,
    campaign: np.ndarray,
    place: np.ndarray,
    **columns: np.ndarray,
) -> Placed:
    """Write down orders with their lines and what becomes of their deliveries."""
    rng, rows = scene.rng, len(who)
    is_online = place != "store"
    is_western = scene.people.is_western[who]
    promised_at, shipped_at, delivered_at, cancelled_at = _deliveries(
        scene, at, is_online, is_western
    )
    line_count = 1 + rng.binomial(3, 0.2, rows)
    order_row = np.repeat(np.arange(rows), line_count)
    line = np.arange(len(order_row)) - np.repeat(np.cumsum(line_count) - line_count, line_count)
    line_product = np.where(line == 0, product[order_row], _beside(scene, product[order_row]))
    list_price = scene.company.products["list_price"].to_numpy()[line_product]
    unit_price = np.round(list_price * PRICE_FACTORS[scene.people.country[who[order_row]]], 2)
    is_used_up = scene.company.is_consumable[line_product]
    quantity = 1 + rng.binomial(3, np.where(is_used_up, 0.25, 0.01))
    owned = np.where(is_used_up, 0, np.int64(1) << line_product)
    np.bitwise_or.at(scene.people.owned, who[order_row], owned)
    discount = np.where(campaign[order_row] >= 0, np.round(0.15 * unit_price * quantity, 2), 0.0)
    amount = np.round(unit_price * quantity - discount, 2)
    total = np.round(np.bincount(order_row, weights=amount, minlength=rows), 2)
    order = scene.orders.add(
        person=who, journey=journey, placed_at=at, place=place,
        currency=CURRENCIES[scene.people.country[who]],
        promised_at=promised_at, shipped_at=shipped_at, delivered_at=delivered_at,
        cancelled_at=cancelled_at, total=total, campaign=campaign, **columns,
    )  # fmt: skip
    scene.order_lines.add(
        order=order[order_row], line=line + 1, product=line_product, quantity=quantity,
        unit_price=unit_price, discount=discount, amount=amount,
    )  # fmt: skip
    common = {
        "person": who, "at": at, "journey": journey, "order": order, "product": product,
        "value": total,
    }  # fmt: skip
    scene.moments.log(
        "order_placed", is_online, is_logged_in=~columns["is_guest"], checkout=columns["checkout"],
        device=columns["device"], campaign=campaign, **common,
    )  # fmt: skip
    scene.moments.log(
        "store_purchase", ~is_online, store=columns["store"],
        is_logged_in=columns["is_card_shown"], **common,
    )  # fmt: skip
    return Placed(order, promised_at, shipped_at, delivered_at, cancelled_at)


def _deliveries(
    scene: Scene, at: np.ndarray, is_online: np.ndarray, is_western: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """When online orders were promised for, shipped, delivered or cancelled (else NaN)."""
    rng, rows = scene.rng, len(at)
    promised_at = np.floor(at) + rng.integers(3, 6, rows) + 19 / 24
    shipped_at = at + rng.uniform(0.4, 1.9, rows)
    is_late = scene.chance(0.15, rows)
    is_cancelled = scene.chance(0.03, rows) & is_online
    on_time = shipped_at + rng.uniform(0.25, 0.95, rows) * (promised_at - shipped_at)
    late = promised_at + np.minimum(0.5 + rng.exponential(2.5, rows), 9)
    delivered_at = into_hours(rng, np.where(is_late, late, on_time), is_western, 8, 22)
    cancelled_at = at + rng.uniform(0.1, 2.5, rows)
    arrives = is_online & ~is_cancelled
    return (
        np.where(is_online, promised_at, np.nan),
        np.where(arrives, shipped_at, np.nan),
        np.where(arrives, delivered_at, np.nan),
        np.where(is_cancelled, cancelled_at, np.nan),
    )
