"""What experiments brought, from the definitions: customers one by one, and textbook statistics."""

import numpy as np
import pandas as pd
from scipy import optimize, stats

from tests.oracles.facts import Facts, seed, windows

DELIVERED = ("email_delivered", "sms_delivered", "push_delivered", "mailing_sent")
NOT_DELIVERED = ("email_bounced", "sms_failed")
RESPONSES = ("email_opened", "email_clicked", "push_opened", "sms_replied")
PLANNED_CUSTOMERS = 1_000


def experiments(facts: Facts) -> pd.DataFrame:
    """What is read by arms: rows of the seed, and every other campaign by who buys."""
    declared = seed("experiments")
    declared = declared[declared.method == "randomised"].copy()
    by_buying = declared[(declared.kind == "campaign") & (declared.metric_slug == "buys")]
    others = sorted(set(campaign_arms(facts).subject) - set(by_buying.subject))
    rest = pd.DataFrame(
        {
            "experiment_slug": [f"campaign_{key}" for key in others],
            "kind": "campaign",
            "subject": others,
            "metric_slug": "buys",
            "window_days": windows()["campaign_conversion_days"],
        }
    )
    return pd.concat([declared, rest], ignore_index=True)


def campaign_arms(facts: Facts) -> pd.DataFrame:
    """Each campaign's known customers, with the arm, the moment, and whether it came."""
    touchpoints = facts.touchpoints
    sent = touchpoints[
        touchpoints.touchpoint_type_slug.isin(DELIVERED + NOT_DELIVERED)
        & touchpoints.campaign_key.notna()
        & ~touchpoints.is_bot
    ]
    controls = facts.table("int_shapes__campaign_controls").merge(
        facts.table("int_identity__customer_profiles")[["profile_key", "customer_key"]]
    )
    both = pd.concat(
        [
            pd.DataFrame(
                {
                    "subject": sent.campaign_key,
                    "customer_key": sent.customer_key,
                    "assigned_at": sent.occurred_at,
                    "is_sent": True,
                    "is_reached": sent.touchpoint_type_slug.isin(DELIVERED),
                }
            ),
            pd.DataFrame(
                {
                    "subject": controls.campaign_key,
                    "customer_key": controls.customer_key,
                    "assigned_at": controls.held_out_at,
                    "is_sent": False,
                    "is_reached": False,
                }
            ),
        ],
        ignore_index=True,
    )
    both = both[facts.is_known(both.customer_key)]
    arms = both.groupby(["subject", "customer_key"]).agg(
        assigned_at=("assigned_at", "min"),
        is_sent=("is_sent", "any"),
        is_reached=("is_reached", "any"),
    )
    return arms.reset_index()


def happenings(facts: Facts, metric: str, journey: object) -> pd.DataFrame:
    """What shows the outcome: customer, moment and amount."""
    if metric in ("buys", "spends"):
        orders = facts.orders[facts.orders.is_purchase]
        return _moments(orders, "ordered_at", orders.amount)
    if metric == "no_contact":
        cases = facts.table("int_cases__cases")
        own = cases[cases.started_by != "agent"].case_key
        contacts = facts.contacts
        return _moments(
            contacts[contacts.is_human_contact & contacts.case_key.isin(own)], "started_at"
        )
    if metric == "answers":
        answers = facts.table("int_feedback__counted_answers")
        return _moments(answers[answers.is_valid], "answered_at")
    if metric == "responds":
        touchpoints = facts.touchpoints
        seen = touchpoints.touchpoint_type_slug.isin(RESPONSES) & ~touchpoints.is_bot
        return _moments(touchpoints[seen], "occurred_at")
    journeys = facts.table("int_journeys__journeys")
    goal = journeys.journey_slug == ("renewal" if metric == "renews" else journey)
    return _moments(journeys[goal & (journeys.ended_outcome_slug == "reached")], "closed_at")


def _moments(frame: pd.DataFrame, at: str, amount: pd.Series | float = 0.0) -> pd.DataFrame:
    moments = pd.DataFrame(
        {"customer_key": frame.customer_key, "at": frame[at], "amount": amount}, index=frame.index
    )
    return moments[moments.customer_key.notna()]


