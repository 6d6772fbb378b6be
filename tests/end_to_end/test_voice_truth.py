"""NPS, CSAT and CES of the published scorecard, against what was answered.

Computed here once more from the delivered answers, on another path: pandas, the truth tables, and
nothing of the warehouse but which customer each respondent resolved to.
"""

import pandas as pd
import pytest

RATING_SOURCES = {"agent_chat": 4, "call_inbound": 4, "ticket_solved": 1}


@pytest.fixture(scope="module")
def counted_answers(company):
    """The latest valid answer of each customer, by month for NPS, else by subject."""
    customers = company.warehouse("""
        select responses.response_id, responses.is_finished, customer_profiles.customer_key
        from staging.stg_surveys__responses as responses
        left join intermediate.int_identity__profiles as profiles
            on
                profiles.source_name = 'surveys'
                and responses.source_profile_id = profiles.source_profile_id
        left join intermediate.int_identity__customer_profiles as customer_profiles
            on profiles.profile_key = customer_profiles.profile_key
        where not responses.is_test
    """)
    answers = company.truth("survey_answers")
    answers = answers[answers.excluded.isna() & answers.score.notna()].merge(
        customers, on="response_id", how="left", validate="many_to_one"
    )
    # Who broke the survey off has given no NPS.
    answers = answers[(answers.metric != "nps") | answers.is_finished]
    local = answers["at"].dt.tz_localize("UTC").dt.tz_convert("Europe/Warsaw")
    subject = answers["case"].fillna(answers["order"]).fillna(answers.response_id)
    answers["unit"] = subject.where(answers.metric != "nps", local.dt.strftime("%Y-%m"))
    # Nobody known is not one and the same.
    answers["customer_key"] = answers.customer_key.fillna(answers.response_id)
    latest = answers.sort_values(["at", "response_id"])
    return latest.drop_duplicates(["metric", "program", "customer_key", "unit"], keep="last")


@pytest.fixture(scope="module")
def scorecard(company):
    return company.published("""
        select * from marts.cx_scorecard where period_type = 'total' and dimension = 'total'
    """).set_index("metric_slug")


def test_nps_is_that_of_the_answers(counted_answers, scorecard):
    scores = counted_answers.loc[counted_answers.metric == "nps", "score"]

    nps = scorecard.loc["nps_relational"]
    assert len(scores) > 30
    assert nps.denominator == len(scores)
    assert nps.promoters == (scores >= 9).sum()
    assert nps.detractors == (scores <= 6).sum()
    expected = 100 * ((scores >= 9).mean() - (scores <= 6).mean())
    assert nps.value == pytest.approx(expected, abs=1e-9)


def test_csat_is_that_of_answers_and_ratings(company, counted_answers, scorecard):
    scores = counted_answers.loc[counted_answers.metric == "csat", "score"]
    ratings = company.truth("ratings")
    top = ratings.kind.map(RATING_SOURCES)
    ratings = ratings[top.notna()]

    csat = scorecard.loc["csat"]
    assert csat.denominator == len(scores) + len(ratings)
    assert csat.numerator == (scores >= 4).sum() + (ratings.score >= top[ratings.index]).sum()


def test_ces_is_that_of_the_answers_with_the_scale_turned(counted_answers, scorecard):
    scores = counted_answers.loc[counted_answers.metric == "ces", "score"]

    assert scorecard.loc["ces"].denominator == len(scores)
    assert scorecard.loc["ces"].numerator == (scores >= 5).sum()
    assert scorecard.loc["ces_mean"].value == pytest.approx(scores.mean(), abs=1e-9)


def invitations(responses: pd.DataFrame, window: pd.Timedelta) -> pd.DataFrame:
    """One row per invitation: what is sent again within the window is the same one.

    Unless both were answered.
    """
    mailings = responses.drop_duplicates("invitation").sort_values(["invited_at", "invitation"])
    mailings = mailings.assign(survey=mailings.program.str.split("_").str[0])
    kept: list[pd.Series] = []
    for _, sent in mailings.groupby(["person", "survey"]):
        first = None
        for _, mailing in sent.iterrows():
            answered_twice = first is not None and pd.notna(mailing["at"]) and pd.notna(first["at"])
            if first is None or answered_twice or mailing.invited_at > first.began_at + window:
                first = mailing.copy()
                first["began_at"] = mailing.invited_at
                kept.append(first)
                continue
            if pd.isna(first["at"]):
                first["at"], first["status"] = mailing["at"], mailing.status
            if not first.is_delivered and mailing.is_delivered:
                first["is_delivered"], first["invited_at"] = True, mailing.invited_at
    return pd.DataFrame(kept)


def test_response_rate_is_that_of_the_invitations(company, scorecard):
    responses = invitations(company.truth("responses"), pd.Timedelta(days=14))
    as_of = company.warehouse("select as_of from intermediate.int_company__settings").as_of[0]
    window = pd.Timedelta(days=14)
    delivered = responses[responses.is_delivered]
    mature = delivered[delivered.invited_at + window < as_of]
    # Days without an export: who answered then is not known.
    holes = company.published(
        "select day_date from marts.data_coverage "
        "where source_name = 'surveys' and coverage_state = 'hole'"
    ).day_date
    in_hole = pd.Series(False, index=mature.index)
    for hole in pd.to_datetime(holes):
        in_hole |= (mature.invited_at < hole + pd.Timedelta(days=1)) & (
            mature.invited_at + window >= hole
        )
    mature = mature[~in_hole]
    is_completed = (mature.status == "complete") & (mature["at"] <= mature.invited_at + window)

    rate = scorecard.loc["survey_response_rate"]
    assert rate.denominator == len(mature)
    assert rate.numerator == is_completed.sum()
    assert rate.n_immature == len(delivered) - len(mature) - in_hole.sum()
    assert rate.n_excluded == (~responses.is_delivered).sum() + in_hole.sum()
