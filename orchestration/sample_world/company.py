"""The company, the same for every customer: its lists, its campaigns, its mishaps."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.paths import REFERENCE_DIR
from orchestration.sample_world.clock import FIRST_WEEKDAY, SATURDAY, SUNDAY, to_utc
from orchestration.sample_world.names import COUNTRIES
from orchestration.sample_world.world import START, seeded_rng, table_of

# In place of a chunk of customers: the company is the same in every chunk.
COMPANY_CHUNK = 2**31

CURRENCIES = np.array(["PLN", "EUR", "EUR", "GBP"], dtype=object)
PRICE_FACTORS = np.array([4.25, 1.0, 1.0, 0.86])

DEFECT_DAYS = 6.0
CHECKOUT_DAYS = 2.0
# A sign-in that fails now and then, too rarely to be seen in a day; a week in which people talk.
TRICKLE_FROM, TRICKLE_DAYS = 104.0, 12.0
VIRAL_FROM, VIRAL_DAYS = 136.0, 7.0
# From this day on the company holds out a tenth of those whom a promotion is for.
CONTROL_FROM = 25.0
PHONE_TEAMS = ("T01", "T02")
CHAT_TEAM, WRITTEN_TEAM, SOCIAL_TEAM = "T03", "T04", "T05"


@dataclass(frozen=True)
class Experiment:
    """A mailing whose effect is planted: as many points more of those who get it buy in time."""

    kind: str
    name: str
    sent_at: float
    held_out_tenths: int
    # Of those who get it, who comes and buys because of it; some would have bought anyhow.
    response: float
    effect: float


EXPERIMENT_DAYS = 7
EXPERIMENTS = (
    Experiment("voucher", "Voucher for the next order", 40 + 11 / 24, 3, 0.14, 0.12),
    Experiment("tips", "How to care for it", 54 + 11 / 24, 2, 0.0, 0.0),
)


@dataclass(frozen=True)
class Company:
    """Lists, campaigns and incidents; `stores_of` are the rows of `stores` by country code."""

    products: pd.DataFrame
    stores: pd.DataFrame
    teams: pd.DataFrame
    campaigns: pd.DataFrame
    incidents: pd.DataFrame
    sent_at: np.ndarray
    popularity: np.ndarray
    stores_of: tuple[np.ndarray, ...]
    defect_product: int
    defect_from: float
    checkout_from: float
    is_consumable: np.ndarray
    # Of each campaign: how many tenths are held out, so that its effect can be told.
    held_out_tenths: np.ndarray
    # By country and day from the start: whether its stores are closed.
    closed_days: np.ndarray
    # The same for the desks that answer in writing.
    weekends: np.ndarray

    def product(self, product_id: str) -> int:
        """The row of a product."""
        return int(np.flatnonzero(self.products["product_id"] == product_id)[0])

    def is_held_out(self, campaign: int, person: np.ndarray) -> np.ndarray:
        """Whether each person is among those to whom a campaign is not sent, if there are any.

        Whom one campaign holds out says nothing of the next: the numbers are mixed.
        """
        mixed = person.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= np.uint64(campaign) * np.uint64(2_654_435_761)
        for factor in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB):
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(factor)
        return mixed % np.uint64(2**40) / 2**40 < self.held_out_tenths[campaign] / 10

    def team(self, team_id: str) -> int:
        """The row of a team."""
        return int(np.flatnonzero(self.teams["team_id"] == team_id)[0])

    def is_defect_time(self, at: np.ndarray) -> np.ndarray:
        """Whether the product issue is spreading."""
        return (at >= self.defect_from) & (at < self.defect_from + DEFECT_DAYS)

    def is_trickle_time(self, at: np.ndarray) -> np.ndarray:
        """Whether signing in fails now and then."""
        return (at >= TRICKLE_FROM) & (at < TRICKLE_FROM + TRICKLE_DAYS)

    def is_viral_time(self, at: np.ndarray) -> np.ndarray:
        """Whether the company is the talk of the week."""
        return (at >= VIRAL_FROM) & (at < VIRAL_FROM + VIRAL_DAYS)

    def is_checkout_broken(self, at: np.ndarray) -> np.ndarray:
        """Whether the checkout of the web shop fails."""
        return (at >= self.checkout_from) & (at < self.checkout_from + CHECKOUT_DAYS)


def make_company(days: int, seed: int) -> Company:
    """The company of one world."""
    rng = seeded_rng(seed, COMPANY_CHUNK, "company")
    products = pd.read_csv(REFERENCE_DIR / "commerce" / "products.csv")
    stores = pd.read_csv(REFERENCE_DIR / "commerce" / "stores.csv")
    teams = pd.read_csv(REFERENCE_DIR / "service" / "teams.csv")
    is_consumable = (products["category_slug"] == "consumables").to_numpy()
    price = products["list_price"].to_numpy()
    # What costs much sells less; what is used up mostly goes along with something else.
    popularity = rng.permutation(1 / (np.arange(len(products)) + 4.0)) / np.sqrt(price)
    popularity[is_consumable] *= 0.6
    # The defect is in a good that many buy.
    defect_product = int(np.argmax(np.where(is_consumable, 0, popularity)))
    defect_from = 76.0 + rng.integers(0, 5)
    checkout_from = 60.3 + rng.integers(0, 5)
    sent_at, campaigns = _campaigns(days)
    started_at = np.array([defect_from, checkout_from, TRICKLE_FROM, VIRAL_FROM])
    lasted = np.array([DEFECT_DAYS, CHECKOUT_DAYS, TRICKLE_DAYS, VIRAL_DAYS])
    incidents = pd.DataFrame(
        {
            "incident": ["product_defect", "broken_checkout", "slow_sign_in", "viral_week"],
            "started_at": to_utc(started_at),
            "ended_at": to_utc(started_at + lasted),
            "contact_reason_slug": ["defect", "payment", "account", None],
            "product_id": [products["product_id"][defect_product], None, None, None],
        }
    )
    return Company(
        products=products,
        stores=stores,
        teams=teams,
        campaigns=campaigns,
        incidents=incidents,
        sent_at=sent_at,
        popularity=popularity / popularity.sum(),
        stores_of=tuple(np.flatnonzero(stores["country_code"] == code) for code in COUNTRIES),
        defect_product=defect_product,
        defect_from=float(defect_from),
        checkout_from=float(checkout_from),
        is_consumable=is_consumable,
        held_out_tenths=_held_out_tenths(campaigns, sent_at),
        closed_days=_closed_days(days),
        weekends=np.isin((np.arange(days + 60) + FIRST_WEEKDAY) % 7, (SATURDAY, SUNDAY)),
    )


def _held_out_tenths(campaigns: pd.DataFrame, sent_at: np.ndarray) -> np.ndarray:
    tenths = ((campaigns["kind"] == "promo") & (sent_at > CONTROL_FROM)).to_numpy().astype("int64")
    for experiment in EXPERIMENTS:
        tenths[campaigns["kind"] == experiment.kind] = experiment.held_out_tenths
    return tenths


def _closed_days(days: int) -> np.ndarray:
    """Stores in Poland and Germany rest on Sundays and holidays; the others on holidays only."""
    holidays = pd.read_csv(REFERENCE_DIR / "service" / "holidays.csv", parse_dates=["holiday_date"])
    number = (holidays["holiday_date"] - pd.Timestamp(START)).dt.days
    closed = np.zeros((len(COUNTRIES), days + 60), dtype=bool)
    is_sunday = (np.arange(days + 60) + FIRST_WEEKDAY) % 7 == SUNDAY
    for row, country in enumerate(COUNTRIES):
        of_country = number[(holidays["country_code"] == country) & number.between(0, days + 59)]
        closed[row, of_country] = True
        if country in ("PL", "DE"):
            closed[row] |= is_sunday
    return closed


def _campaigns(days: int) -> tuple[np.ndarray, pd.DataFrame]:
    """The calendar of mailings; its times are days since the start, at daytime in Europe."""
    calendar = [(day + 8 / 24, "email", "Newsletter", "newsletter") for day in range(4, days, 21)]
    for day in range(9, days, 21):
        calendar += [
            (day + 9 / 24, "email", "Promotion", "promo"),
            (day + 10 / 24, "sms", "Promotion", "promo"),
            (day + 16 / 24, "push", "Promotion", "promo"),
        ]
    calendar += [(day + 9 / 24, "email", "We miss you", "winback") for day in range(50, days, 30)]
    calendar += [
        (day + 12 / 24, "email", "Service notice", "service") for day in range(25, days, 70)
    ]
    calendar += [(test.sent_at, "email", test.name, test.kind) for test in EXPERIMENTS]
    calendar.sort()
    sent_at = np.array([sent for sent, *_ in calendar])
    count = len(calendar)
    frame = table_of(
        "campaigns",
        {
            "campaign": np.arange(count),
            "campaign_id": [f"CMP{number:03d}" for number in range(1, count + 1)],
            "channel": [channel for _, channel, *_ in calendar],
            "name": [f"{name}, day {int(sent)}" for sent, _, name, _ in calendar],
            "sent_at": to_utc(sent_at),
            "kind": [kind for *_, kind in calendar],
        },
    )
    return sent_at, frame
