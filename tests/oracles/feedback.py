"""Feedback: what customers answered, and how many of those asked did."""

import pandas as pd

from tests.oracles.cells import unit_states
from tests.oracles.facts import Facts, days, seed, windows
from tests.oracles.service import _leading_journeys

# Scale: its answers, and those that count as a success.
SCALES = {
    "nps_10": (range(11), None),
    "csat_3": (range(1, 4), {3}),
    "csat_4": (range(1, 5), {3, 4}),
    "csat_5": (range(1, 6), {4, 5}),
    "csat_6": (range(1, 7), {5, 6}),
    "csat_7": (range(1, 8), {6, 7}),
    "csat_10": (range(1, 11), {8, 9, 10}),
    "good_bad": (range(2), {1}),
    "ces_5": (range(1, 6), {4, 5}),
    "ces_7": (range(1, 8), {5, 6, 7}),
    "stars_5": (range(1, 6), {4, 5}),
}
QUESTION = ["source_name", "program_slug", "question"]


def _score(answer: str, scale: str, direction: str) -> float:
    """The answer as a number where more is better; none if it is not on its scale."""
    scores = SCALES[scale][0]
    if not str(answer).isdigit() or int(answer) not in scores:
        return float("nan")
    return int(answer) if direction == "ascending" else scores[0] + scores[-1] - int(answer)


def scored_answers(facts: Facts, metric: str) -> pd.DataFrame:
    """Answers to the questions of a metric, scored anew; the latest of each person counts.

    Of a relational program the latest of a business month, else of the subject.
    """
    questions = seed("survey_questions").query("metric_slug == @metric")
    questions = questions.set_index(QUESTION)["direction"].rename("scale_direction").reset_index()
    responses = facts.table("int_feedback__counted_answers")
    subjects = facts.table("int_feedback__asked_answers")[[*QUESTION, "response_id", "subject"]]
    answers = responses.merge(questions, on=QUESTION).merge(
        subjects, on=[*QUESTION, "response_id"], how="left", validate="one_to_one"
    )
    answers["score"] = [
        _score(answer, scale, direction)
        for answer, scale, direction in zip(
            answers.answer, answers.scale_slug, answers.scale_direction, strict=True
        )
    ]
    answers["date"] = facts.business_date(answers.answered_at)
    month = answers.date.dt.strftime("%Y-%m")
    occasion = answers.subject.fillna(answers.response_id)
    answers["occasion"] = month.where(answers.feedback_kind == "relational", occasion)
    answers["person"] = answers.customer_key.fillna(answers.profile_key).fillna(
        answers.response_key
    )
    # What is no case has no rating that counts.
    cases = facts.table("int_cases__cases").set_index("case_key").excluded_reason
    is_of_no_case = answers.case_key.map(cases).notna()

    valid = answers[answers.score.notna() & answers.excluded_reason.isna() & ~is_of_no_case]
    latest = valid.sort_values(["answered_at", "response_id"]).drop_duplicates(
        ["person", *QUESTION, "occasion"], keep="last"
    )
    answers["is_counted"] = answers.index.isin(latest.index)
    return answers


def _subjects(facts: Facts) -> pd.DataFrame:
    """What each answer is about: the whole journey that it judges, else that of its touchpoint."""
    judgements = facts.table("int_journeys__survey_answers")
    judgements = judgements.assign(is_part=judgements.judged != "journey")
    judgements = judgements.sort_values(["is_part", "judged"]).drop_duplicates("response_key")
    journeys = facts.table("int_journeys__journeys").set_index("journey_key")
    touchpoints = facts.touchpoints.set_index("touchpoint_key")
    return judgements.set_index("response_key").assign(
        journey_slug=lambda rows: rows.journey_key.map(journeys.journey_slug),
        store_key=lambda rows: rows.touchpoint_key.map(touchpoints.store_key),
        case_key=lambda rows: rows.touchpoint_key.map(touchpoints.case_key),
    )


def _teams(facts: Facts, answers: pd.DataFrame, about: pd.DataFrame) -> pd.Series:
    """Who handled the case that was rated, else the contact that the survey asks about."""
    cases = facts.table("int_cases__cases").set_index("case_key")
    known = answers.case_key.where(answers.case_key.isin(cases.index))
    return known.fillna(answers.response_key.map(about.case_key)).map(cases.team_key)


def _journeys(facts: Facts, answers: pd.DataFrame, about: pd.DataFrame) -> pd.Series:
    """The journey that an answer judges, else the leading one of the case that was rated."""
    of_cases = _leading_journeys(facts)
    return answers.response_key.map(about.journey_slug).fillna(answers.case_key.map(of_cases))


