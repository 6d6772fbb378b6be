"""From what the simulation wrote down to the frames of a `World`: ids, times, order, the end.

Whatever would happen after the last day has not happened: moments are cut off, unfinished journeys
are open.
"""

import numpy as np
import pandas as pd

from orchestration.sample_world.clock import to_utc
from orchestration.sample_world.company import EXPERIMENT_DAYS, EXPERIMENTS
from orchestration.sample_world.people import persons_frame
from orchestration.sample_world.records import Rows
from orchestration.sample_world.scene import Scene
from orchestration.sample_world.world import (
    COLUMNS,
    MOMENTS_PER_CHUNK,
    SUBJECTS_PER_CHUNK,
    TIME,
    World,
    table_of,
)

# After so many days without a step of the customer, a journey was given up. A parcel that is late
# was given up by nobody.
PATIENCE_DAYS = {
    "first_purchase": 7, "repeat_purchase": 7, "onboarding": 14, "delivery": np.inf, "return": 21,
    "problem_resolution": 14, "renewal": 30,
}  # fmt: skip
GOALS = {
    "first_purchase": "Buy for the first time",
    "repeat_purchase": "Buy again",
    "onboarding": "Get started with the account",
    "delivery": "Receive the order",
    "return": "Give something back and get the money",
    "problem_resolution": "Get a problem solved",
    "renewal": "Keep the membership",
}

# Looking around begins no attempt to buy, though it prolongs one; looking at pages or standing in
# an aisle does neither.
LOOKING_KINDS = ("product_viewed", "product_searched", "store_visited")
PASSIVE_KINDS = ("page_viewed", "screen_viewed", "zone_dwelled", "signed_in", "signed_out")
COMPANY_KINDS = (
    "order_shipped", "order_delivered", "order_cancelled", "refund_issued", "renewal_offered",
    "call_outbound", "ticket_agent_replied", "ticket_solved", "social_replied", "sms_sent",
)  # fmt: skip

# Where a customer acts; web or app by the device, and nothing where only the company does.
CHANNEL_OF_KIND = {
    "store_purchase": "store", "store_return": "store", "store_visited": "store",
    "zone_dwelled": "store", "renewal_won": "crm", "renewal_lost": "crm",
    "account_registered": "portal", "self_service_completed": "portal",
    "self_service_failed": "portal", "call_inbound": "phone", "call_outbound": "phone",
    "bot_chat": "chat", "agent_chat": "chat", "ticket_opened": "ticket",
    "ticket_customer_replied": "ticket", "ticket_reopened": "ticket", "social_messaged": "social",
    "app_session": "app", "video_watched": "app", "feature_used": "app",
    "onboarding_completed": "app", "sms_sent": "sms",
}  # fmt: skip
DIGITAL_KINDS = (
    "page_viewed", "screen_viewed", "product_viewed", "product_searched", "cart_added",
    "checkout_started", "error_shown", "rage_clicked", "help_viewed", "delivery_tracked",
    "order_placed",
)  # fmt: skip
CHANNELS = ("app", "chat", "crm", "phone", "portal", "sms", "social", "store", "ticket", "web")

# Ids that count within a chunk.
LOCAL_IDS = ("journey", "order", "checkout", "case", "response", "invitation")


def world_of(
    scene: Scene, days: int, customers: range, seed: int, chunk: int, chunk_count: int
) -> World:
    """The world of one chunk of customers as it stands after so many days."""
    frames = _Frames(scene, days, customers.start, chunk)
    moments = frames.moments()
    journeys = frames.journeys(moments)
    responses = frames.responses()
    company = scene.company
    return World(
        days=days,
        seed=seed,
        products=company.products,
        stores=company.stores,
        teams=company.teams,
        chunk=chunk,
        chunk_count=chunk_count,
        persons=persons_frame(scene.people),
        campaigns=company.campaigns[company.sent_at < days],
        moments=moments,
        orders=frames.orders(),
        order_lines=frames.of_orders("order_lines"),
        refunds=frames.within("refunds", scene.refunds, "at"),
        cases=frames.cases(),
        journeys=journeys,
        responses=responses,
        truth={
            "incidents": company.incidents,
            "episodes": frames.episodes(),
            "sent_by_mistake": frames.mistakes(),
            "experiments": frames.experiments(),
            "experiment_arms": frames.experiment_arms(),
            "customer_values": frames.customer_values(),
            "response_drivers": frames.response_drivers(responses),
        },
    )


