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


def answers(odd_company, where: str) -> list[tuple]:
    """Score, why it is excluded or invalid, and whether it counts, of published answers."""
    rows = odd_company.published(
        "select response.score, response.excluded_reason, response.invalid_reason, "
        "response.is_counted from marts.fct_survey_responses as response "
        f"left join marts.fct_cases as cases using (case_key) where {where} "
        "order by cases.case_id, response.answered_at, response.response_key"
    )
    return [tuple(row) for row in rows.astype(object).where(rows.notna(), None).to_numpy()]


def test_the_rating_of_what_is_no_case_does_not_count(odd_company):
    reasons = ("test", "spam", "deleted", "merged", None)

    assert answers(
        odd_company,
        "cases.case_id between '930001' and '930005' and response.source_name = 'tickets'",
    ) == [(1, reason, None, reason is None) for reason in reasons]
    for place, reason in enumerate(reasons, start=1):
        rated = case(odd_company, f"93000{place}")
        assert (rated["excluded_reason"] or None) == reason or (
            reason is None and pd.isna(rated["excluded_reason"])
        )
        assert bool(touchpoints(odd_company, f"93000{place}")) == (reason is None)


def test_nor_does_what_a_survey_asks_about_it(odd_company):
    asked = odd_company.row(
        "select response.excluded_reason, response.is_counted "
        "from marts.fct_survey_responses as response "
        "inner join marts.fct_cases as cases using (case_key) "
        "where cases.case_id = '930002' and response.metric_slug = 'ces'"
    )
    assert (asked["excluded_reason"], asked["is_counted"]) == ("spam", False)


def test_the_rating_of_a_test_conversation_does_not_count(odd_company):
    assert case(odd_company, "953001")["excluded_reason"] == "test"
    assert answers(odd_company, "cases.case_id = '953001'") == [(5, "test", None, False)]


def test_the_note_of_a_merge_is_no_reply(odd_company):
    merged, kept = case(odd_company, "910001"), case(odd_company, "910002")

    # Only the audit of the merge says so: the ticket has no tag.
    assert merged["excluded_reason"] == "merged"
    assert pd.isna(kept["excluded_reason"])
    assert kept["agent_reply_count"] == 1
    assert kept["first_human_reply_at"] == pd.Timestamp("2026-03-02T13:00:00")


def test_an_ai_agent_under_an_admins_name_is_a_bot(odd_company):
    met = case(odd_company, "954001")

    assert met["is_bot_session"]
    assert met["agent_reply_count"] == 1
    assert met["first_human_reply_at"] == pd.Timestamp("2026-03-02T10:00:00")


def test_a_voicemail_reaches_nobody_and_closes_no_loop(odd_company):
    outcomes = [touchpoints(odd_company, f"f36-{number}") for number in (1, 2, 3)]
    assert outcomes == [
        [("call_outbound", "no_answer")],
        [("call_outbound", "no_answer")],
        [("call_outbound", "reached")],
    ]
    keys = [odd_company.customer_key("shop", str(6000000992000 + n)) for n in (1, 2, 3)]
    states = odd_company.published(
        "select customer_key, loop_state from marts.closed_loop "
        "where metric_slug = 'nps_relational'"
    )
    states = states.set_index("customer_key").loop_state
    assert [states[key] for key in keys] == ["missed", "missed", "closed"]


def test_the_agents_leg_of_a_callback_answers_nobody(odd_company):
    waited = case(odd_company, "f37-1")

    assert not waited["is_human_handled"]
    assert not waited["is_solved"]
    assert pd.isna(waited["first_human_reply_at"])
    assert not waited["is_abandoned"]


def test_a_caller_moved_by_the_flow_was_not_transferred(odd_company):
    moved = case(odd_company, "f38-1")

    assert moved["transfer_count"] == 0
    assert moved["is_human_handled"]


