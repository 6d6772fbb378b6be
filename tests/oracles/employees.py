"""Employees: the weekly pulse. Who answered is nobody's business, so answers have no person.

Fewer answers of a team than the rule of the mart asks for count nowhere.
"""

import pandas as pd

from tests.oracles.cells import unit_states
from tests.oracles.facts import Facts, seed


def _answers(facts: Facts, question: str) -> pd.DataFrame:
    questions = seed("survey_questions").query("program_slug == 'pulse'").set_index("question")
    answers = facts.table("int_feedback__pulse_answers")
    answers = answers[answers.metric_slug == questions.metric_slug[question]]
    teams = seed("teams").set_index("team_id")
    rules = seed("mart_rules").set_index("mart").minimum_n
    group = answers.groupby([answers.team_key.fillna(""), answers.week_start_date])
    is_of_a_few = group.answer_key.transform("size") < int(rules["frontline_scorecard"])
    return pd.DataFrame(
        {
            "customer": None,
            "date": pd.to_datetime(answers.week_start_date),
            "team": answers.team_key,
            "store": answers.team_key.map(teams.store_id),
            "value": answers.score,
            "state": unit_states(answers.index, excluded=is_of_a_few),
        }
    )


def _good(answers: pd.DataFrame) -> pd.DataFrame:
    return answers.assign(value=answers["value"] >= 4)


def employee_mood(facts: Facts) -> pd.DataFrame:
    """How did the week go, 1 to 5."""
    return _answers(facts, "mood")


def employee_mood_positive(facts: Facts) -> pd.DataFrame:
    """Answers of 4 and 5."""
    return _good(employee_mood(facts))


def employee_enablement(facts: Facts) -> pd.DataFrame:
    """Could you help customers well, 1 to 5."""
    return _answers(facts, "enablement")


def employee_enablement_positive(facts: Facts) -> pd.DataFrame:
    """Answers of 4 and 5."""
    return _good(employee_enablement(facts))


KPIS = {
    "employee_enablement": employee_enablement,
    "employee_enablement_positive": employee_enablement_positive,
    "employee_mood": employee_mood,
    "employee_mood_positive": employee_mood_positive,
}