def values(facts: Facts, arms: pd.DataFrame, experiment: pd.Series) -> pd.DataFrame:
    """Each customer of an experiment, with the outcome after and the same before."""
    metric, window = experiment.metric_slug, pd.Timedelta(days=float(experiment.window_days))
    of_it = arms[arms.subject == experiment.subject].copy()
    pairs = of_it.merge(
        happenings(facts, metric, experiment.get("journey_slug")), on="customer_key"
    )
    gap = pairs["at"] - pairs.assigned_at
    spans = {
        "after": (gap > pd.Timedelta(0)) & (gap <= window),
        "before": (gap <= pd.Timedelta(0)) & (gap > -window),
    }
    for name, is_within in spans.items():
        of_span = pairs[is_within].groupby("customer_key").amount
        if metric == "spends":
            of_it[name] = of_it.customer_key.map(of_span.sum().astype(float)).fillna(0.0)
        else:
            did = of_it.customer_key.isin(of_span.size().index)
            of_it[name] = (did != (metric == "no_contact")).astype(float)
    of_it["is_mature"] = of_it.assigned_at + window < facts.as_of
    of_it["segment"] = facts.segment_of(of_it.customer_key)
    return of_it


def readout(
    treated: pd.DataFrame, control: pd.DataFrame, metric: str, held_out_share: float
) -> dict[str, float]:
    """Everything that the customers of two arms tell."""
    after = (treated.after.to_numpy(), control.after.to_numpy())
    row: dict[str, float] = {
        "treated_count": len(treated),
        "treated_reached_count": treated.is_reached.sum(),
        "held_out_count": len(control),
        "treated_value": after[0].mean() if len(treated) else np.nan,
        "held_out_value": after[1].mean() if len(control) else np.nan,
    }
    if not np.isnan(held_out_share) and len(treated) + len(control):
        count = len(treated) + len(control)
        expected = [count * (1 - held_out_share), count * held_out_share]
        row["sample_ratio_p"] = stats.chisquare([len(treated), len(control)], expected).pvalue
    if not len(treated) or not len(control):
        return row
    is_share = metric != "spends"
    row["difference"] = after[0].mean() - after[1].mean()
    bounds = _shares(*after) if is_share else _means(*after)
    row["ci_low"], row["ci_high"] = bounds
    row["sequential_ci_low"], row["sequential_ci_high"] = _always(*after, is_share)
    row["minimum_detectable_difference"] = (
        _least_rise(after[1], len(treated)) if is_share else _least_difference(*after)
    )
    before = np.concatenate([treated.before, control.before])
    if before.std() > 0:
        theta = np.cov(np.concatenate(after), before)[0, 1] / before.var(ddof=1)
        left = after[0] - theta * treated.before.to_numpy()
        right = after[1] - theta * control.before.to_numpy()
        row["adjusted_difference"] = left.mean() - right.mean()
        fewest = min(min(arm.sum(), len(arm) - arm.sum()) for arm in after)
        if not is_share or fewest >= 5:
            row["adjusted_ci_low"], row["adjusted_ci_high"] = _means(left, right)
    return row


def _shares(treated: np.ndarray, control: np.ndarray) -> tuple[float, float]:
    """Newcombe: each share's bounds are the roots of (p − s)² = z²p(1 − p)/n."""
    z = stats.norm.ppf(0.975)
    bounds = []
    for arm in (treated, control):
        share, c = arm.mean(), z**2 / len(arm)
        bounds.append(np.sort(np.real(np.roots([1 + c, -2 * share - c, share**2]))))
    (low, high), (control_low, control_high) = bounds
    difference = treated.mean() - control.mean()
    below = np.sqrt((treated.mean() - low) ** 2 + (control_high - control.mean()) ** 2)
    above = np.sqrt((high - treated.mean()) ** 2 + (control.mean() - control_low) ** 2)
    return difference - below, difference + above


def _means(treated: np.ndarray, control: np.ndarray) -> tuple[float, float]:
    if min(len(treated), len(control)) < 2:
        return np.nan, np.nan
    interval = stats.ttest_ind(treated, control, equal_var=False).confidence_interval(0.95)
    return interval.low, interval.high