def test_a_call_under_two_ids_is_one_call(odd_company):
    rows = odd_company.published(
        "select case_id from marts.fct_cases where case_id in ('f38-3', 'f38-4')"
    )
    assert rows.case_id.tolist() == ["f38-3"]


def test_after_an_agents_note_the_customer_still_asks_first(odd_company):
    asked = case(odd_company, "911010")

    assert asked["started_by"] == "customer"
    assert asked["clock_started_at"] == pd.Timestamp("2026-03-02T11:00:00")
    assert asked["first_human_reply_at"] == pd.Timestamp("2026-03-02T12:00:00")
    assert touchpoints(odd_company, "911010") == [
        ("ticket_opened", None),
        ("ticket_agent_replied", None),
    ]


def test_a_word_that_no_list_knows_is_no_rating(odd_company):
    assert answers(odd_company, "cases.case_id between '931001' and '931003'") == [
        (None, None, "not_a_number", False),
        (1, None, None, True),
        (None, None, "not_a_number", False),
    ]


def test_half_a_star_is_not_rounded_into_a_band(odd_company):
    assert answers(odd_company, "cases.case_id = '955001'") == [
        (None, None, "not_a_whole_number", False)
    ]
    assert pd.isna(case(odd_company, "955001")["score"])


def test_a_conversation_whose_export_is_cut_has_no_clock(odd_company):
    cut = case(odd_company, "956001")

    assert pd.isna(cut["clock_started_at"])
    assert pd.isna(cut["first_human_reply_at"])


def test_a_reason_that_nobody_has_mapped_stops_no_run(odd_company):
    assert pd.isna(case(odd_company, "f39-1")["contact_reason_slug"])


def customer_answers(odd_company, shop_id: int) -> list[tuple]:
    key = odd_company.customer_key("shop", str(shop_id))
    return answers(odd_company, f"response.customer_key = '{key}'")


def test_a_form_that_was_sent_twice_is_one_answer(odd_company):
    assert customer_answers(odd_company, 6000000996001) == [
        (5, "duplicate", None, False),
        (5, None, None, True),
    ]
    key = odd_company.customer_key("shop", "6000000996001")
    sent = odd_company.published(
        "select 1 from marts.fct_touchpoints "
        f"where customer_key = '{key}' and touchpoint_type_slug = 'survey_answered'"
    )
    assert len(sent) == 1


def test_the_nps_of_who_broke_the_survey_off_does_not_count(odd_company):
    assert customer_answers(odd_company, 6000000996002) == [(2, "unfinished", None, False)]


def test_words_that_were_sent_twice_are_one_reply(odd_company):
    sent = case(odd_company, "957001")

    assert sent["customer_turn_count"] == 2
    assert sent["agent_reply_count"] == 1


def test_a_mailing_that_was_sent_again_is_one_invitation(odd_company):
    key = odd_company.customer_key("shop", "6000000997001")
    invited = odd_company.published(
        "select outcome_slug from marts.fct_touchpoints where "
        f"customer_key = '{key}' and touchpoint_type_slug = 'survey_invited' order by occurred_at"
    )

    assert invited.outcome_slug.tolist() == ["delivered", "reminded"]


def test_responses_of_another_time_zone_are_quarantined_with_both_zones(odd_company):
    ((reason,),) = odd_company.warehouse(
        "select reason from ledger.deliveries where reason_code = 'time_zone'"
    ).to_numpy()

    assert "America/Denver" in reason
    assert "UTC" in reason


def test_what_a_network_tells_twice_is_told_once(odd_company):
    key = odd_company.customer_key("social", "odd_reviewer")
    reviews = odd_company.published(
        f"select is_counted from marts.fct_survey_responses where customer_key = '{key}'"
    )
    assert reviews.is_counted.tolist() == [True]
    # And a post of a direction that no list knows is nobody's.
    assert touchpoints(odd_company, "th-9990") == [("social_messaged", None)]
    assert case(odd_company, "th-9990")["customer_turn_count"] == 1
