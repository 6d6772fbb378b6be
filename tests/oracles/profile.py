"""What a customer chooses, costs, leaves, allows and does in each stage of life, from the facts.

What belongs here: the definitions of the columns beside the KPIs, computed again without SQL. What
does not: any rate of many customers.
"""

import numpy as np
import pandas as pd
from scipy import stats

from tests.oracles.facts import Facts, seed, windows

# Who answers the company chose no channel.
NO_CHOICE = {"outreach", "feedback", "unknown"}
ACTIVITY = ["customer_key", "lifecycle_stage_slug"]


def _known(touchpoints: pd.DataFrame) -> pd.DataFrame:
    return touchpoints[touchpoints.customer_key.notna() & ~touchpoints.is_bot.astype(bool)]


def _most(counts: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """The row of each customer that leads by the columns, and nothing where two lead together."""
    leading = counts.sort_values(order, ascending=False)
    best = leading.groupby("customer_key")[order].first()
    ties = (
        leading.set_index("customer_key")[order].eq(best.reindex(leading.customer_key)).all(axis=1)
    )
    tied = ties.groupby(level=0).sum()
    winners = leading.drop_duplicates("customer_key").set_index("customer_key")
    return winners[tied.reindex(winners.index) == 1]


def preferences(facts: Facts) -> pd.DataFrame:
    """The channel and the hour that each customer chooses most, with the uses behind them."""
    acts = _known(facts.touchpoints).query("direction == 'inbound'")
    family = seed("channels").set_index("channel_slug").channel_family
    chosen = acts[~acts.channel_slug.map(family).isin(NO_CHOICE)]
    zone = seed("company_settings").set_index("setting").setting_value["default_time_zone"]
    clock = chosen.occurred_at.dt.tz_localize("UTC").dt.tz_convert(zone)
    minimum = windows()["preference_minimum_uses"]

    days = chosen[["customer_key", "channel_slug", "occurred_date"]].drop_duplicates()
    channels = days.groupby(["customer_key", "channel_slug"]).size().rename("uses").reset_index()
    hours = pd.DataFrame(
        {"customer_key": chosen.customer_key, "date": clock.dt.date, "hour": clock.dt.hour}
    ).drop_duplicates()
    table = hours.groupby(["customer_key", "hour"]).size().unstack(fill_value=0)
    table = table.reindex(columns=range(24), fill_value=0)
    near = table + np.roll(table, 1, axis=1) + np.roll(table, -1, axis=1)
    near = near.where(table > 0).stack().rename("near").reset_index().query("near > 0")
    near["uses"] = (
        table.stack().reindex(pd.MultiIndex.from_frame(near[["customer_key", "hour"]])).values
    )

    found = pd.DataFrame(index=pd.Index(sorted(acts.customer_key.unique()), name="customer_key"))
    used = acts.groupby("customer_key").channel_slug.unique()
    found["used_channels"] = used.map(lambda names: " ".join(sorted(names)))
    for name, rows, order, uses in (
        ("channel", channels.rename(columns={"channel_slug": "value"}), ["uses"], "uses"),
        ("hour", near.rename(columns={"hour": "value"}), ["near", "uses"], "near"),
    ):
        total = rows.groupby("customer_key").uses.sum().reindex(found.index).fillna(0)
        best = _most(rows, order).reindex(found.index)
        best = best.where(total >= minimum)
        found[f"{name}_use_count"] = total
        found[f"preferred_{name}"] = best.value
        found[f"preferred_{name}_use_count"] = best[uses]
    return found


def _amounts(facts: Facts, until: pd.Timestamp | None = None) -> pd.DataFrame:
    """Margin, cost to serve and purchases of each customer, of what was booked before a moment."""
    orders = facts.orders[facts.orders.is_purchase & facts.orders.customer_key.notna()]
    refunds = facts.table("int_orders__refund_lines")
    loose = refunds[refunds.order_key.isna() & refunds.customer_key.notna()]
    acts = _known(facts.touchpoints)
    margins = orders[["customer_key", "order_key", "ordered_at", "margin_amount"]]
    margins = margins.rename(columns={"ordered_at": "at"})
    loose = loose[["customer_key", "order_key", "refunded_at", "margin_change_amount"]]
    loose.columns = margins.columns = ["customer_key", "order_key", "at", "margin"]
    if until is not None:
        margins, loose = margins[margins["at"] < until], loose[loose["at"] < until]
        acts = acts[acts.occurred_at < until]
        late = refunds[refunds.is_booked & (refunds.refunded_at >= until)]
        back = late.groupby("order_key").margin_change_amount.sum().astype(float)
        taken = margins.order_key.map(back).fillna(0)
        margins = margins.assign(margin=margins.margin.astype(float) - taken)
    booked = pd.concat([margins, loose])
    whole = booked.assign(margin=booked.margin.astype(float)).groupby("customer_key").margin
    cost = acts.assign(cost=acts.cost_amount.astype(float)).groupby("customer_key").cost
    found = pd.DataFrame(index=facts.customers.index)
    found["orders"] = margins.groupby("customer_key").size().reindex(found.index).fillna(0)
    # One unknown part makes the sum unknown.
    found["margin"] = whole.agg(lambda parts: parts.sum(skipna=False)).reindex(found.index)
    found["cost"] = cost.agg(lambda parts: parts.sum(skipna=False)).reindex(found.index)
    found.loc[~found.index.isin(booked.customer_key), "margin"] = 0.0
    found.loc[~found.index.isin(acts.customer_key), "cost"] = 0.0
    return found


def profits(facts: Facts) -> pd.DataFrame:
    """Margin, cost and profit of each customer, and the fifth of the buyers of earlier months."""
    found = _amounts(facts)
    found["profit"] = found.margin - found.cost
    settled = _amounts(facts, until=facts.as_of.replace(day=1).normalize())
    settled = settled[facts.customers.is_identified & (settled.orders > 0)]
    profit = (settled.margin - settled.cost).round(6).dropna()
    below = (profit.rank(method="min") - 1) / max(len(profit) - 1, 1)
    found["fifth"] = np.minimum(5, 1 + np.floor(5 * below)).reindex(found.index)
    return found


def consents(facts: Facts) -> pd.DataFrame:
    """State, start and source of each consent of a company in which no customer ever parted."""
    changes = facts.table("int_consent__changes")
    sources = changes.set_index("profile_key").source_name.to_dict()
    profiles = facts.table("int_identity__customer_profiles")
    customer_of = dict(zip(profiles.profile_key, profiles.customer_key, strict=True))
    identifiers = facts.table("int_identity__identifiers")
    shared = identifiers[identifiers.is_blocked & identifiers.is_linking & ~identifiers.is_junk]
    carriers = {"email": "email", "phone": "sms"}
    address = ["identifier_type", "identifier_value"]
    shared = shared[shared.identifier_type.isin(carriers)]
    pairs = shared.merge(shared, on=address, suffixes=("", "_bearer"))
    heard_by: dict[tuple[str, str], set[str]] = {}
    for row in pairs.itertuples():
        place = (row.profile_key, carriers[row.identifier_type])
        heard_by.setdefault(place, set()).add(row.profile_key_bearer)

    answers: dict[tuple, list[tuple]] = {}
    columns = ["profile_key", "purpose_slug", "channel_slug", "changed_at", "is_allowed"]
    for profile, purpose, channel, at, is_allowed in changes[columns].itertuples(index=False):
        answers.setdefault((profile, purpose, channel), []).append((at, not is_allowed))
    words: dict[tuple, list[tuple]] = {}
    for (profile, purpose, channel), said in answers.items():
        said.sort()
        turns = [i for i, word in enumerate(said) if i == 0 or word[1] != said[i - 1][1]]
        refuses = said[-1][1]
        word = (refuses, len(turns) > 1, said[turns[-1]][0], said[-1][0], sources[profile])
        bearers = heard_by.get((profile, channel), set()) if refuses else set()
        for bearer in (bearers | {profile}) & customer_of.keys():
            words.setdefault((customer_of[bearer], purpose, channel), []).append(word)
    rows = []
    for key, said in words.items():
        refusals = [word for word in said if word[0]]
        taken_back = [word for word in said if word[1]]
        if refusals:
            deciding = min(refusals, key=lambda word: word[2])
        elif taken_back:
            deciding = max(taken_back, key=lambda word: word[2])
        else:
            deciding = min(said, key=lambda word: word[2])
        # Two sources of one moment: both say so.
        deciders = {word[4] for word in said if word[:3] == deciding[:3]}
        rows.append((*key, not refusals, deciding[2], max(word[3] for word in said), deciders))
    columns = ["customer_key", "purpose_slug", "channel_slug"]
    return pd.DataFrame(rows, columns=[*columns, "is_allowed", "since", "last", "sources"])


def _stage_at(facts: Facts, events: pd.DataFrame, is_strict: bool = False) -> pd.Series:
    """The stage of a customer at the moment `at`: just before it, if strict."""
    spans = facts.table("int_journeys__lifecycle_spans").sort_values("started_at")
    at = events.assign(event=events.index).sort_values("at")
    found = pd.merge_asof(
        at,
        spans[["customer_key", "started_at", "lifecycle_stage_slug"]],
        left_on="at",
        right_on="started_at",
        by="customer_key",
        allow_exact_matches=not is_strict,
    ).set_index("event")
    return found.lifecycle_stage_slug.reindex(events.index).fillna("unknown")


def lifecycle_activity(facts: Facts) -> pd.DataFrame:
    """Counts and amounts of each customer and stage of life."""
    acts = _known(facts.touchpoints)
    acts = acts.assign(at=acts.occurred_at)
    acts = acts.assign(stage=_stage_at(facts, acts), cost=acts.cost_amount.astype(float))
    orders = facts.orders[facts.orders.is_purchase & facts.orders.customer_key.notna()]
    orders = orders.assign(at=orders.ordered_at)
    orders = orders.assign(stage=_stage_at(facts, orders, is_strict=True))
    refunds = facts.table("int_orders__refund_lines")
    refunds = refunds[refunds.customer_key.notna() & refunds.is_booked].assign(
        at=lambda rows: rows.refunded_at
    )
    refunds = refunds.assign(stage=_stage_at(facts, refunds))
    cases = facts.cases[facts.cases.customer_key.notna()]
    cases = cases.assign(at=cases.opened_at)
    cases = cases.assign(stage=_stage_at(facts, cases))
    messages = facts.table("int_campaigns__contacts")
    messages = messages[messages.customer_key.notna()]
    messages = messages.assign(at=messages.delivered_at)
    messages = messages.assign(stage=_stage_at(facts, messages))
    answered = messages[["clicked_at", "replied_at", "redeemed_at"]].notna().any(axis=1) | (
        messages.opened_at.notna() & (messages.channel_slug == "push")
    )
    pieces = {
        "touchpoint_count": acts,
        "own_touchpoint_count": acts[acts.direction == "inbound"],
        "company_touchpoint_count": acts[acts.direction == "outbound"],
        "survey_invitation_count": acts[acts.touchpoint_type_slug == "survey_invited"],
        "survey_answer_count": acts[acts.touchpoint_type_slug == "survey_answered"],
        "case_count": cases,
        "campaign_message_count": messages,
        "campaign_response_count": messages[answered],
        "order_count": orders,
        "refund_count": refunds.drop_duplicates(["customer_key", "stage", "refund_key"]),
    }
    cell = ["customer_key", "stage"]
    found = pd.DataFrame({name: rows.groupby(cell).size() for name, rows in pieces.items()})
    for name, rows, column in (
        ("order_net_amount", orders, "net_amount"),
        ("refund_amount", refunds, "refund_amount"),
        ("cost_to_serve_amount", acts, "cost"),
    ):
        amounts = rows.assign(amount=rows[column].astype(float)).groupby(cell).amount.sum()
        found = found.join(amounts.rename(name), how="outer")
    return found.fillna(0).rename_axis(ACTIVITY)


def sentiments(texts: pd.DataFrame) -> pd.DataFrame:
    """Mean sentiment of each customer's texts, and the last third of them against those before."""
    rows = {}
    for customer, own in texts.sort_values(["occurred_at", "touchpoint_key"]).groupby(
        "customer_key"
    ):
        known = own.sentiment.dropna().to_numpy(dtype=float)
        row = {
            "scored_text_count": len(known),
            "unscored_text_count": len(own) - len(known),
            "mean_sentiment": known.mean() if len(known) else np.nan,
        }
        last, earlier = known[len(known) - len(known) // 3 :], known[: len(known) - len(known) // 3]
        error = 0.0
        if len(last) > 1:
            error = np.sqrt(last.var(ddof=1) / len(last) + earlier.var(ddof=1) / len(earlier))
        if error > 1e-9:
            trend = last.mean() - earlier.mean()
            margin = stats.t.ppf(0.975, len(last) - 1) * error
            row["sentiment_trend"] = trend
            row["sentiment_trend_ci_low"] = max(-2.0, trend - margin)
            row["sentiment_trend_ci_high"] = min(2.0, trend + margin)
        rows[customer] = row
    return pd.DataFrame.from_dict(rows, orient="index")