class _Frames:
    def __init__(self, scene: Scene, days: int, first_person: int, chunk: int) -> None:
        self.scene = scene
        self.days = days
        self.first_person = first_person
        self.first_subject = chunk * SUBJECTS_PER_CHUNK
        self.first_moment = chunk * MOMENTS_PER_CHUNK

    def moments(self) -> pd.DataFrame:
        at = self.scene.moments.column("at", np.nan)
        happened = np.flatnonzero((at >= 0) & (at < self.days))
        rows = happened[np.argsort(at[happened], kind="stable")]
        frame = self._frame("moments", self.scene.moments, rows)
        frame["moment"] = self.first_moment + np.arange(len(frame))
        return frame

    def orders(self) -> pd.DataFrame:
        frame = self.within("orders", self.scene.orders, "placed_at", number="order")
        for column in ("shipped_at", "delivered_at", "cancelled_at"):
            frame[column] = frame[column].where(frame[column] < self._end())
        return frame

    def of_orders(self, name: str) -> pd.DataFrame:
        placed_at = self.scene.orders.column("placed_at", np.nan)
        order = self.scene.order_lines.column("order", -1)
        rows = np.flatnonzero(placed_at[order] < self.days)
        return self._frame(name, self.scene.order_lines, rows)

    def cases(self) -> pd.DataFrame:
        frame = self.within("cases", self.scene.cases, "opened_at", number="case")
        frame["closed_at"] = frame["closed_at"].where(frame["closed_at"] < self._end())
        frame["is_resolved"] &= frame["closed_at"].notna()
        return frame

    def responses(self) -> pd.DataFrame:
        frame = self.within("responses", self.scene.responses, "invited_at", number="response")
        is_answered = frame["at"] < self._end()
        frame["at"] = frame["at"].where(is_answered)
        frame["score"] = frame["score"].where(is_answered)
        for column in ("text", "text_band"):
            frame[column] = frame[column].where(is_answered, None)
        frame["status"] = frame["status"].where(is_answered, "unanswered")
        return frame

    def response_drivers(self, responses: pd.DataFrame) -> pd.DataFrame:
        drivers = self.scene.response_drivers
        rows = pd.DataFrame(
            {
                "response": drivers.column("response", -1) + self.first_subject,
                "program": drivers.column("program", None),
                "driver": drivers.column("driver", None),
                "value": drivers.column("value", np.nan),
            }
        )
        return rows[rows["response"].isin(responses["response"])]

    def episodes(self) -> pd.DataFrame:
        episodes = self.scene.episodes
        frame = pd.DataFrame(
            {
                "person": episodes.column("person", -1) + self.first_person,
                "ended_at": to_utc(episodes.column("at", np.nan)),
                "bad_experiences": episodes.column("bad_experiences", -1),
                "has_left": episodes.column("has_left", False),
                "has_bought": episodes.column("has_bought", False),
                "remembered_journey": episodes.column("remembered_journey", np.nan),
                "mean_moment": episodes.column("mean_moment", np.nan),
                "wait_days": episodes.column("wait_days", np.nan),
            }
        )
        return frame[frame["ended_at"] < self._end()]

    def customer_values(self) -> pd.DataFrame:
        """How often and how dearly each person buys, beside the others."""
        people = self.scene.people
        return pd.DataFrame(
            {"person": people.frame["person"], "pace": people.pace, "purse": people.purse}
        )

    def experiments(self) -> pd.DataFrame:
        """What was tried on whom is not there, and what it brings."""
        company = self.scene.company
        frame = pd.DataFrame([vars(experiment) for experiment in EXPERIMENTS])
        frame = frame.merge(company.campaigns[["campaign", "campaign_id", "kind"]], on="kind")
        frame = frame[frame["sent_at"] < self.days]
        return pd.DataFrame(
            {
                "campaign": frame["campaign"],
                "campaign_id": frame["campaign_id"],
                "campaign_kind": frame["kind"],
                "assigned_at": to_utc(frame["sent_at"].to_numpy()),
                "held_out_share": frame["held_out_tenths"] / 10,
                "success": "order",
                "success_days": EXPERIMENT_DAYS,
                "effect": frame["effect"],
            }
        )

    def experiment_arms(self) -> pd.DataFrame:
        """Who got which experiment and who was held out, and who was seen to buy in time."""
        arms, orders = self.scene.arms, self.scene.orders
        person, at = arms.column("person", -1), arms.column("at", np.nan)
        placed_at = orders.column("placed_at", np.nan)
        is_known = (orders.column("place", None) != "store") | orders.column("is_card_shown", False)
        placed_at = np.where(is_known & (placed_at < self.days), placed_at, np.nan)
        bought = pd.DataFrame({"person": orders.column("person", -1), "placed_at": placed_at})
        pairs = pd.DataFrame({"arm": np.arange(len(person)), "person": person, "at": at})
        pairs = pairs.merge(bought, on="person")
        in_time = (pairs["placed_at"] > pairs["at"]) & (
            pairs["placed_at"] < pairs["at"] + EXPERIMENT_DAYS
        )
        has_bought = np.zeros(len(person), dtype=bool)
        has_bought[pairs["arm"][in_time]] = True
        frame = pd.DataFrame(
            {
                "campaign": arms.column("campaign", -1),
                "person": person + self.first_person,
                "assigned_at": to_utc(at),
                "is_held_out": arms.column("is_held_out", False),
                "has_bought": has_bought,
            }
        )
        return frame[frame["assigned_at"] < self._end()]

    def mistakes(self) -> pd.DataFrame:
        """Messages to people who had withdrawn their consent."""
        mistakes = self.scene.mistakes
        frame = pd.DataFrame(
            {
                "person": mistakes.column("person", -1) + self.first_person,
                "campaign": mistakes.column("campaign", -1),
                "sent_at": to_utc(mistakes.column("at", np.nan)),
            }
        )
        return frame[frame["sent_at"] < self._end()]

    def within(self, name: str, rows: Rows, time: str, number: str | None = None) -> pd.DataFrame:
        """The rows whose `time` is before the end; `number` is their own id."""
        at = rows.column(time, np.nan)
        happened = np.flatnonzero((at >= 0) & (at < self.days))
        # In order of time: what a longer world adds comes last.
        happened = happened[np.argsort(at[happened], kind="stable")]
        frame = self._frame(name, rows, happened)
        if number:
            frame[number] = self.first_subject + happened
        return frame

    def journeys(self, moments: pd.DataFrame) -> pd.DataFrame:
        """Every journey of which anything can be seen, with its outcome as of the end."""
        columns = self.scene.journeys.columns()
        count = len(columns["person"])
        started_at, last_at, channels = self._observed(moments, count, columns["started_at"])
        patience = np.array([PATIENCE_DAYS[slug] for slug in columns["journey_slug"]], dtype=float)
        ended_at, outcome = columns["ended_at"], columns["outcome"]
        is_unfinished = ~(ended_at < self.days)
        ended_at = np.where(is_unfinished, last_at, ended_at)
        outcome[is_unfinished] = "abandoned"
        is_open = is_unfinished & ~(last_at + patience < self.days)
        outcome[is_open], ended_at[is_open] = "open", np.nan
        seen = np.flatnonzero(np.isfinite(started_at) & (started_at < self.days))
        slug = columns["journey_slug"][seen]
        order = columns["order"][seen]
        return table_of(
            "journeys",
            {
                "journey": self.first_subject + seen,
                "person": self.first_person + columns["person"][seen],
                "journey_slug": slug,
                "goal": np.array([GOALS[name] for name in slug], dtype=object),
                "order": np.where(order >= 0, self.first_subject + order, -1),
                "started_at": to_utc(started_at[seen]),
                "ended_at": to_utc(ended_at[seen]),
                "outcome": outcome[seen],
                "channels": _channel_names(channels[seen]),
            },
        )

    def _observed(
        self, moments: pd.DataFrame, count: int, started_at: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """First moment, last moment of the customer, and channels (as bits) of each journey."""
        steps = moments[moments["journey"] >= 0]
        journey = steps["journey"].to_numpy() - self.first_subject
        at = (steps["at"].to_numpy() - np.datetime64("2026-01-01")) / np.timedelta64(1, "D")
        kind = steps["kind"].to_numpy()
        codes, kinds = pd.factorize(kind)
        is_active = ~np.isin(kinds, PASSIVE_KINDS)[codes]
        is_customers = is_active & ~np.isin(kinds, COMPANY_KINDS)[codes]
        first_at = np.where(np.isnan(started_at), np.inf, started_at)
        begins = is_active & ~np.isin(kinds, LOOKING_KINDS)[codes]
        np.minimum.at(first_at, journey[begins], at[begins])
        shared = self.scene.shared_steps
        last_at = np.full(count, -np.inf)
        shared_at = shared.column("at", np.nan)
        happened = shared_at < self.days
        np.maximum.at(last_at, shared.column("journey", -1)[happened], shared_at[happened])
        np.maximum.at(last_at, journey[is_customers], at[is_customers])
        # A journey that only the company pursued lasts until its first moment.
        last_at = np.where(np.isfinite(last_at), last_at, first_at)

        bits = {name: 1 << number for number, name in enumerate(CHANNELS)}
        is_app = steps["device"].to_numpy() % 10 == 2
        of_kind = np.array(
            [bits.get(CHANNEL_OF_KIND.get(name) or "", 0) for name in kinds], dtype=np.int64
        )[codes]
        is_digital = np.isin(kinds, DIGITAL_KINDS)[codes]
        bit = np.where(is_digital, np.where(is_app, bits["app"], bits["web"]), of_kind)
        channels = np.zeros(count, dtype=np.int64)
        np.bitwise_or.at(channels, journey, bit)
        places = np.array([bits[name] for name in shared.column("channel", None)], dtype=np.int64)
        np.bitwise_or.at(channels, shared.column("journey", -1)[happened], places[happened])
        return first_at, last_at, channels

    def _frame(self, name: str, rows: Rows, chosen: np.ndarray) -> pd.DataFrame:
        """The frame `name` of the chosen rows; numbers of a chunk become ids of the world."""
        values = {}
        for column, dtype in COLUMNS[name].items():
            if dtype == TIME:
                values[column] = to_utc(rows.column(column, np.nan)[chosen])
                continue
            default = {"text": None, "int64": -1, "bool": False}.get(dtype, np.nan)
            value = rows.column(column, default)[chosen]
            if column in LOCAL_IDS:
                value = np.where(value >= 0, value + self.first_subject, -1)
            elif column == "person":
                value = value + self.first_person
            values[column] = value
        return table_of(name, values)

    def _end(self) -> pd.Timestamp:
        return pd.Timestamp("2026-01-01") + pd.Timedelta(days=self.days)


def _channel_names(bits: np.ndarray) -> np.ndarray:
    """The channels of each bit pattern, in alphabetical order, with commas."""
    patterns, which = np.unique(bits, return_inverse=True)
    spelled = [
        ",".join(name for number, name in enumerate(CHANNELS) if pattern >> number & 1)
        for pattern in patterns.tolist()
    ]
    return np.array(spelled, dtype=object)[which]
