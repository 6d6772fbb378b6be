"""The loyalty programme's export, CSV: members, changes of tier, referrals.

Its quirks: a member is exported again, whole, on the day the tier or the address changes; a
referral again on the day it converts; and a referral holds the address of somebody who may never
become a customer.
"""

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import emails_at
from orchestration.sample_world.world import World

SOURCE = "loyalty"
FIRST_TIER = "bronze"


def write(world: World, out: Delivery) -> None:
    """Each table's rows on the days on which they changed."""
    members = world.persons[
        world.persons["loyalty_card"].notna() & (world.persons["loyalty_at"] < world.end)
    ].reset_index(drop=True)
    if members.empty:
        return
    changes = _tier_changes(world, members)
    _write_members(world, out, members, changes)
    _write_tier_changes(world, out, changes)
    _write_referrals(world, out)


def _tier_changes(world: World, members: pd.DataFrame) -> pd.DataFrame:
    moments = world.of_kind("loyalty_tier_changed")
    changes = moments[["moment", "person", "at"]].copy()
    changes["to_tier"] = moments["outcome"]
    changes["from_tier"] = (
        changes.groupby("person")["to_tier"].shift().fillna(FIRST_TIER).astype(object)
    )
    cards = members.set_index("person")["loyalty_card"]
    changes["card_number"] = cards.reindex(changes["person"]).to_numpy()
    return changes.reset_index(drop=True)


def _write_members(
    world: World, out: Delivery, members: pd.DataFrame, changes: pd.DataFrame
) -> None:
    moved = members[
        (members["email_changed_at"] > members["loyalty_at"])
        & (members["email_changed_at"] < world.end)
    ]
    refused = members[
        (members["opted_out_at"] > members["loyalty_at"]) & (members["opted_out_at"] < world.end)
    ]
    events = pd.concat(
        [
            pd.DataFrame({"person": members["person"], "at": members["loyalty_at"]}),
            pd.DataFrame({"person": moved["person"], "at": moved["email_changed_at"]}),
            pd.DataFrame({"person": refused["person"], "at": refused["opted_out_at"]}),
            changes[["person", "at", "to_tier"]],
        ],
        ignore_index=True,
    ).sort_values(["at", "person"], kind="stable", ignore_index=True)
    tiers = events.groupby("person")["to_tier"].ffill().fillna(FIRST_TIER)
    persons = world.persons.loc[events["person"]].reset_index(drop=True)
    has_opted_out = persons["opted_out_at"] <= events["at"]
    said_at = persons["opted_out_at"].where(has_opted_out, persons["loyalty_at"])
    versions = pd.DataFrame(
        {
            "card_number": persons["loyalty_card"],
            "email": emails_at(persons, events["at"]),
            "phone": persons["phone"],
            "first_name": persons["given_name"],
            "last_name": persons["surname"],
            "tier": tiers,
            "email_consent": np.where(persons["email_opt_in"] & ~has_opted_out, "yes", "no"),
            "sms_consent": np.where(persons["sms_opt_in"] & ~has_opted_out, "yes", "no"),
            "consent_at": _texts(said_at),
            "joined_at": _texts(persons["loyalty_at"]),
            "updated_at": _texts(events["at"]),
        }
    )
    days = np.maximum(events["at"].to_numpy(), world.start)
    out.frame(SOURCE, "members", days, versions, kind="csv")
    out.truth(
        "profiles",
        pd.DataFrame(
            {
                "source_name": SOURCE,
                "source_profile_id": members["loyalty_card"],
                "person": members["person"],
            }
        ),
    )


def _write_tier_changes(world: World, out: Delivery, changes: pd.DataFrame) -> None:
    rows = pd.DataFrame(
        {
            "change_id": "c-" + changes["moment"].astype(str),
            "card_number": changes["card_number"],
            "from_tier": changes["from_tier"],
            "to_tier": changes["to_tier"],
            "changed_at": _texts(changes["at"]),
        }
    )
    out.frame(SOURCE, "tier_changes", changes["at"].to_numpy(), rows, kind="csv")


def _write_referrals(world: World, out: Delivery) -> None:
    referrals = _referrals(world)
    made = referrals.assign(updated_at=referrals["made_at"], converted_at=pd.NaT)
    converted = referrals[referrals["converted_at"].notna()]
    converted = converted.assign(updated_at=converted["converted_at"])
    versions = pd.concat([made, converted], ignore_index=True)
    rows = pd.DataFrame(
        {
            "referral_id": "f-" + versions["moment"].astype(str),
            "referrer_card": versions["card_number"],
            "referred_email": versions["email"],
            "referred_at": _texts(versions["made_at"]),
            "converted_at": _texts(versions["converted_at"]),
            "updated_at": _texts(versions["updated_at"]),
        }
    )
    out.frame(SOURCE, "referrals", versions["updated_at"].to_numpy(), rows, kind="csv")


def _referrals(world: World) -> pd.DataFrame:
    """Each referral with whom it brought, who is the moment's value, and when they first bought."""
    made = world.of_kind("referral_made")[["moment", "person", "value", "at"]]
    converted = world.of_kind("referral_converted")[["value", "at"]]
    referrals = made.rename(columns={"at": "made_at"}).merge(
        converted.rename(columns={"at": "converted_at"}), on="value", how="left"
    )
    persons = world.persons
    referrals["card_number"] = persons["loyalty_card"].reindex(referrals["person"]).to_numpy()
    referrals["email"] = persons["email"].reindex(referrals["value"].astype("int64")).to_numpy()
    # Of friends who never come nothing is known but the address that somebody typed.
    referrals["email"] = referrals["email"].where(
        referrals["value"] >= 0, "friend" + referrals["moment"].astype(str) + "@example.com"
    )
    return referrals


def _texts(times: pd.Series) -> pd.Series:
    return times.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
