"""Who the customers are: names, addresses, devices, accounts, consents, households.

Every trait that makes identity hard is planted here: shared phones, mailboxes and devices, changed
and junk e-mail addresses, guests, people without a card. What they do is in the other modules.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from orchestration.sample_world import names
from orchestration.sample_world.clock import daytime, into_hours, to_utc
from orchestration.sample_world.world import known_where, seeded_rng, table_of

SEGMENTS = ("value", "standard", "premium")
ONLINE, OMNICHANNEL, IN_STORE, ONLY_SOCIAL = range(4)

# Of each way of shopping: online only, online and in stores, in stores only, no more than talking.
STYLE_SHARES = (0.40, 0.48, 0.10, 0.02)
SHARE_BEFORE_WORLD = 0.40
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
    mood: np.ndarray = field(init=False)
    bad_experiences: np.ndarray = field(init=False)
    purchases: np.ndarray = field(init=False)
    next_at: np.ndarray = field(init=False)
    last_shopping_at: np.ndarray = field(init=False)
    problem_free_at: np.ndarray = field(init=False)
    left_at: np.ndarray = field(init=False)
    quiet_until: np.ndarray = field(init=False)

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
        self.quiet_until = np.full(count, -np.inf)

    def __len__(self) -> int:
        """How many people there are."""
        return len(self.style)

    def has_account(self, who: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Whether they have an account by then."""
        return self.account_at[who] <= at

    def has_card(self, who: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Whether they have a loyalty card by then."""
        return self.loyalty_at[who] <= at


def make_people(ids: range, days: int, seed: int, chunk: int) -> People:
    """The people with these ids."""
    rng = seeded_rng(seed, chunk, "people")
    count = len(ids)
    household = _households(rng, count)
    head = pd.Series(np.arange(count)).groupby(household).transform("first").to_numpy()
    in_company = np.bincount(household)[household] > 1

    country = rng.choice(4, count, p=(0.58, 0.17, 0.11, 0.14))[head]
    language = _languages(rng, country)[head]
    is_western = country == names.COUNTRIES.index("GB")
    style = rng.choice(4, count, p=STYLE_SHARES)
    gender = rng.choice(np.array(["female", "male"], dtype=object), count)
    given, given_latin = _given_names(rng, language, gender)
    surname, surname_latin = _surnames(rng, language)
    keeps_own_surname = rng.random(count) < 0.15
    shared = np.where(keeps_own_surname, np.arange(count), head)
    surname, surname_latin = surname[shared], surname_latin[shared]
    birth_day = rng.integers(-32_000, -6_800, count)

    first_at = _first_contacts(rng, count, days, is_western)
    account_at = _account_times(rng, style, first_at, is_western)
    loyalty_at = _loyalty_times(rng, style, first_at, is_western)
    has_account = np.isfinite(account_at)
    person = np.arange(ids.start, ids.stop)

    uses_head_phone = (in_company & (rng.random(count) < 0.5)[head]) | (head == np.arange(count))
    phone = _phones(person, country)
    phone = np.where(uses_head_phone, phone[head], phone)
    email, is_shared_mailbox = _emails(
        rng, person, given_latin, surname_latin, birth_day, household, in_company, head
    )
    email_changed_at = into_hours(rng, rng.uniform(0.1, 0.95, count) * days, is_western)
    changes_email = (rng.random(count) < 0.06) & ~is_shared_mailbox
    changes_email &= email_changed_at > first_at + 5
    email_changed_at = np.where(changes_email, email_changed_at, np.nan)
    new_email = _own_addresses(rng, person, given_latin, surname_latin, "new")

    shares_device = in_company & (rng.random(count) < 0.4)[head]
    device_web = np.where(shares_device, person[head], person) * 10 + 1
    has_app = has_account & (rng.random(count) < 0.55)
    device_app = np.where(has_app, person * 10 + 2, -1)
    segment = rng.choice(3, count, p=(0.35, 0.45, 0.20))
    has_handle = (rng.random(count) < 0.2) | (style == ONLY_SOCIAL)
    streets = _streets(rng, country)[head]
    cities, postcodes = _cities(rng, country)

    frame = table_of(
        "persons",
        {
            "person": person,
            "given_name": given,
            "surname": surname,
            "birth_date": (np.datetime64("2026-01-01") + birth_day).astype("datetime64[ms]"),
            "gender": gender,
            "language": np.array(names.LANGUAGES, dtype=object)[language],
            "country_code": np.array(names.COUNTRIES, dtype=object)[country],
            "city": cities[head],
            "postcode": postcodes[head],
            "street": streets,
            "email": email,
            "new_email": known_where(changes_email, new_email),
            "email_changed_at": to_utc(email_changed_at),
            "phone": phone,
            "household": household + ids.start,
            "is_shared_mailbox": is_shared_mailbox,
            "is_household_phone": in_company & uses_head_phone,
            "segment": np.array(SEGMENTS, dtype=object)[segment],
            "account": np.where(has_account, rng.permutation(count) + ids.start + 1, -1),
            "loyalty_card": _cards(rng, person, np.isfinite(loyalty_at)),
            "device_web": device_web,
            "device_app": device_app,
            "social_handle": _handles(person, given_latin, has_handle),
            "email_opt_in": rng.random(count) < 0.75,
            "sms_opt_in": rng.random(count) < 0.35,
            "push_opt_in": has_app & (rng.random(count) < 0.6),
            "is_in_crm": (rng.random(count) < 0.8) & (style != ONLY_SOCIAL),
            "referrer": _referrers(rng, first_at, person, np.isfinite(loyalty_at)),
        },
    )
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
        device_web=device_web,
        device_app=device_app,
        shares_device=shares_device,
        has_handle=has_handle,
        opted_out_at=_opt_outs(rng, first_at, days),
        trait=rng.normal(0, 1, count),
        rhythm=rng.gamma(6, 1 / 6, count) * np.array([15.0, 13.0, 10.0])[segment],
    )
    first_visit = daytime(rng, rng.uniform(0, 20, count), is_western)
    people.next_at = np.where(first_at >= 0, first_at, first_visit)
    return people


def persons_frame(people: People) -> pd.DataFrame:
    """The `persons` frame, with the times as the simulation left them."""
    frame = people.frame
    frame["first_at"] = to_utc(people.first_at)
    frame["account_at"] = to_utc(people.account_at)
    frame["loyalty_at"] = to_utc(people.loyalty_at)
    frame["opted_out_at"] = to_utc(people.opted_out_at)
    frame["account"] = frame["account"].where(frame["account_at"].notna(), -1)
    frame["device_app"] = frame["device_app"].where(frame["account"] >= 0, -1)
    frame["loyalty_card"] = frame["loyalty_card"].where(frame["loyalty_at"].notna(), None)
    return frame


def _households(rng: np.random.Generator, count: int) -> np.ndarray:
    """The household of each person: neighbours in the list, one to four of them."""
    sizes = rng.choice((1, 2, 3, 4), count, p=(0.76, 0.15, 0.05, 0.04))
    return np.repeat(np.arange(count), sizes)[:count]


def _languages(rng: np.random.Generator, country: np.ndarray) -> np.ndarray:
    language = np.zeros(len(country), dtype=np.int64)
    for code, name in enumerate(names.COUNTRIES):
        here = country == code
        language[here] = rng.choice(6, here.sum(), p=names.LANGUAGE_SHARES[name])
    return language


def _given_names(
    rng: np.random.Generator, language: np.ndarray, gender: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    own = np.empty(len(language), dtype=object)
    latin = np.empty(len(language), dtype=object)
    for code, name in enumerate(names.LANGUAGES):
        for sex, words in names.GIVEN_NAMES[name].items():
            here = (language == code) & (gender == sex)
            spelled, plain = names.spellings(words)
            chosen = rng.integers(0, len(spelled), here.sum())
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


def _first_contacts(
    rng: np.random.Generator, count: int, days: int, is_western: np.ndarray
) -> np.ndarray:
    """When the company first hears of them; some signed up before its shops opened."""
    is_early = rng.random(count) < SHARE_BEFORE_WORLD
    day = np.where(is_early, rng.uniform(-300, -1, count), rng.uniform(0, 0.75 * days, count))
    return daytime(rng, day, is_western)


def _account_times(
    rng: np.random.Generator, style: np.ndarray, first_at: np.ndarray, is_western: np.ndarray
) -> np.ndarray:
    """NaN without an account. Most open one a few minutes into their first visit."""
    count = len(style)
    share = np.array([0.94, 0.95, 0.25, 0.0])[style]
    is_at_once = rng.random(count) < 0.85
    minutes_later = first_at + rng.uniform(2.5, 5, count) / 1440
    days_later = into_hours(rng, first_at + rng.uniform(12, 40, count), is_western)
    at = np.where(is_at_once | (first_at < 0), minutes_later, days_later)
    return np.where(rng.random(count) < share, at, np.nan)


def _loyalty_times(
    rng: np.random.Generator, style: np.ndarray, first_at: np.ndarray, is_western: np.ndarray
) -> np.ndarray:
    """NaN without a card. Who shops in stores takes it before the first purchase."""
    count = len(style)
    share = np.array([0.25, 0.985, 0.88, 0.0])[style]
    at_once = first_at + rng.uniform(0.05, 2, count) / 1440
    later = into_hours(rng, first_at + rng.uniform(10, 60, count), is_western)
    at = np.where((style == ONLINE) & (first_at >= 0), later, at_once)
    return np.where(rng.random(count) < share, at, np.nan)


def _opt_outs(rng: np.random.Generator, first_at: np.ndarray, days: int) -> np.ndarray:
    """When they withdraw their consent of themselves, not because of a campaign; else infinity."""
    at = rng.uniform(0, days, len(first_at))
    return np.where((rng.random(len(first_at)) < 0.04) & (at > first_at), at, np.inf)


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
    rng: np.random.Generator, person: np.ndarray, given: np.ndarray, surname: np.ndarray, tag: str
) -> np.ndarray:
    hosts = rng.choice(np.array(names.MAIL_HOSTS, dtype=object), len(person))
    shapes = rng.integers(0, 3, len(person)).tolist()
    rows = zip(person.tolist(), given, surname, hosts, shapes, strict=True)
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


def _emails(
    rng: np.random.Generator,
    person: np.ndarray,
    given: np.ndarray,
    surname: np.ndarray,
    birth_day: np.ndarray,
    household: np.ndarray,
    in_company: np.ndarray,
    head: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The address that each person gives, and whether others give it too."""
    count = len(person)
    email = _own_addresses(rng, person, given, surname, "")
    family = in_company & (rng.random(count) < 0.15)[head]
    family_addresses = np.array(
        [f"family.{s}{h}@example.com" for s, h in zip(surname[head], person[head], strict=True)],
        dtype=object,
    )
    email = np.where(family, family_addresses, email)
    colleagues = rng.permutation(count)
    users = min(COMPANY_MAILBOX_USERS, count // 20)
    at_work = np.zeros(count, dtype=bool)
    for mailbox in range(COMPANY_MAILBOXES):
        members = colleagues[mailbox * users : (mailbox + 1) * users]
        email[members] = f"{('info', 'office')[mailbox]}@firm{person[0]}.example"
        at_work[members] = True
    is_junk = (rng.random(count) < 0.005) & ~at_work & ~family
    email = np.where(is_junk, rng.choice(np.array(names.JUNK_EMAILS, dtype=object), count), email)
    return email, family | at_work | is_junk


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
        & (rng.random(len(person)) < 0.12)
        & has_card[friend]
        & (first_at[friend] < first_at - 10)
    )
    return np.where(is_referred, person[friend], -1)
