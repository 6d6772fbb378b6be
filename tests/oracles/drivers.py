"""What moves a score: each driver read anew from the facts, each effect from its definition.

What belongs here: the value of a driver for an answer, and least squares on them. What does not:
the intervals, which come of resamples (`tests/orchestration/understanding`).
"""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from tests.oracles.facts import Facts, seed, windows

DAY = pd.Timedelta(days=1)


class Drivers:
    """The drivers of every answer, looked up one by one."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.drivers = seed("drivers").astype(object).where(seed("drivers").notna(), None)
        contacts = facts.table("int_cases__contact_chains")
        clocks = facts.contacts.set_index("contact_key")
        for column in ("clock_started_at", "first_human_reply_at", "gave_up_at"):
            contacts[column] = clocks[column].reindex(contacts.contact_key).to_numpy()
        self.contacts = contacts.sort_values(["started_at", "contact_key"])
        self.matter = self._matters()
        self.of_customer = {
            "purchases": facts.orders[facts.orders.is_purchase].assign(at=lambda o: o.ordered_at),
            "customer_contacts": contacts.assign(at=contacts.started_at),
            "bad_experiences": facts.table("int_bad_experiences__signs").assign(
                at=lambda signs: signs.occurred_at, scope=lambda signs: signs.rule_slug
            ),
            "touchpoints": facts.touchpoints.assign(
                at=lambda seen: seen.occurred_at, scope=lambda seen: seen.touchpoint_type_slug
            ),
        }
        self.events = {
            measure: dict(list(events.groupby("customer_key")))
            for measure, events in self.of_customer.items()
        }
        self.orders = facts.orders.set_index("order_key")
        self.moments = dict(list(facts.table("int_journeys__moments").groupby("journey_key")))
        steps = facts.table("int_journeys__steps").merge(
            facts.touchpoints[["touchpoint_key", "case_key"]], on="touchpoint_key"
        )
        self.journey_cases = (
            steps.dropna(subset="case_key").groupby("journey_key").case_key.agg(set)
        )
        named = facts.table("int_cases__cases").dropna(subset="order_key")
        self.order_cases = named.groupby("order_key").case_key.agg(set)

    def _matters(self) -> pd.Series:
        """A new matter begins with the first contact of a chain."""
        number = 0
        latest: dict[tuple[str, str], int] = {}
        matters = {}
        for contact in self.contacts.itertuples():
            cell = (contact.customer_key, contact.contact_reason_slug)
            if not contact.has_chain:
                matters[contact.contact_key] = f"case {contact.case_key}"
                continue
            if contact.contact_in_chain == 1:
                number += 1
                latest[cell] = number
            matters[contact.contact_key] = str(latest[cell])
        return pd.Series(matters, dtype=object)

    def values(self) -> pd.DataFrame:
        """One row per answer and driver."""
        facts = self.facts
        answers = facts.table("int_feedback__counted_answers")
        answers = answers[answers.is_counted & answers.score.notna()]
        subjects = facts.table("int_journeys__answer_subjects").drop_duplicates("response_key")
        answers = answers.merge(
            subjects[["response_key", "case_key", "journey_key", "journey_slug"]].rename(
                columns={"case_key": "subject_case"}
            ),
            on="response_key",
            how="left",
        )
        journeys = facts.table("int_journeys__journeys").set_index("journey_key")
        history = windows()["driver_history_days"] * DAY
        rows = []
        of_outcome = ["program_slug", "metric_slug", "journey_slug"]
        for outcome, drivers in self.drivers.groupby(of_outcome, dropna=False):
            program, metric, journey = outcome
            asked = answers[
                answers.program_slug.eq(program)
                & answers.metric_slug.eq(metric)
                & (answers.answered_at < facts.as_of)
                & (answers.answered_at >= facts.as_of - history)
            ]
            if isinstance(journey, str):
                asked = asked[asked.journey_slug.eq(journey)]
            back = drivers.look_back_days.max() * DAY
            for answer in asked.itertuples():
                order = answer.order_key
                if pd.isna(order) and not pd.isna(answer.journey_key):
                    order = journeys.subject_key.get(answer.journey_key)
                order = order if order in self.orders.index else None
                earlier = answers[
                    answers.customer_key.eq(answer.customer_key)
                    & (answers.answered_at < answer.answered_at - back)
                ].sort_values(["answered_at", "response_key"])
                common = {
                    "program_slug": program,
                    "metric_slug": metric,
                    "journey_slug": journey if isinstance(journey, str) else "all",
                    "response_key": answer.response_key,
                    "customer_key": answer.customer_key,
                    "segment_slug": answer.segment_slug,
                    "channel_slug": answer.channel_slug,
                    "score": float(answer.score),
                    "earlier_score": earlier.score_share.iloc[-1] if len(earlier) else np.nan,
                    "tenure_days": self._tenure(answer),
                }
                met = self._met(answer, order)
                for driver in drivers.itertuples():
                    value = self._value(driver, answer, order, met)
                    rows.append(
                        common
                        | {
                            "driver_slug": driver.driver_slug,
                            "value": value,
                            "affected_above": driver.affected_above,
                        }
                    )
        return pd.DataFrame(rows)

    def _tenure(self, answer) -> float:
        if pd.isna(answer.customer_key):
            return np.nan
        first = self.facts.customers.first_seen_at[answer.customer_key]
        return (answer.answered_at - first) / DAY

    def _met(self, answer, order) -> pd.DataFrame:
        """The contacts of the matters that the answer is about, begun before it."""
        if not pd.isna(answer.subject_case):
            cases = {answer.subject_case}
        else:
            cases = self.journey_cases.get(answer.journey_key, set()) | self.order_cases.get(
                order, set()
            )
        own = self.contacts[self.contacts.case_key.isin(cases)]
        matters = set(self.matter[own.contact_key])
        is_met = self.matter[self.contacts.contact_key].isin(matters).to_numpy()
        return self.contacts[is_met & (self.contacts.started_at < answer.answered_at).to_numpy()]

    def _value(self, driver, answer, order, met: pd.DataFrame) -> float:
        begin = answer.answered_at - driver.look_back_days * DAY
        if driver.measure in self.events:
            if pd.isna(answer.customer_key):
                return np.nan
            events = self.events[driver.measure].get(answer.customer_key)
            if events is None:
                return 0.0
            is_in = (events["at"] >= begin) & (events["at"] < answer.answered_at)
            if driver.scope is not None:
                is_in &= events["scope"].eq(driver.scope)
            return float(is_in.sum())
        if driver.measure == "unresolved_matters":
            if pd.isna(answer.customer_key):
                return np.nan
            own = self.contacts[
                self.contacts.customer_key.eq(answer.customer_key)
                & (self.contacts.started_at >= begin)
                & (self.contacts.started_at < answer.answered_at)
            ]
            by_matter = own.groupby(self.matter[own.contact_key].to_numpy())
            return float(sum(_is_left(group, answer.answered_at) for _, group in by_matter))
        if driver.measure == "days_late":
            if order is None:
                return np.nan
            promised, delivered = self.orders.loc[order, ["promised_at", "delivered_at"]]
            if pd.isna(promised):
                return 0.0
            until = answer.answered_at if pd.isna(delivered) else min(delivered, answer.answered_at)
            return max((until - promised) / DAY, 0.0)
        if driver.measure in ("peak_end", "mean_moment"):
            return self._felt(driver.measure, answer)
        if pd.isna(answer.subject_case) and pd.isna(answer.journey_key) and order is None:
            return np.nan
        if driver.measure == "contacts":
            return float(len(met))
        if driver.measure == "further_contacts":
            return float(max(len(met) - 1, 0))
        if driver.measure == "unresolved":
            return float(len(met) > 0 and _is_left(met, answer.answered_at))
        assert driver.measure == "wait_hours"
        if met.empty:
            return 0.0
        begun = met[met.clock_started_at < answer.answered_at]
        if begun.empty:
            return np.nan
        ends = begun[["first_human_reply_at", "gave_up_at"]].min(axis=1)
        ends = ends.fillna(answer.answered_at).clip(upper=answer.answered_at)
        return float((ends - begun.clock_started_at).sum() / pd.Timedelta(hours=1))

    def _felt(self, measure: str, answer) -> float:
        if pd.isna(answer.journey_key):
            return np.nan
        moments = self.moments.get(answer.journey_key)
        if moments is not None:
            moments = moments[moments.shown_at < answer.answered_at].sort_values("moment_number")
        if moments is None or moments.empty:
            return 0.0
        feelings = 2 * moments.moment_score.to_numpy() - 1
        if measure == "mean_moment":
            return float(feelings.mean())
        peak = max(feelings, key=lambda feeling: (abs(feeling), -feeling))
        return float((peak + feelings[-1]) / 2)


def _is_left(contacts: pd.DataFrame, answered_at: pd.Timestamp) -> bool:
    """Whether the latest contact is the end of its case, and its note says so by then."""
    latest = contacts.sort_values(["started_at", "contact_key"]).iloc[-1]
    return bool(
        latest.is_last_of_case
        and latest.ended_at <= answered_at
        and latest.stated_resolution == "unresolved"
    )


def cell(values: pd.DataFrame, segment: str) -> pd.DataFrame:
    """Counts, effect and importance of the drivers of one outcome in one segment."""
    if segment != "all":
        values = values[values.segment_slug.eq(segment)]
    table = values.pivot_table(
        index="response_key", columns="driver_slug", values="value", dropna=False, sort=True
    )
    answers = values.drop_duplicates("response_key").set_index("response_key").reindex(table.index)
    is_asked = answers.customer_key.notna()
    above = values.drop_duplicates("driver_slug").set_index("driver_slug").affected_above
    used = [name for name in table if table.loc[is_asked, name].notna().mean() >= 0.5]
    is_whole = is_asked & table[used].notna().all(axis=1)
    whole, drivers = answers[is_whole], table[is_whole]
    rows = pd.DataFrame(index=table.columns)
    rows["answer_count"] = len(whole)
    rows["customer_count"] = whole.customer_key.nunique()
    for name in table:
        customers = whole.customer_key
        rows.loc[name, "affected_count"] = customers[drivers[name].abs() > above[name]].nunique()
        rows.loc[name, "unaffected_count"] = customers[drivers[name].abs() <= above[name]].nunique()
        rows.loc[name, "unlinked_count"] = table[name].isna().sum()
    if not len(whole):
        return rows
    rows["mean_value"] = drivers.mean()
    rest = np.linalg.qr(_asked_whom(whole))[0]
    residual = drivers[used] - rest @ (rest.T @ drivers[used].to_numpy())
    score = whole.score - rest @ (rest.T @ whole.score.to_numpy())
    varying = [name for name in used if residual[name].std() > 1e-6]
    betas = np.linalg.lstsq(residual[varying].to_numpy(), score.to_numpy(), rcond=None)[0]
    rows.loc[varying, "effect"] = betas
    rows["mean_points"] = rows["effect"] * rows["mean_value"]
    rows["r_squared"] = _r_squared(residual[varying], score)
    rows.loc[varying, "importance_share"] = _shapley(residual[varying], score)
    return rows


def _asked_whom(answers: pd.DataFrame) -> np.ndarray:
    tenure = answers.tenure_days.clip(lower=0)
    columns = [
        np.ones(len(answers)),
        np.log1p(tenure.fillna(tenure.median())),
        answers.earlier_score.fillna(answers.earlier_score.mean()).fillna(0),
        answers.earlier_score.notna().astype(float),
    ]
    for name in ("segment_slug", "channel_slug"):
        columns += list(
            pd.get_dummies(answers[name].astype(object).fillna("none")).T.to_numpy(float)
        )
    design = np.column_stack(columns)
    vectors, sizes, _ = np.linalg.svd(design, full_matrices=False)
    return vectors[:, sizes > 1e-9 * sizes.max()]


def _r_squared(drivers: pd.DataFrame, score: pd.Series) -> float:
    if drivers.empty or drivers.shape[1] == 0 or score.std() < 1e-9:
        return 0.0
    betas = np.linalg.lstsq(drivers.to_numpy(), score.to_numpy(), rcond=None)[0]
    return 1 - ((score - drivers.to_numpy() @ betas) ** 2).sum() / (score**2).sum()


def _shapley(drivers: pd.DataFrame, score: pd.Series) -> list[float]:
    """Of each driver, its share of R²: what it adds, averaged over all orders to enter."""
    names = list(drivers)
    whole = {
        chosen: _r_squared(drivers[list(chosen)], score)
        for size in range(len(names) + 1)
        for chosen in combinations(names, size)
    }
    shares = []
    for name in names:
        share = 0.0
        for chosen, explained in whole.items():
            if name not in chosen:
                together = tuple(one for one in names if one in chosen or one == name)
                ways = factorial(len(chosen)) * factorial(len(names) - len(chosen) - 1)
                share += ways / factorial(len(names)) * (whole[together] - explained)
        shares.append(share / whole[tuple(names)] if whole[tuple(names)] else np.nan)
    return shares
