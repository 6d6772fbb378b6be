"""The people of the world: names, addresses, devices, accounts, consents, households.

Every trait that makes identity hard is planted here: shared phones, mailboxes and devices, changed
and junk e-mail addresses, guests, people without a card. What they do is in the other modules.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from orchestration.sample_world import demand, names
from orchestration.sample_world.clock import daytime, into_hours, to_utc
from orchestration.sample_world.world import known_where, seeded_rng, table_of

SEGMENTS = ("value", "standard", "premium")
ONLINE, OMNICHANNEL, IN_STORE, ONLY_SOCIAL = range(4)

# Of each way of shopping: online only, online and in stores, in stores only, no more than talking.
STYLE_SHARES = (0.44, 0.30, 0.24, 0.02)
SHARE_BEFORE_WORLD = 0.52
# Newcomers arrive the more slowly the longer the world runs: days until half of them are there.
ARRIVAL_DAYS = 90.0
# In the order of `names.COUNTRIES`, and of SEGMENTS.
COUNTRY_SHARES = (0.58, 0.17, 0.11, 0.14)
SEGMENT_SHARES = (0.35, 0.45, 0.20)
# Days between two intents to buy of somebody who comes back, by segment.
RHYTHM_DAYS = (80.0, 70.0, 55.0)
# Who buys often and who seldom: the more alike, the greater it is. Their mean is 1.
PACE_SHAPE = 3.0
# The shape of how readily people answer: few do always, many hardly ever.
FRANKNESS = (0.8, 2.4)
# Households of one, two, three and four people.
HOUSEHOLD_SHARES = (0.76, 0.15, 0.05, 0.04)

# Of the people of a household.
OWN_SURNAME_SHARE = 0.15
# Of the households of several people.
ONE_PHONE_SHARE = 0.5
FAMILY_MAILBOX_SHARE = 0.03
ONE_DEVICE_SHARE = 0.25
# Of all people.
CHANGED_EMAIL_SHARE = 0.12
JUNK_EMAIL_SHARE = 0.005
HANDLE_SHARE = 0.2
EMAIL_OPT_IN_SHARE = 0.62
SMS_OPT_IN_SHARE = 0.28
# Of those whom an account or a card makes known, and of the others.
IN_CRM_SHARES = (0.9, 0.5)
ASKED_SHARE = 0.5
OPT_OUT_SHARE = 0.08
# Of those with an account, and of those with the app.
APP_SHARE = 0.4
PUSH_OPT_IN_SHARE = 0.6
# Of newcomers, as far as there is a friend who could have sent them.
REFERRED_SHARE = 0.06

# By way of shopping: who opens an account, and who takes a loyalty card.
ACCOUNT_SHARES = (0.48, 0.58, 0.10, 0.0)
LOYALTY_SHARES = (0.12, 0.68, 0.52, 0.0)
ACCOUNT_AT_ONCE_SHARE = 0.85

COMPANY_MAILBOXES = 2
COMPANY_MAILBOX_USERS = 27


@dataclass
class People:
    """One array per trait, and the state in which the simulation keeps each person."""

    frame: pd.DataFrame
    style: np.ndarray
    country: np.ndarray
    language: np.ndarray
    segment: np.ndarray
    is_western: np.ndarray
    first_at: np.ndarray
    account_at: np.ndarray
    loyalty_at: np.ndarray
    device_web: np.ndarray
    device_app: np.ndarray
    shares_device: np.ndarray
    has_handle: np.ndarray
    opted_out_at: np.ndarray
    trait: np.ndarray
    rhythm: np.ndarray
    # How often and how dearly each buys, beside the others; neither says anything of the other.
    pace: np.ndarray
    purse: np.ndarray
    # How readily each answers, beside the others, whatever they are asked.
    frankness: np.ndarray
    mood: np.ndarray = field(init=False)
    bad_experiences: np.ndarray = field(init=False)
    purchases: np.ndarray = field(init=False)
    next_at: np.ndarray = field(init=False)
    last_shopping_at: np.ndarray = field(init=False)
    problem_free_at: np.ndarray = field(init=False)
    left_at: np.ndarray = field(init=False)
    account_closed_at: np.ndarray = field(init=False)
    quiet_until: np.ndarray = field(init=False)
    # Which durable goods each person has, a bit per product.
    owned: np.ndarray = field(init=False)
    # The campaign of an experiment that makes each buy next time, or -1.
    brought_by: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Nobody has done anything yet."""
        count = len(self.style)
        self.mood = np.zeros(count)
        self.bad_experiences = np.zeros(count, dtype=np.int64)
        self.purchases = np.zeros(count, dtype=np.int64)
        self.next_at = np.full(count, np.inf)
        self.last_shopping_at = np.full(count, -np.inf)
        self.problem_free_at = np.full(count, -np.inf)
        self.left_at = np.full(count, np.inf)
        self.account_closed_at = np.full(count, np.nan)
        self.quiet_until = np.full(count, -np.inf)
        self.owned = np.zeros(count, dtype=np.int64)
        self.brought_by = np.full(count, -1)

    def __len__(self) -> int:
        """How many people there are."""
        return len(self.style)

    def has_account(self, who: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Whether they have an account by then."""
        return self.account_at[who] <= at

    def has_card(self, who: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Whether they have a loyalty card by then."""
        return self.loyalty_at[who] <= at


@dataclass(frozen=True)
class Homes:
    """The household of each person, the place of its head, and whether others live there."""

    household: np.ndarray
    head: np.ndarray
    is_shared: np.ndarray


@dataclass(frozen=True)
class Names:
    """The name of each person as it is written at home, and in Latin letters."""

    given: np.ndarray
    given_latin: np.ndarray
    surname: np.ndarray
    surname_latin: np.ndarray


def make_people(ids: range, days: int, seed: int, chunk: int) -> People:
    """The people with these ids. The order of the random draws is part of the result."""
    rng = seeded_rng(seed, chunk, "people")
    count = len(ids)
    person = np.arange(ids.start, ids.stop)
    homes = _homes(rng, count)
    country = rng.choice(4, count, p=COUNTRY_SHARES)[homes.head]
    language = _languages(rng, country)[homes.head]
    is_western = country == names.COUNTRIES.index("GB")
    style = rng.choice(4, count, p=STYLE_SHARES)
    gender = rng.choice(np.array(["female", "male"], dtype=object), count, p=(0.56, 0.44))
    named = _names(rng, language, gender, homes)
    birth_day = _birth_days(rng, homes)

    first_at = _first_contacts(rng, count, is_western)
    account_at = _account_times(rng, style, first_at, is_western)
    loyalty_at = _loyalty_times(rng, style, first_at, is_western)
    has_account, has_card = np.isfinite(account_at), np.isfinite(loyalty_at)

    phones = _phone_columns(rng, person, country, homes)
    emails = _email_columns(rng, person, named, homes, first_at, days, is_western)
    shares_device, devices = _device_columns(rng, person, homes, has_account)
    segment = rng.choice(3, count, p=SEGMENT_SHARES)
    has_handle = (rng.random(count) < HANDLE_SHARE) | (style == ONLY_SOCIAL)
    addresses = _address_columns(rng, country, homes.head)
    has_app = devices["device_app"] >= 0

    frame = table_of(
        "persons",
        {
            "person": person,
            "given_name": named.given,
            "surname": named.surname,
            "birth_date": (np.datetime64("2026-01-01") + birth_day).astype("datetime64[ms]"),
            "gender": gender,
            "language": np.array(names.LANGUAGES, dtype=object)[language],
            "country_code": np.array(names.COUNTRIES, dtype=object)[country],
            **addresses,
            **emails,
            **phones,
            "household": homes.household + ids.start,
            "segment": np.array(SEGMENTS, dtype=object)[segment],
            "account": np.where(has_account, rng.permutation(count) + ids.start + 1, -1),
            "loyalty_card": _cards(rng, person, has_card),
            **devices,
            "social_handle": _handles(person, named.given_latin, has_handle),
            "email_opt_in": rng.random(count) < EMAIL_OPT_IN_SHARE,
            "sms_opt_in": rng.random(count) < SMS_OPT_IN_SHARE,
            "push_opt_in": has_app & (rng.random(count) < PUSH_OPT_IN_SHARE),
            "is_in_crm": (rng.random(count) < np.where(has_account | has_card, *IN_CRM_SHARES))
            & (style != ONLY_SOCIAL),
            "is_asked_by_sales": rng.random(count) < ASKED_SHARE,
            "referrer": _referrers(rng, first_at, person, has_card),
        },
    )
    values = seeded_rng(seed, chunk, "values")
    people = People(
        frame=frame,
        style=style,
        country=country,
        language=language,
        segment=segment,
        is_western=is_western,
        first_at=first_at,
        account_at=account_at,
        loyalty_at=loyalty_at,
        device_web=devices["device_web"],
        device_app=devices["device_app"],
        shares_device=shares_device,
        has_handle=has_handle,
        opted_out_at=_opt_outs(rng, first_at, days),
        trait=rng.normal(0, 1, count),
        rhythm=rng.gamma(6, 1 / 6, count) * np.array(RHYTHM_DAYS)[segment],
        pace=values.gamma(PACE_SHAPE, 1 / PACE_SHAPE, count),
        purse=values.normal(0, 1, count),
        frankness=_frankness(seeded_rng(seed, chunk, "frankness"), count),
    )
    start = np.zeros(count)
    first_visit = demand.after(start, rng.uniform(0, 2 * people.rhythm))
    first_visit = daytime(rng, first_visit, is_western)
    # Half of the newcomers come for something; the others look around for a while.
    comes_for_it = rng.random(count) < 0.5
    later = demand.after(first_at, rng.uniform(1, 1.5 * people.rhythm))
    later = daytime(rng, later, is_western)
    people.next_at = np.where(first_at >= 0, np.where(comes_for_it, first_at, later), first_visit)
    return people


def _frankness(rng: np.random.Generator, count: int) -> np.ndarray:
    """Some answer half of what they are asked, many next to nothing; the mean is 1."""
    least, most = FRANKNESS
    return rng.beta(least, most, count) * (least + most) / least


def persons_frame(people: People) -> pd.DataFrame:
    """The `persons` frame, with the times as the simulation left them."""
    frame = people.frame
    frame["first_at"] = to_utc(people.first_at)
    frame["account_at"] = to_utc(people.account_at)
    frame["loyalty_at"] = to_utc(people.loyalty_at)
    frame["opted_out_at"] = to_utc(people.opted_out_at)
    frame["account_closed_at"] = to_utc(people.account_closed_at)
    frame["account"] = frame["account"].where(frame["account_at"].notna(), -1)
    frame["device_app"] = frame["device_app"].where(frame["account"] >= 0, -1)
    frame["loyalty_card"] = frame["loyalty_card"].where(frame["loyalty_at"].notna(), None)
    return frame


def _homes(rng: np.random.Generator, count: int) -> Homes:
    """Neighbours in the list live together, one to four of them."""
    sizes = rng.choice((1, 2, 3, 4), count, p=HOUSEHOLD_SHARES)
    household = np.repeat(np.arange(count), sizes)[:count]
    head = pd.Series(np.arange(count)).groupby(household).transform("first").to_numpy()
    return Homes(household, head, np.bincount(household)[household] > 1)


def _languages(rng: np.random.Generator, country: np.ndarray) -> np.ndarray:
    language = np.zeros(len(country), dtype=np.int64)
    for code, name in enumerate(names.COUNTRIES):
        here = country == code
        language[here] = rng.choice(6, here.sum(), p=names.LANGUAGE_SHARES[name])
    return language


def _names(
    rng: np.random.Generator, language: np.ndarray, gender: np.ndarray, homes: Homes
) -> Names:
    """A given name of each person's own; most have the surname of the head of the household."""
    given, given_latin = _given_names(rng, language, gender, homes)
    surname, surname_latin = _surnames(rng, language)
    keeps_own_surname = rng.random(len(language)) < OWN_SURNAME_SHARE
    bearer = np.where(keeps_own_surname, np.arange(len(language)), homes.head)
    return Names(given, given_latin, surname[bearer], surname_latin[bearer])


def _given_names(
    rng: np.random.Generator, language: np.ndarray, gender: np.ndarray, homes: Homes
) -> tuple[np.ndarray, np.ndarray]:
    """No two of a household bear the same name."""
    place = np.arange(len(language)) - homes.head
    first = rng.integers(0, 1_000_000, len(language))[homes.head]
    own = np.empty(len(language), dtype=object)
    latin = np.empty(len(language), dtype=object)
    for code, name in enumerate(names.LANGUAGES):
        for sex, words in names.GIVEN_NAMES[name].items():
            here = (language == code) & (gender == sex)
            spelled, plain = names.spellings(words)
            # A step of seven leaves out no name and repeats none within four.
            chosen = (first[here] + 7 * place[here]) % len(spelled)
            own[here], latin[here] = spelled[chosen], plain[chosen]
    return own, latin


def _surnames(rng: np.random.Generator, language: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    own = np.empty(len(language), dtype=object)
    latin = np.empty(len(language), dtype=object)
    for code, name in enumerate(names.LANGUAGES):
        here = language == code
        spelled, plain = names.spellings(names.SURNAMES[name])
        chosen = rng.integers(0, len(spelled), here.sum())
        own[here], latin[here] = spelled[chosen], plain[chosen]
    return own, latin


def _birth_days(rng: np.random.Generator, homes: Homes) -> np.ndarray:
    """Days before 2026: most are in their thirties to fifties, and couples of like age."""
    count = len(homes.head)
    age = np.clip(18 + 70 * rng.beta(2.0, 3.2, count), 18, 92)
    near = np.clip(age[homes.head] + rng.normal(0, 3, count), 18, 92)
    lives_with = homes.is_shared & (homes.head != np.arange(count)) & (rng.random(count) < 0.7)
    return -(np.where(lives_with, near, age) * 365.25).astype(np.int64)


def _first_contacts(rng: np.random.Generator, count: int, is_western: np.ndarray) -> np.ndarray:
    """When the company first hears of them; some signed up before its shops opened."""
    is_early = rng.random(count) < SHARE_BEFORE_WORLD
    early, later = rng.uniform(-300, -1, count), rng.exponential(ARRIVAL_DAYS, count)
    day = np.where(is_early, early, demand.after(np.zeros(count), later))
    return daytime(rng, day, is_western)


def _account_times(
    rng: np.random.Generator, style: np.ndarray, first_at: np.ndarray, is_western: np.ndarray
) -> np.ndarray:
    """NaN without an account. Most open one a few minutes into their first visit."""
    count = len(style)
    share = np.array(ACCOUNT_SHARES)[style]
    is_at_once = rng.random(count) < ACCOUNT_AT_ONCE_SHARE
    minutes_later = first_at + rng.uniform(2.5, 5, count) / 1440
    days_later = into_hours(rng, first_at + rng.uniform(12, 40, count), is_western)
    at = np.where(is_at_once | (first_at < 0), minutes_later, days_later)
    return np.where(rng.random(count) < share, at, np.nan)


def _loyalty_times(
    rng: np.random.Generator, style: np.ndarray, first_at: np.ndarray, is_western: np.ndarray
) -> np.ndarray:
    """NaN without a card. People who shop in stores take it before their first purchase."""
    count = len(style)
    share = np.array(LOYALTY_SHARES)[style]
    at_once = first_at + rng.uniform(0.05, 2, count) / 1440
    later = into_hours(rng, first_at + rng.uniform(10, 60, count), is_western)
    at = np.where((style == ONLINE) & (first_at >= 0), later, at_once)
    return np.where(rng.random(count) < share, at, np.nan)


def _opt_outs(rng: np.random.Generator, first_at: np.ndarray, days: int) -> np.ndarray:
    """When they withdraw their consent of themselves, not because of a campaign; else infinity."""
    at = rng.uniform(0, days, len(first_at))
    return np.where((rng.random(len(first_at)) < OPT_OUT_SHARE) & (at > first_at), at, np.inf)


def _phone_columns(
    rng: np.random.Generator, person: np.ndarray, country: np.ndarray, homes: Homes
) -> dict[str, np.ndarray]:
    """In some households all give the telephone of its head."""
    count = len(person)
    has_one = homes.is_shared & (rng.random(count) < ONE_PHONE_SHARE)[homes.head]
    gives_heads = has_one | (homes.head == np.arange(count))
    phone = _phones(person, country)
    return {
        "phone": np.where(gives_heads, phone[homes.head], phone),
        "is_household_phone": homes.is_shared & gives_heads,
    }


def _phones(person: np.ndarray, country: np.ndarray) -> np.ndarray:
    """A mobile number of each person's own: the factor has no common divisor with ten."""
    phones = np.empty(len(person), dtype=object)
    for code, name in enumerate(names.COUNTRIES):
        prefix, start, digits = names.MOBILE_NUMBERS[name]
        here = country == code
        numbers = (person[here] * 7919 + 1_234_567) % 10**digits
        phones[here] = [f"{prefix}{start}{number:0{digits}d}" for number in numbers.tolist()]
    return phones


def _own_addresses(
    rng: np.random.Generator, person: np.ndarray, named: Names, tag: str
) -> np.ndarray:
    hosts = rng.choice(np.array(names.MAIL_HOSTS, dtype=object), len(person))
    shapes = rng.integers(0, 3, len(person)).tolist()
    latin = (named.given_latin, named.surname_latin)
    rows = zip(person.tolist(), *latin, hosts, shapes, strict=True)
    return np.array(
        [
            (
                f"{g}.{s}{tag}{p}@{host}",
                f"{g[0]}{s}{tag}{p}@{host}",
                f"{s}.{g}{tag}{p}@{host}",
            )[shape]
            for p, g, s, host, shape in rows
        ],
        dtype=object,
    )


def _email_columns(
    rng: np.random.Generator,
    person: np.ndarray,
    named: Names,
    homes: Homes,
    first_at: np.ndarray,
    days: int,
    is_western: np.ndarray,
) -> dict[str, np.ndarray]:
    """The address of each person, whether others give it too, and the one that replaces it."""
    count = len(person)
    email, is_shared_mailbox = _emails(rng, person, named, homes)
    changed_at = into_hours(rng, rng.uniform(0.1, 0.95, count) * days, is_western)
    changes = (rng.random(count) < CHANGED_EMAIL_SHARE) & ~is_shared_mailbox
    changes &= changed_at > first_at + 5
    new_email = _own_addresses(rng, person, named, "new")
    return {
        "email": email,
        "new_email": known_where(changes, new_email),
        "email_changed_at": to_utc(np.where(changes, changed_at, np.nan)),
        "is_shared_mailbox": is_shared_mailbox,
    }


def _emails(
    rng: np.random.Generator, person: np.ndarray, named: Names, homes: Homes
) -> tuple[np.ndarray, np.ndarray]:
    """The address that each person gives, and whether others give it too."""
    count = len(person)
    email = _own_addresses(rng, person, named, "")
    is_family = homes.is_shared & (rng.random(count) < FAMILY_MAILBOX_SHARE)[homes.head]
    heads = zip(named.surname_latin[homes.head], person[homes.head], strict=True)
    family_addresses = np.array([f"family.{s}{h}@example.com" for s, h in heads], dtype=object)
    email = np.where(is_family, family_addresses, email)
    at_work = _give_company_mailboxes(rng, email, person[0])
    is_junk = (rng.random(count) < JUNK_EMAIL_SHARE) & ~at_work & ~is_family
    email = np.where(is_junk, rng.choice(np.array(names.JUNK_EMAILS, dtype=object), count), email)
    return email, is_family | at_work | is_junk


def _give_company_mailboxes(rng: np.random.Generator, email: np.ndarray, firm: int) -> np.ndarray:
    """Write the mailboxes of a firm over some addresses; returns whose they are."""
    count = len(email)
    colleagues = rng.permutation(count)
    users = min(COMPANY_MAILBOX_USERS, count // 60)
    at_work = np.zeros(count, dtype=bool)
    for mailbox in range(COMPANY_MAILBOXES):
        members = colleagues[mailbox * users : (mailbox + 1) * users]
        email[members] = f"{('info', 'office')[mailbox]}@firm{firm}.example"
        at_work[members] = True
    return at_work


def _device_columns(
    rng: np.random.Generator, person: np.ndarray, homes: Homes, has_account: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Whether each person uses the household's browser; and the browser and app of each."""
    count = len(person)
    shares_device = homes.is_shared & (rng.random(count) < ONE_DEVICE_SHARE)[homes.head]
    has_app = has_account & (rng.random(count) < APP_SHARE)
    return shares_device, {
        "device_web": np.where(shares_device, person[homes.head], person) * 10 + 1,
        "device_app": np.where(has_app, person * 10 + 2, -1),
    }


def _address_columns(
    rng: np.random.Generator, country: np.ndarray, head: np.ndarray
) -> dict[str, np.ndarray]:
    """A household has one address."""
    streets = _streets(rng, country)
    cities, postcodes = _cities(rng, country)
    return {"street": streets[head], "city": cities[head], "postcode": postcodes[head]}


def _cities(rng: np.random.Generator, country: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    cities = np.empty(len(country), dtype=object)
    postcodes = np.empty(len(country), dtype=object)
    digits = rng.integers(1, 10, (len(country), 3))
    for code, name in enumerate(names.COUNTRIES):
        here = np.flatnonzero(country == code)
        chosen = np.minimum(rng.geometric(0.5, len(here)) - 1, len(names.CITIES[name]) - 1)
        for row, choice in zip(here.tolist(), chosen.tolist(), strict=True):
            cities[row], pattern = names.CITIES[name][choice].split("/")
            for digit in digits[row].tolist():
                pattern = pattern.replace("#", str(digit), 1)
            postcodes[row] = pattern
    return cities, postcodes


def _streets(rng: np.random.Generator, country: np.ndarray) -> np.ndarray:
    streets = np.empty(len(country), dtype=object)
    numbers = rng.integers(1, 150, len(country))
    for code, name in enumerate(names.COUNTRIES):
        here = country == code
        chosen = rng.choice(names.STREETS[name].split(","), here.sum())
        ways = zip(chosen.tolist(), numbers[here].tolist(), strict=True)
        streets[here] = [
            f"{number} {way}" if name == "GB" else f"{way} {number}" for way, number in ways
        ]
    return streets


def _cards(rng: np.random.Generator, person: np.ndarray, has_card: np.ndarray) -> np.ndarray:
    numbers = (person * 7919 + 34_567_891) % 10**8
    cards = np.array([f"70{number:08d}" for number in numbers.tolist()], dtype=object)
    return known_where(has_card, cards)


def _handles(person: np.ndarray, given: np.ndarray, has_handle: np.ndarray) -> np.ndarray:
    handles = np.array(
        [f"@{name}_{number}" for name, number in zip(given, person.tolist(), strict=True)],
        dtype=object,
    )
    return known_where(has_handle, handles)


def _referrers(
    rng: np.random.Generator, first_at: np.ndarray, person: np.ndarray, has_card: np.ndarray
) -> np.ndarray:
    """Some newcomers were sent by a card holder who was there before."""
    friend = rng.integers(0, len(person), len(person))
    is_referred = (
        (first_at >= 10)
        & (rng.random(len(person)) < REFERRED_SHARE)
        & has_card[friend]
        & (first_at[friend] < first_at - 10)
    )
    return np.where(is_referred, person[friend], -1)
