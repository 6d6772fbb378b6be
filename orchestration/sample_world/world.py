"""The frames that the simulation fills and the writers of the sources read.

What a simulated customer did is one row of `moments`; everything else describes its subjects. The
simulation lives in the modules beside this one, the vendor formats in `sources/`.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, cast

import numpy as np
import pandas as pd

START = np.datetime64("2026-01-01", "ms")

# Ids are global: each chunk of customers counts from its own multiple of these.
MOMENTS_PER_CHUNK = 100_000_000
SUBJECTS_PER_CHUNK = 1_000_000

TIME = "datetime64[ms]"
NO_ID = -1

# The name of every column with its type; "text" is an object column whose missing value is None.
# A missing id is -1, a missing time NaT, a missing measure NaN. All times are UTC.
COLUMNS: dict[str, dict[str, str]] = {
    "persons": {
        "person": "int64",
        "given_name": "text",
        "surname": "text",
        "birth_date": TIME,
        "gender": "text",  # female | male
        "language": "text",  # en pl ru zh es de
        "country_code": "text",  # PL DE ES GB
        "city": "text",
        "postcode": "text",
        "street": "text",
        "email": "text",
        "new_email": "text",  # used from email_changed_at on
        "email_changed_at": TIME,
        "phone": "text",  # E.164; the household's where is_household_phone
        "household": "int64",
        "is_shared_mailbox": "bool",
        "is_household_phone": "bool",
        "segment": "text",  # value | standard | premium
        "first_at": TIME,  # the first moment of the person may come later, never earlier
        "account": "int64",
        "account_at": TIME,  # 2025 where the account is older than the world
        "account_closed_at": TIME,  # of some who have left for good
        "loyalty_card": "text",
        "loyalty_at": TIME,  # 2025 where the card is older than the world
        "device_web": "int64",
        "device_app": "int64",
        "social_handle": "text",
        "email_opt_in": "bool",
        "sms_opt_in": "bool",
        "push_opt_in": "bool",
        "opted_out_at": TIME,
        "is_in_crm": "bool",
        "is_asked_by_sales": "bool",  # whether the CRM holds a consent or its refusal
        "referrer": "int64",  # person, or -1
    },
    # The same campaigns in every chunk.
    "campaigns": {
        "campaign": "int64",
        "campaign_id": "text",
        "channel": "text",  # email | sms | push
        "name": "text",
        "sent_at": TIME,
        "kind": "text",  # promo | winback | newsletter | service | voucher | tips
    },
    # In order of `at`. The person of a chunk, never of another one.
    "moments": {
        "moment": "int64",
        "person": "int64",
        "kind": "text",  # one of MOMENT_KINDS
        "at": TIME,
        "journey": "int64",
        "order": "int64",
        "checkout": "int64",
        "case": "int64",
        "product": "int64",  # row of `products`
        "store": "int64",  # row of `stores`
        "campaign": "int64",  # row of `campaigns`
        "team": "int64",  # row of `teams`
        "device": "int64",
        "is_logged_in": "bool",
        "reason": "text",  # contact_reasons.csv
        "wait_seconds": "float64",
        "handle_seconds": "float64",
        "outcome": "text",  # see MOMENT_KINDS
        "score": "float64",
        "scale": "int64",  # greatest possible score, -1 without a score
        "text": "text",
        "sentiment": "float64",  # -1..1 of the text
        "page": "text",  # its path, where it is a page of its own
        "landing": "text",  # direct | search | ads | social | link | campaign: of a first page
        "value": "float64",  # money of an order, seconds of a session, page of a page_viewed …
    },
    "orders": {
        "order": "int64",
        "person": "int64",
        "journey": "int64",
        "placed_at": TIME,
        "place": "text",  # web | app | store
        "store": "int64",
        "currency": "text",
        "device": "int64",
        "is_guest": "bool",
        "is_card_shown": "bool",
        "checkout": "int64",
        "promised_at": TIME,
        "shipped_at": TIME,
        "delivered_at": TIME,
        "cancelled_at": TIME,
        "total": "float64",  # Σ quantity × unit_price − discount of its lines
        "campaign": "int64",  # the campaign that brought it; its coupon is the campaign_id
    },
    "order_lines": {
        "order": "int64",
        "line": "int64",  # from 1
        "product": "int64",
        "quantity": "int64",
        "unit_price": "float64",
        "discount": "float64",  # of the whole line
    },
    "refunds": {
        "order": "int64",
        "line": "int64",
        "at": TIME,
        "quantity": "int64",
        "amount": "float64",
    },
    "cases": {
        "case": "int64",
        "person": "int64",
        "journey": "int64",
        "channel": "text",  # call | chat | ticket | social
        "reason": "text",
        "order": "int64",
        "opened_at": TIME,
        "closed_at": TIME,
        "is_resolved": "bool",
        "team": "int64",
    },
    "journeys": {
        "journey": "int64",
        "person": "int64",
        "journey_slug": "text",  # one of JOURNEY_SLUGS
        "goal": "text",
        "order": "int64",
        "started_at": TIME,
        "ended_at": TIME,  # last activity where abandoned, NaT where open
        "outcome": "text",  # reached | failed | abandoned | open
        "channels": "text",  # sorted channel slugs of its moments, comma-separated
    },
    # One row per invitation and question. Rows of one form share the invitation.
    "responses": {
        "response": "int64",
        "person": "int64",
        "program": "text",  # relational_nps | {purchase,support,journey}_csat | support_ces
        "metric": "text",  # nps | csat | ces
        "score": "float64",  # nps 0-10, csat 1-5, ces 1-7; NaN where not answered
        "at": TIME,  # NaT where not answered
        "invited_at": TIME,
        "invitation": "int64",
        "order": "int64",
        "case": "int64",
        "journey": "int64",
        "language": "text",
        "text": "text",
        "aspect": "text",  # one of phrases.ASPECTS: what they would talk about
        "text_band": "text",  # negative | neutral | positive: of the words, not of the score
        # Ratings 1-5 of the aspects; of a relational survey only.
        "rated_delivery": "float64",
        "rated_product": "float64",
        "rated_price": "float64",
        "rated_service": "float64",
        "rated_website": "float64",
        # How important each says it is, 1-5; of a relational survey only.
        "importance_delivery": "float64",
        "importance_product": "float64",
        "importance_price": "float64",
        "importance_service": "float64",
        "importance_website": "float64",
        "perceived_wait_hours": "float64",  # of a support survey only
        "status": "text",  # complete | partial | test | unanswered (neither score nor time)
        "is_delivered": "bool",  # false = the invitation bounced
    },
}

# The source that writes a kind, and the outcomes that the kind can have. Other columns of a moment:
# - A contact names the order if that is an online order; of unsolved calls only most do. One call,
#   one chat (bot_chat and the agent_chat after it), one ticket, one message is one `case`.
# - order_* and refund_issued repeat what `orders` and `refunds` say; store_return names the order
#   that it undoes, which may be an online order.
# - A rating is `score` out of `scale`: agent_chat and call_inbound 1-5, ticket_solved 0 or 1,
#   review_posted 1-5.
# - wait_seconds of ticket_agent_replied and social_replied is what the customer waited for it.
# - An e-mail, SMS or push bears the time of sending; `value` is the seconds to its furthest
#   outcome; held_out means that nothing was sent, on purpose. sms_sent without a campaign warns of
#   a late `order`.
# - `value` is money on orders, purchases, refunds and returns; seconds on zone_dwelled,
#   app_session, video_watched and feature_used; the referred person on referral_*.
# - is_logged_in says whether the site knows who acts, or the till by a card; web and app moments
#   have a `device`.
MOMENT_KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "page_viewed": ("web", ()),
    "screen_viewed": ("web", ()),
    "product_viewed": ("web", ()),
    "product_searched": ("web", ("results", "no_result")),
    "cart_added": ("web", ()),
    "checkout_started": ("web", ()),
    "error_shown": ("web", ()),
    "rage_clicked": ("web", ()),
    "help_viewed": ("web", ()),
    "delivery_tracked": ("web", ()),
    "signed_in": ("web", ("web", "portal")),
    "signed_out": ("web", ()),
    "order_placed": ("shop", ()),
    "order_shipped": ("shop", ()),
    "order_delivered": ("shop", ()),
    "order_cancelled": ("shop", ()),
    "refund_issued": ("shop", ()),
    "store_purchase": ("pos", ()),
    "store_return": ("pos", ()),
    "contact_created": ("crm", ()),
    "renewal_offered": ("crm", ()),
    "renewal_won": ("crm", ()),
    "renewal_lost": ("crm", ()),
    "account_registered": ("accounts", ()),
    "self_service_completed": ("accounts", ()),
    "self_service_failed": ("accounts", ()),
    "forum_posted": ("accounts", ()),
    "email_sent": (
        "email",
        ("delivered", "opened", "clicked", "bounced", "unsubscribed", "spam", "held_out"),
    ),
    "sms_sent": ("messaging", ("delivered", "failed", "replied", "opted_out", "held_out")),
    "push_sent": ("messaging", ("delivered", "opened", "held_out")),
    "call_inbound": ("calls", ("resolved", "unresolved", "abandoned", "ivr")),
    "call_outbound": ("calls", ("reached", "no_answer")),
    "bot_chat": ("chat", ("contained", "handed_over")),
    "agent_chat": ("chat", ("resolved", "unresolved")),
    "ticket_opened": ("tickets", ()),
    "ticket_agent_replied": ("tickets", ()),
    "ticket_customer_replied": ("tickets", ()),
    "ticket_solved": ("tickets", ("resolved", "unresolved")),
    "ticket_reopened": ("tickets", ()),
    "social_mentioned": ("social", ()),
    "social_messaged": ("social", ()),
    "social_replied": ("social", ()),  # sends them to another channel
    "review_posted": ("social", ()),
    "store_visited": ("sensors", ()),
    "zone_dwelled": ("sensors", ()),
    "app_session": ("product_usage", ()),
    "video_watched": ("product_usage", ()),
    "feature_used": ("product_usage", ()),
    "onboarding_completed": ("product_usage", ()),
    "loyalty_joined": ("loyalty", ("bronze",)),
    "loyalty_tier_changed": ("loyalty", ("silver", "gold")),
    "referral_made": ("loyalty", ()),
    "referral_converted": ("loyalty", ()),
}

JOURNEY_SLUGS = (
    "first_purchase",
    "repeat_purchase",
    "onboarding",
    "delivery",
    "return",
    "problem_resolution",
    "renewal",
)


def table_of(name: str, values: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """The frame `name` with every column in its type; those not given hold their missing value.

    `values` are arrays, lists or scalars by column.
    """
    values = values or {}
    unknown = set(values) - set(COLUMNS[name])
    if unknown:
        raise KeyError(f"{name} has no column {sorted(unknown)}")
    rows = max((len(v) for v in values.values() if np.ndim(v) == 1), default=int(bool(values)))
    columns = {
        column: _column(values.get(column), dtype, rows) for column, dtype in COLUMNS[name].items()
    }
    frame = pd.DataFrame(columns)
    if name == "persons":
        # Without a name, so that `person` means the column in a merge.
        frame.index = pd.Index(frame["person"].to_numpy())
    return frame


def known_where(condition: Any, values: Any) -> np.ndarray:
    """The values where the condition holds; elsewhere None, which numpy's types do not foresee."""
    unknown: Any = None
    return np.where(condition, values, unknown)


