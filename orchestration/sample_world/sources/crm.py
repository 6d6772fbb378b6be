"""The CRM's contacts and renewal deals in the shape of HubSpot's CSV exports.

Each file holds the records changed on its day, the first one also everybody entered before. Staff
type: names have typos, many e-mails are missing, numbers come as people say them, and some people
are entered twice. Times are portal time, to the minute.
"""

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.world import World

SOURCE = "crm"
PORTAL_TIME_ZONE = "Europe/Warsaw"

# Two numbers per person: the contact, and the second one of who is entered twice.
FIRST_CONTACT = 40_000_000_001
FIRST_DEAL = 90_000_000_001

EMPTY_EMAIL_SHARE = 0.12
NATIONAL_PHONE_SHARE = 0.35
EMPTY_PHONE_SHARE = 0.08
EMPTY_BIRTH_DATE_SHARE = 0.15
TYPO_SHARE = 0.03
PLACEHOLDER_SHARE = 0.006
PLACEHOLDER_BIRTH_DATE = pd.Timestamp("1900-01-01")
TWICE_SHARE = 0.06
KNOWN_HANDLE_SHARE = 0.8
DAY = np.timedelta64(1, "D")
YEARLY_PRICES = {"value": 29, "standard": 59, "premium": 119}
CURRENCIES = {"PL": "PLN", "GB": "GBP"}


def write(world: World, out: Delivery) -> None:
    """Contacts and deals, each version on the day of its change."""
    contacts = _contacts(world)
    if contacts.empty:
        return
    _write_contacts(world, out, contacts)
    _write_deals(world, out)
    out.truth(
        "profiles",
        pd.DataFrame(
            {
                "source_name": SOURCE,
                "source_profile_id": contacts["contact"].astype(str).to_numpy(dtype=object),
                "person": contacts["person"].to_numpy(),
            }
        ),
    )


def contact_ids(world: World) -> dict[int, str]:
    """The id of each person's first contact, of those who are in the CRM for good."""
    persons = world.persons[world.persons["is_in_crm"]]
    known = persons[persons["first_at"] < world.start]
    return {person: str(FIRST_CONTACT + 2 * person) for person in known["person"].tolist()}


def _contacts(world: World) -> pd.DataFrame:
    """One row per contact as staff entered it, the second entries included."""
    rng = world.rng("crm contacts")
    persons = world.persons[world.persons["is_in_crm"]].reset_index(drop=True)
    created = world.of_kind("contact_created").set_index("person")["at"]
    # People who were known before the world began were entered then.
    entered_at = created.reindex(persons["person"]).reset_index(drop=True)
    entered_at = entered_at.fillna(persons["first_at"].where(persons["first_at"] < world.start))
    contacts = persons.assign(
        contact=FIRST_CONTACT + 2 * persons["person"],
        created_at=entered_at,
        given_name=_mistyped(rng, persons["given_name"], TYPO_SHARE),
        surname=_mistyped(rng, persons["surname"], TYPO_SHARE),
    )
    again = persons[rng.random(len(persons)) < TWICE_SHARE].copy()
    days_later = rng.uniform(2, 60, len(again)) * DAY.astype("timedelta64[ms]").astype(float)
    again["created_at"] = contacts.loc[again.index, "created_at"] + days_later.astype(
        "timedelta64[ms]"
    )
    again["contact"] = FIRST_CONTACT + 2 * again["person"] + 1
    again["given_name"] = _mistyped(rng, again["given_name"], 5 * TYPO_SHARE)
    again["surname"] = again["surname"].str.upper()
    contacts = pd.concat([contacts, again], ignore_index=True)
    rows = len(contacts)
    contacts["has_email"] = rng.random(rows) >= EMPTY_EMAIL_SHARE
    contacts["phone"] = _as_said(rng, contacts)
    contacts["birth_date"] = contacts["birth_date"].where(
        rng.random(rows) >= EMPTY_BIRTH_DATE_SHARE
    )
    # A form that wants a date gets one.
    contacts["birth_date"] = contacts["birth_date"].mask(
        rng.random(rows) < PLACEHOLDER_SHARE, PLACEHOLDER_BIRTH_DATE
    )
    contacts["social_handle"] = contacts["social_handle"].where(
        rng.random(rows) < KNOWN_HANDLE_SHARE, None
    )
    return contacts[contacts["created_at"] < world.end].reset_index(drop=True)


def _mistyped(rng: np.random.Generator, names: pd.Series, share: float) -> pd.Series:
    """Some names with two neighbouring letters swapped."""
    names = names.copy()
    chosen = (rng.random(len(names)) < share) & (names.str.len() > 3).to_numpy()
    place = rng.random(len(names))
    for row in np.flatnonzero(chosen):
        name = names.iloc[row]
        at = 1 + int(place[row] * (len(name) - 2))
        names.iloc[row] = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return names


def _as_said(rng: np.random.Generator, contacts: pd.DataFrame) -> pd.Series:
    """Numbers in E.164, as said within the country, or none."""
    draw = rng.random(len(contacts))
    prefix = contacts["country_code"].map({"PL": "+48", "DE": "+49", "ES": "+34", "GB": "+44"})
    trunk = contacts["country_code"].map({"PL": "", "DE": "0", "ES": "", "GB": "0"})
    national = [
        trunk_digit + number[len(code) :][:3] + " " + number[len(code) :][3:]
        for trunk_digit, code, number in zip(trunk, prefix, contacts["phone"], strict=True)
    ]
    is_national = draw < NATIONAL_PHONE_SHARE
    said = pd.Series(np.where(is_national, national, contacts["phone"]), dtype=object)
    return said.where(draw < 1 - EMPTY_PHONE_SHARE, None)


