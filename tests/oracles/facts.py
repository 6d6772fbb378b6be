"""The conformed facts of one warehouse and the reference lists, as frames.

What belongs here: reading, and what every subject needs (business dates, who is known). What does
not: any KPI.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from orchestration.paths import PROJECT_DIR

REFERENCE_DIR = PROJECT_DIR / "seeds" / "reference"


def seed(name: str) -> pd.DataFrame:
    """A reference list, as its file says."""
    (path,) = REFERENCE_DIR.glob(f"*/{name}.csv")
    return pd.read_csv(path)


def windows() -> dict[str, float]:
    """Every window and threshold by its setting."""
    return seed("kpi_windows").set_index("setting")["setting_value"].to_dict()


def minimum_of_mart(mart: str) -> int:
    """How many units a figure of a mart is to rest on."""
    return seed("mart_rules").set_index("mart").minimum_n[mart]


def days(setting: str) -> pd.Timedelta:
    """A window that is given in days."""
    return pd.Timedelta(days=windows()[setting])


@dataclass(frozen=True)
class Facts:
    """What the oracles read: `query` asks the private warehouse."""

    query: Callable[[str], pd.DataFrame]

    def table(self, name: str, schema: str = "intermediate") -> pd.DataFrame:
        """A whole table."""
        return self.query(f"select * from {schema}.{name}")

    @cached_property
    def as_of(self) -> pd.Timestamp:
        """The exclusive end of the delivered data."""
        return self.table("int_company__settings")["as_of"].iloc[0]

    @cached_property
    def customers(self) -> pd.DataFrame:
        """Segment of every customer, and whether more than a device or a nickname is known."""
        return self.table("int_identity__customers").set_index("customer_key")

    @cached_property
    def touchpoints(self) -> pd.DataFrame:
        """All touchpoints."""
        return self.table("int_touchpoints__all")

    @cached_property
    def cases(self) -> pd.DataFrame:
        """Cases that customers brought: neither merged away, spam nor a test, nor ours to them."""
        cases = self.table("int_cases__cases")
        return cases[cases.excluded_reason.isna() & (cases.started_by != "agent")]

    @cached_property
    def contacts(self) -> pd.DataFrame:
        """Contacts of customers: calls, and each go at a ticket or chat."""
        return self.table("int_cases__contacts")

    @cached_property
    def orders(self) -> pd.DataFrame:
        """Orders of all channels."""
        return self.table("int_orders__orders")

    @cached_property
    def status_spans(self) -> pd.DataFrame:
        """Time that tickets and chats spent in each state."""
        return self.table("int_cases__status_spans")

    def segment_of(self, customers: pd.Series) -> pd.Series:
        """Each customer's segment."""
        return customers.map(self.customers["segment_slug"])

    def is_known(self, customers: pd.Series) -> pd.Series:
        """Whether the customer is a person that we know."""
        return customers.map(self.customers["is_identified"]).eq(True)

    def business_date(self, times: pd.Series, zones: pd.Series | None = None) -> pd.Series:
        """The date of a moment in the zone of its place, else of the company."""
        settings = seed("company_settings").set_index("setting")["setting_value"]
        places = pd.Series(settings["default_time_zone"], index=times.index)
        if zones is not None:
            places = zones.fillna(places)
        dates = [
            moments.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
            for zone, moments in times.groupby(places)
        ]
        return pd.concat(dates).reindex(times.index) if dates else times