def _column(value: object, dtype: str, rows: int) -> pd.Series:
    if value is None:
        value = {"text": None, TIME: np.datetime64("NaT"), "int64": NO_ID, "bool": False}.get(
            dtype, np.nan
        )
    numpy_type = object if dtype == "text" else dtype
    array = np.asarray(value, dtype=numpy_type)
    if array.ndim == 0:
        array = np.full(rows, value, dtype=numpy_type)
    # Left to itself, pandas makes text of its own type, whose missing value is NaN.
    return pd.Series(array, dtype=numpy_type)


@dataclass
class World:
    """One chunk of customers with everything that they did; reference lists are the company's."""

    days: int
    seed: int
    products: pd.DataFrame
    stores: pd.DataFrame
    teams: pd.DataFrame
    chunk: int = 0
    chunk_count: int = 1
    persons: pd.DataFrame = field(default_factory=lambda: table_of("persons"))
    campaigns: pd.DataFrame = field(default_factory=lambda: table_of("campaigns"))
    moments: pd.DataFrame = field(default_factory=lambda: table_of("moments"))
    orders: pd.DataFrame = field(default_factory=lambda: table_of("orders"))
    order_lines: pd.DataFrame = field(default_factory=lambda: table_of("order_lines"))
    refunds: pd.DataFrame = field(default_factory=lambda: table_of("refunds"))
    cases: pd.DataFrame = field(default_factory=lambda: table_of("cases"))
    journeys: pd.DataFrame = field(default_factory=lambda: table_of("journeys"))
    responses: pd.DataFrame = field(default_factory=lambda: table_of("responses"))
    # For the proofs only: no writer reads it.
    truth: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def start(self) -> np.datetime64:
        """The first instant."""
        return START

    @property
    def end(self) -> np.datetime64:
        """The instant at which observation stops; nothing happens at it or later."""
        return START + np.timedelta64(self.days, "D")

    def rng(self, name: str) -> np.random.Generator:
        """Random numbers of one writer: rows that come later change none of those before them."""
        return cast("np.random.Generator", _Draws(self.seed, self.chunk, name))

    def of_kind(self, *kinds: str) -> pd.DataFrame:
        """The moments of these kinds, in order of time."""
        unknown = set(kinds) - set(MOMENT_KINDS)
        if unknown:
            raise KeyError(f"no such moment kind: {sorted(unknown)}")
        return self.moments[self.moments["kind"].isin(kinds)]


class _Draws:
    """A generator of which each call has a stream of its own.

    So a longer array begins with the shorter one, whatever is drawn next.
    """

    def __init__(self, seed: int, chunk: int, name: str) -> None:
        self._seed, self._chunk, self._name, self._calls = seed, chunk, name, 0

    def __getattr__(self, method: str) -> Any:
        self._calls += 1
        return getattr(seeded_rng(self._seed, self._chunk, f"{self._name} {self._calls}"), method)


def seeded_rng(seed: int, chunk: int, name: str) -> np.random.Generator:
    """Random numbers that depend on these three only; never on what else has been drawn."""
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence([seed, chunk, zlib.crc32(name.encode())]))
    )


FRAMES = tuple(f.name for f in fields(World) if f.name in COLUMNS)