def _write_contacts(world: World, out: Delivery, contacts: pd.DataFrame) -> None:
    orders = world.orders.groupby("person")["placed_at"].min()
    contacts["customer_at"] = orders.reindex(contacts["person"]).to_numpy()
    causes = ["created_at", "customer_at", "email_changed_at", "opted_out_at"]
    changes = pd.concat(
        [
            pd.DataFrame({"row": contacts.index, "updated_at": contacts[cause]}).dropna()
            for cause in causes
        ]
    )
    changes = changes[changes["updated_at"] < world.end]
    created_at = contacts.loc[changes["row"], "created_at"].to_numpy()
    changes = changes[changes["updated_at"].to_numpy() >= created_at]
    # Entered before the first export: it carries the state of that day.
    changes["day"] = changes["updated_at"].dt.floor("D").clip(lower=pd.Timestamp(world.start))
    versions = changes.groupby(["row", "day"])["updated_at"].max().reset_index()
    versions = versions.sort_values(["day", "updated_at", "row"], ignore_index=True)
    frame = _rendered_contacts(contacts, versions)
    out.frame(SOURCE, "contacts", versions["day"].to_numpy(), frame, kind="csv")


def _rendered_contacts(contacts: pd.DataFrame, versions: pd.DataFrame) -> pd.DataFrame:
    """The contact of each version as it stood at the version's time."""
    then = contacts.loc[versions["row"]].reset_index(drop=True)
    at = versions["updated_at"]
    has_moved = (then["email_changed_at"] <= at) & then["new_email"].notna()
    email = then["email"].where(~has_moved, then["new_email"])
    has_opted_out = then["opted_out_at"] <= at
    is_email_refused = has_opted_out | ~then["email_opt_in"]
    is_sms_allowed = ~has_opted_out & then["sms_opt_in"]
    is_push_allowed = ~has_opted_out & then["push_opt_in"]
    is_on_record = then["is_asked_by_sales"] | has_opted_out
    return pd.DataFrame(
        {
            "Record ID": then["contact"],
            "First Name": then["given_name"],
            "Last Name": then["surname"],
            "Email": email.where(then["has_email"], None),
            "Phone Number": then["phone"],
            "Date of birth": then["birth_date"].dt.strftime("%Y-%m-%d"),
            "Gender": then["gender"].str.capitalize(),
            "Preferred language": then["language"],
            "Street Address": then["street"],
            "City": then["city"],
            "Postal Code": then["postcode"],
            "Country/Region": then["country_code"],
            "Twitter Username": then["social_handle"],
            "Customer segment": then["segment"].str.capitalize(),
            "Lifecycle Stage": np.where(then["customer_at"] <= at, "customer", "lead"),
            "Opted out of email: Marketing Information": pd.Series(
                np.where(is_email_refused, "Yes", "No"), dtype=object
            ).where(is_on_record, None),
            "SMS consent": is_sms_allowed.map({True: "true", False: "false"}).where(
                is_on_record, None
            ),
            "Push consent": is_push_allowed.map({True: "true", False: "false"}).where(
                is_on_record, None
            ),
            "Consent Date": _portal_times(
                then["opted_out_at"].where(has_opted_out, then["created_at"])
            ).where(is_on_record, None),
            "Create Date": _portal_times(then["created_at"]),
            "Last Modified Date": _portal_times(at),
        }
    )


def _write_deals(world: World, out: Delivery) -> None:
    moments = world.of_kind("renewal_offered", "renewal_won", "renewal_lost")
    if moments.empty:
        return
    moments = moments[["journey", "person", "kind", "at"]]
    offers = moments[moments["kind"] == "renewal_offered"].set_index("journey")["at"]
    versions = moments.assign(
        offered_at=moments["journey"].map(offers),
        closed_at=moments["at"].where(moments["kind"] != "renewal_offered"),
    )
    # Won on the day of the offer: the day's export knows only the end.
    versions["day"] = versions["at"].dt.floor("D")
    versions = versions.drop_duplicates(["journey", "day"], keep="last")
    persons = world.persons.loc[versions["person"]].reset_index(drop=True)
    versions = versions.reset_index(drop=True)
    frame = pd.DataFrame(
        {
            "Record ID": FIRST_DEAL + versions["journey"],
            "Deal Name": "Renewal " + versions["offered_at"].dt.strftime("%Y"),
            "Pipeline": "Renewals",
            "Deal Stage": versions["kind"].map(
                {
                    "renewal_offered": "offered",
                    "renewal_won": "closedwon",
                    "renewal_lost": "closedlost",
                }
            ),
            "Amount": persons["segment"].map(YEARLY_PRICES).map("{:.2f}".format),
            "Currency": persons["country_code"].map(CURRENCIES).fillna("EUR"),
            "Create Date": _portal_times(versions["offered_at"]),
            "Close Date": _portal_times(versions["closed_at"]),
            "Last Modified Date": _portal_times(versions["at"]),
            "Associated Contact IDs": (FIRST_CONTACT + 2 * versions["person"]).astype(str),
            "Subscription ID": "SUB" + versions["person"].astype(str).str.zfill(8),
        }
    )
    out.frame(SOURCE, "deals", versions["day"].to_numpy(), frame, kind="csv")


def _portal_times(times: pd.Series) -> pd.Series:
    local = times.dt.tz_localize("UTC").dt.tz_convert(PORTAL_TIME_ZONE)
    return local.dt.strftime("%Y-%m-%d %H:%M")