def _always(treated: np.ndarray, control: np.ndarray, is_share: bool) -> tuple[float, float]:
    """Waudby-Smith et al., with ρ² = (−2 ln α + ln(−2 ln α + 1)) / planned customers."""
    alpha, squared = 0.05, 0.0
    for arm in (treated, control):
        seen = np.append(arm, [0.0, 1.0]) if is_share else arm
        squared += (seen.var() if is_share else arm.var(ddof=1)) / len(arm)
    count = len(treated) + len(control)
    rho_squared = (-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1)) / PLANNED_CUSTOMERS
    scaled = count * rho_squared + 1
    # Per customer the spread is √(count · squared).
    half = np.sqrt(count * squared) * np.sqrt(
        2 * scaled / (count**2 * rho_squared) * np.log(np.sqrt(scaled) / alpha)
    )
    difference = treated.mean() - control.mean()
    if is_share:
        return max(difference - half, -1.0), min(difference + half, 1.0)
    return difference - half, difference + half


def _least_rise(control: np.ndarray, treated_count: int) -> float:
    base = (control.sum() + 0.5) / (len(control) + 1)

    def short_of(rise: float) -> float:
        pooled = ((base + rise) * treated_count + base * len(control)) / (
            treated_count + len(control)
        )
        null = np.sqrt(pooled * (1 - pooled) * (1 / treated_count + 1 / len(control)))
        raised = base + rise
        own = np.sqrt(raised * (1 - raised) / treated_count + base * (1 - base) / len(control))
        return float(stats.norm.cdf((rise - stats.norm.ppf(0.975) * null) / own) - 0.8)

    if short_of(1 - base) < 0:
        return np.nan
    return float(optimize.brentq(short_of, 0, 1 - base, xtol=1e-12))


def _least_difference(treated: np.ndarray, control: np.ndarray) -> float:
    error = np.sqrt(treated.var(ddof=1) / len(treated) + control.var(ddof=1) / len(control))
    return float((stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) * error)


def outcomes(facts: Facts) -> pd.DataFrame:
    """One row per experiment and segment, with `all` for everybody."""
    arms, rows = campaign_arms(facts), []
    for _, experiment in experiments(facts).iterrows():
        of_it = values(facts, arms, experiment)
        segments = sorted(of_it.segment.dropna().unique())
        for segment in ["all", *segments]:
            there = of_it if segment == "all" else of_it[of_it.segment == segment]
            mature = there[there.is_mature]
            row = readout(
                mature[mature.is_sent],
                mature[~mature.is_sent],
                experiment.metric_slug,
                float(experiment.held_out_share),
            )
            rows.append(
                {
                    "experiment_slug": experiment.experiment_slug,
                    "segment_slug": segment,
                    "immature_count": (~there.is_mature).sum(),
                    **row,
                }
            )
    return pd.DataFrame(rows)


def changes(facts: Facts) -> pd.DataFrame:
    """One row per improvement: weeks around it in which both series are known, and the change."""
    declared, rows = seed("experiments"), []
    units = facts.table("int_kpis__unit_members")
    for _, experiment in declared[declared.method == "before_after"].iterrows():
        of_it = units[
            (units.metric_slug == experiment.metric_slug)
            & (units.dimension == experiment.dimension)
            & units.member.isin([experiment.member, experiment.comparison_member])
        ]
        started = pd.Timestamp(experiment.started)
        day = (pd.to_datetime(of_it.anchor_date) - started).dt.days
        week, weekly = day // 7, []
        last_day = (facts.as_of.normalize() - started).days
        if isinstance(experiment.ended, str):
            last_day = min(last_day, (pd.Timestamp(experiment.ended) - started).days)
        for number in sorted(week.unique()):
            there = of_it[week == number]
            counted = there[there.is_counted]
            means = counted.groupby("member").unit_value.apply(lambda v: v.astype(float).mean())
            is_whole = day.min() <= 7 * number and 7 * number + 7 <= last_day
            if is_whole and not there.is_immature.any() and len(means) == 2:
                weekly.append(
                    (number, means[experiment.member], means[experiment.comparison_member])
                )
        weeks = pd.DataFrame(weekly, columns=["week", "affected", "comparison"])
        gap, is_after = weeks.affected - weeks.comparison, weeks.week >= 0
        row = {
            "experiment_slug": experiment.experiment_slug,
            "weeks_before": (~is_after).sum(),
            "weeks_after": is_after.sum(),
            "difference": gap[is_after].mean() - gap[~is_after].mean(),
        }
        row["ci_low"], row["ci_high"] = _means(gap[is_after].to_numpy(), gap[~is_after].to_numpy())
        if (~is_after).sum() >= 4:
            row["pre_trend_p"] = stats.linregress(weeks.week[~is_after], gap[~is_after]).pvalue
        rows.append(row)
    return pd.DataFrame(rows)
