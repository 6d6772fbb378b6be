"""The published tables of odd inputs of tickets, chat, calls, surveys and social media."""

import pandas as pd


def case(odd_company, case_id: str) -> dict:
    """The published case."""
    return odd_company.row(f"select * from marts.fct_cases where case_id = '{case_id}'")


def touchpoints(odd_company, case_id: str) -> list[tuple[str, str | None]]:
    """Type and outcome of each published touchpoint of a case."""
    rows = odd_company.published(
        "select touchpoint_type_slug, outcome_slug "
        "from marts.fct_touchpoints inner join marts.fct_cases using (case_key) "
        f"where case_id = '{case_id}' order by occurred_at, touchpoint_type_slug"
    )
    return [tuple(row) for row in rows.astype(object).where(rows.notna(), None).to_numpy()]


def test_a_colleagues_own_ticket_starts_no_clock(odd_company):
    own = case(odd_company, "941001")

    assert own["started_by"] == "agent"
    assert pd.isna(own["clock_started_at"])


def test_business_time_skips_the_weekend_whose_sunday_has_23_hours(odd_company):
    asked = case(odd_company, "940101")

    assert asked["first_human_reply_at"] == pd.Timestamp("2026-03-30T07:00:00")
    assert asked["agent_reply_count"] == 1


def test_a_ticket_called_spam_weeks_later_is_spam(odd_company):
    assert case(odd_company, "940201")["excluded_reason"] == "spam"
    assert not touchpoints(odd_company, "940201")


def test_a_visitor_who_signs_up_during_a_conversation_keeps_it(odd_company):
    merged = case(odd_company, "952001")

    assert merged["started_by"] == "customer"
    assert merged["is_customer_known"]
    assert merged["clock_started_at"] == pd.Timestamp("2026-03-02T09:00:00")
    assert merged["wait_seconds"] == 600
