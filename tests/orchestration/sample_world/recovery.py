"""Cuts journeys out of moments by the conventions that the simulation's docstrings publish.

Independent of the simulation and of the warehouse: it shows that the truth can be found at all.
"""

from dataclasses import dataclass, field

import pandas as pd

from orchestration.sample_world.world import World

PROBLEM_REASONS = {"delivery", "defect", "payment", "account", "complaint"}
LOOKING = {"product_viewed", "product_searched", "store_visited"}
CONTACTS = {"bot_chat", "agent_chat", "call_inbound", "ticket_opened", "social_messaged"}
TICKET_REPLIES = {"ticket_customer_replied", "ticket_reopened"}
SELF_SERVICE = {"self_service_completed", "self_service_failed"}
GETTING_STARTED = {"signed_in", "help_viewed", "video_watched", "app_session", "feature_used"}
PATIENCE_DAYS = {
    "purchase": 7,
    "onboarding": 14,
    # A parcel that is late was given up by nobody.
    "delivery": 3_650,
    "return": 21,
    "problem_resolution": 14,
    "renewal": 30,
}


@dataclass
class Journey:
    person: int
    slug: str
    order: int
    started_at: pd.Timestamp
    last_at: pd.Timestamp
    outcome: str | None = None


@dataclass
class Recovery:
    end: pd.Timestamp
    found: list[Journey] = field(default_factory=list)
    running: dict[tuple[str, int], Journey] = field(default_factory=dict)
    purchases: int = 0

    def start_or_step(self, slug, order, moment, opens):
        kind = "purchase" if slug.endswith("purchase") else slug
        journey = self._running(kind, order, moment.at)
        if journey is None and opens:
            journey = Journey(moment.person, slug, order, moment.at, moment.at)
            self.found.append(journey)
            self.running[kind, order] = journey
        if journey is not None:
            journey.last_at = moment.at
            if journey.order < 0 <= order:
                self.running[kind, order] = self.running.pop((kind, journey.order))
                journey.order = order

    def finish(self, slug, order, moment, outcome, opens=False):
        kind = "purchase" if slug.endswith("purchase") else slug
        if opens:
            self.start_or_step(slug, order, moment, opens=True)
        journey = self._running(kind, order, moment.at)
        if journey is not None:
            journey.outcome = outcome
            del self.running[next(key for key, value in self.running.items() if value is journey)]

    def _running(self, kind, order, at):
        for key in ((kind, order), (kind, -1)):
            journey = self.running.get(key)
            if journey and at - journey.last_at <= pd.Timedelta(days=PATIENCE_DAYS[kind]):
                return journey
        if order < 0:
            # A contact that names no order belongs to what is going on.
            for (other, _), journey in self.running.items():
                if other == kind and at - journey.last_at <= pd.Timedelta(days=PATIENCE_DAYS[kind]):
                    return journey
        return None

    def take(self, moment):
        kind, order, reason = moment.kind, moment.order, moment.reason
        if kind == "store_purchase" and not moment.is_logged_in:
            # A till to which no card is shown knows nobody.
            return
        slug = "repeat_purchase" if self.purchases else "first_purchase"
        if kind in LOOKING:
            self.start_or_step(slug, -1, moment, opens=False)
        elif kind in ("cart_added", "checkout_started") or reason == "product_advice":
            self.start_or_step(slug, -1, moment, opens=True)
        elif kind in ("order_placed", "store_purchase"):
            self.finish(slug, -1, moment, "reached", opens=True)
            self.purchases += 1
            if kind == "order_placed":
                self.start_or_step("delivery", order, moment, opens=True)
        elif kind == "delivery_tracked":
            self.start_or_step("delivery", order, moment, opens=False)
        elif kind in ("order_delivered", "order_cancelled"):
            outcome = "reached" if kind == "order_delivered" else "failed"
            self.finish("delivery", order, moment, outcome)
        elif reason == "return" and kind in CONTACTS | SELF_SERVICE:
            self.start_or_step("return", order, moment, opens=True)
        elif kind in ("refund_issued", "store_return"):
            self.finish("return", order, moment, "reached", opens=kind == "store_return")
        elif reason in PROBLEM_REASONS:
            self._take_problem(moment)
        elif kind == "account_registered":
            self.start_or_step("onboarding", -1, moment, opens=True)
        elif kind == "onboarding_completed":
            self.finish("onboarding", -1, moment, "reached")
        elif kind == "renewal_offered":
            self.start_or_step("renewal", -1, moment, opens=True)
        elif kind in ("renewal_won", "renewal_lost"):
            self.finish("renewal", -1, moment, "reached" if kind == "renewal_won" else "failed")
        elif reason == "renewal" and kind in CONTACTS:
            self.start_or_step("renewal", -1, moment, opens=False)
        if kind in GETTING_STARTED:
            self.start_or_step("onboarding", -1, moment, opens=False)

    def _take_problem(self, moment):
        if moment.kind in CONTACTS | TICKET_REPLIES:
            self.start_or_step(
                "problem_resolution", moment.order, moment, opens=moment.kind in CONTACTS
            )
        if moment.kind == "ticket_solved" or moment.outcome in ("resolved", "contained"):
            outcome = "failed" if moment.outcome == "unresolved" else "reached"
            self.finish("problem_resolution", moment.order, moment, outcome)

    def outcomes(self):
        for journey in self.found:
            if journey.outcome is None:
                kind = "purchase" if journey.slug.endswith("purchase") else journey.slug
                expires_at = journey.last_at + pd.Timedelta(days=PATIENCE_DAYS[kind])
                journey.outcome = "abandoned" if expires_at < self.end else "open"
        return self.found


def recovered_journeys(world: World) -> pd.DataFrame:
    found: list[Journey] = []
    for _, moments in world.moments.groupby("person", sort=False):
        recovery = Recovery(pd.Timestamp(world.end))
        for moment in moments.itertuples(index=False):
            recovery.take(moment)
        found += recovery.outcomes()
    return pd.DataFrame([vars(journey) for journey in found])