def _units(facts: Facts, answers: pd.DataFrame, value: pd.Series) -> pd.DataFrame:
    about = _subjects(facts)
    return pd.DataFrame(
        {
            "customer": answers.customer_key,
            "date": answers.date,
            "channel": answers.channel_slug,
            "segment": facts.segment_of(answers.customer_key),
            "contact_reason": answers.contact_reason_slug,
            "journey": _journeys(facts, answers, about),
            "product": answers.product_key,
            "store": answers.response_key.map(about.store_key),
            "team": _teams(facts, answers, about),
            "program": answers.program_slug,
            "value": value,
            "state": unit_states(answers.index, excluded=~answers.is_counted),
        }
    )


def _net_promoters(facts: Facts, metric: str) -> pd.DataFrame:
    answers = scored_answers(facts, metric)
    value = (answers.score >= 9).astype(int) - (answers.score <= 6).astype(int)
    return _units(facts, answers, value)


def nps_relational(facts: Facts) -> pd.DataFrame:
    """Promoters less detractors, the latest answer of a customer, program and month."""
    return _net_promoters(facts, "nps_relational")


def nps_transactional(facts: Facts) -> pd.DataFrame:
    """The same after an event, the latest answer of a customer, program and subject."""
    return _net_promoters(facts, "nps_transactional")


def _top_box(facts: Facts, metric: str) -> pd.DataFrame:
    answers = scored_answers(facts, metric)
    successes = [
        score in SCALES[scale][1]
        for score, scale in zip(answers.score, answers.scale_slug, strict=True)
    ]
    return _units(facts, answers, pd.Series(successes, index=answers.index))


def _mean_score(facts: Facts, metric: str) -> pd.DataFrame:
    answers = scored_answers(facts, metric)
    return _units(facts, answers, answers.score)


def csat(facts: Facts) -> pd.DataFrame:
    """Answers in the top box of their scale."""
    return _top_box(facts, "csat")


def ces(facts: Facts) -> pd.DataFrame:
    """Answers of 5 to 7 on the 7-point scale of agreement."""
    return _top_box(facts, "ces")


def ces_mean(facts: Facts) -> pd.DataFrame:
    """Mean of the answers that `ces` counts."""
    return _mean_score(facts, "ces")


def ces_5(facts: Facts) -> pd.DataFrame:
    """Answers of 4 to 5 on the 5-point scale."""
    return _top_box(facts, "ces_5")


def ces_5_mean(facts: Facts) -> pd.DataFrame:
    """Mean of the answers that `ces_5` counts."""
    return _mean_score(facts, "ces_5")


def review_positive(facts: Facts) -> pd.DataFrame:
    """Reviews with four or five stars."""
    return _top_box(facts, "review_positive")


def review_stars(facts: Facts) -> pd.DataFrame:
    """Mean stars."""
    return _mean_score(facts, "review_positive")


def survey_response_rate(facts: Facts) -> pd.DataFrame:
    """Invitations completed within the window of their delivery; bounces are apart."""
    invitations = facts.table("int_feedback__invitations")
    profiles = facts.table("int_identity__customer_profiles").set_index("profile_key")
    customer = invitations.profile_key.map(profiles.customer_key)
    window = days("survey_response_window_days")
    return pd.DataFrame(
        {
            "customer": customer,
            "date": facts.business_date(invitations.delivered_at.fillna(invitations.sent_at)),
            "channel": "survey",
            "segment": facts.segment_of(customer),
            "program": invitations.program_slug,
            "value": invitations.completed_at - invitations.delivered_at <= window,
            "watched_from": invitations.delivered_at,
            "known_at": invitations.delivered_at + window,
            "state": unit_states(
                invitations.index,
                excluded=~invitations.is_delivered,
                immature=invitations.delivered_at + window >= facts.as_of,
            ),
        }
    )


# The closed loop ----------------------------------------------------------------------------------


# Whoever answers this low is a detractor, on each question's own scale.
LOWEST_BANDS = {
    "nps_10": 6,
    **{"csat_3": 1, "csat_4": 1, "csat_5": 2, "csat_6": 2, "csat_7": 2, "csat_10": 3},
    **{"good_bad": 0, "ces_5": 2, "ces_7": 2},
}
# What a form is first about, where it asks several things.
ASKED = ["nps_transactional", "nps_relational", "csat", "ces_5", "ces"]


def _is_lowest(score: pd.Series, scale: pd.Series) -> pd.Series:
    return score <= scale.map(LOWEST_BANDS)


def _detractors(facts: Facts) -> pd.DataFrame:
    """Counted answers in the lowest band, one per form, with the next to the same question."""
    answers = pd.concat([scored_answers(facts, metric) for metric in ASKED])
    answers = answers.sort_values(["answered_at", "response_id"]).reset_index(drop=True)
    cases = facts.table("int_cases__cases").set_index("case_key").excluded_reason
    of_no_case = answers.case_key.map(cases).notna()
    valid = answers[answers.score.notna() & answers.excluded_reason.isna() & ~of_no_case]
    following = valid[valid.customer_key.notna()].groupby(["customer_key", "metric_slug"])
    answers["next_at"] = following.answered_at.shift(-1)
    answers["next_is_lowest"] = _is_lowest(
        following.score.shift(-1), following.scale_slug.shift(-1)
    )
    low = answers[answers.is_counted & _is_lowest(answers.score, answers.scale_slug)]
    low = low.assign(rank=low.metric_slug.map(ASKED.index)).sort_values("rank")
    return low.drop_duplicates(["source_name", "program_slug", "response_id"]).sort_index()


def _reached(facts: Facts, detractors: pd.DataFrame) -> pd.DataFrame:
    """The first contact by which a person reached each detractor after the answer."""
    contacts = facts.touchpoints.merge(
        seed("closed_loop_contacts"), on=["touchpoint_type_slug", "outcome_slug"]
    )
    contacts = contacts[
        ["customer_key", "occurred_at", "team_key", "contact_reason_slug", "touchpoint_key"]
    ].dropna(subset="customer_key")
    pairs = detractors[["response_key", "customer_key", "answered_at"]].merge(
        contacts, on="customer_key"
    )
    pairs = pairs[pairs.occurred_at > pairs.answered_at]
    pairs = pairs.sort_values(["occurred_at", "touchpoint_key"]).drop_duplicates("response_key")
    return pairs.set_index("response_key")


def _owner(answer: pd.Series, rules: list[dict[str, str]], store_teams: dict[str, str]) -> str:
    """The team that has to call: of the first rule that fits the answer and finds one."""
    asked = {"program_slug": "program", "channel_slug": "channel", "store_id": "store"}
    asked["contact_reason_slug"] = "contact_reason"
    found = {"case_team": answer.team, "store_team": store_teams.get(answer.store)}
    for rule in rules:
        if any(rule[key] and rule[key] != answer[column] for key, column in asked.items()):
            continue
        team = found.get(rule["owner_kind"], rule["team_id"])
        if isinstance(team, str):
            return team
    raise AssertionError("the last rule fits all")


def _loops(facts: Facts, detractors: pd.DataFrame, value: pd.Series) -> pd.DataFrame:
    """Units of loops: by the team that has to call the detractor."""
    reached = _reached(facts, detractors)
    units = _units(facts, detractors, value)
    by_call = detractors.response_key.map(reached.contact_reason_slug)
    rules = seed("closed_loop_owners").sort_values("priority").fillna("").to_dict("records")
    teams = seed("teams").dropna(subset="store_id").sort_values("team_id", ascending=False)
    store_teams = dict(zip(teams.store_id, teams.team_id, strict=True))
    return units.assign(
        team=[_owner(unit, rules, store_teams) for _, unit in units.iterrows()],
        contact_reason=units.contact_reason.fillna(by_call),
    )


def closed_loop(facts: Facts) -> pd.DataFrame:
    """A person of the company reached the detractor within the window of the answer."""
    detractors = _detractors(facts)
    window = pd.Timedelta(hours=windows()["closed_loop_hours"])
    reached_at = detractors.response_key.map(_reached(facts, detractors).occurred_at)
    states = unit_states(
        detractors.index,
        unknown=~facts.is_known(detractors.customer_key),
        immature=detractors.answered_at + window >= facts.as_of,
    )
    in_time = reached_at - detractors.answered_at <= window
    return _loops(facts, detractors, in_time).assign(state=states)


def detractor_recovery(facts: Facts) -> pd.DataFrame:
    """The next answer is no detractor's; who has not answered again in time is left out."""
    detractors = _detractors(facts)
    window = days("detractor_recovery_days")
    answered_again = detractors.next_at - detractors.answered_at <= window
    states = unit_states(
        detractors.index,
        excluded=facts.is_known(detractors.customer_key) & ~answered_again,
        unknown=~facts.is_known(detractors.customer_key),
        immature=detractors.answered_at + window >= facts.as_of,
    )
    recovered = answered_again & ~detractors.next_is_lowest.fillna(True).astype(bool)
    return _loops(facts, detractors, recovered).assign(state=states)


KPIS = {
    "closed_loop": closed_loop,
    "detractor_recovery": detractor_recovery,
    "ces": ces,
    "ces_5": ces_5,
    "ces_5_mean": ces_5_mean,
    "ces_mean": ces_mean,
    "csat": csat,
    "nps_relational": nps_relational,
    "nps_transactional": nps_transactional,
    "review_positive": review_positive,
    "review_stars": review_stars,
    "survey_response_rate": survey_response_rate,
}
