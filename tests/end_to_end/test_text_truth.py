"""What texts say, against what was planted in the words of the company that `make run` builds."""

import pandas as pd
import pytest

pytestmark = pytest.mark.slow

# Whoever has to do with an incident writes about it until some weeks after it began.
WEEKS_AFTER = pd.Timedelta(weeks=3)


@pytest.fixture(scope="module")
def read(default_company):
    """Comments of surveys with the label that the model gave, and the band of their words."""
    scores = default_company.warehouse("""
        select
            texts.language,
            texts.label as band_of_score,
            scores.label as said,
            scores.is_confident,
            answers.response_id
        from intermediate.int_texts__texts as texts
        inner join intermediate.int_texts__scores as scores using (text_key)
        inner join (
            select distinct touchpoint_key, response_id
            from intermediate.int_feedback__counted_answers
            where source_name = 'surveys'
        ) as answers
            on texts.touchpoint_key = answers.touchpoint_key
    """)
    truth = default_company.truth("responses")
    truth = truth[truth.text_band.notna()]
    truth = truth.assign(response_id="R_" + truth.response.astype(str).str.zfill(15))
    found = scores.merge(truth[["response_id", "text_band"]], on="response_id")
    assert len(found) > 1_000
    return found


def test_a_model_is_used_where_labels_are_enough_and_says_what_it_is_worth(default_company):
    quality = default_company.published("select * from marts.text_model_quality")
    used = quality[quality.is_used & (quality.language != "all")]

    assert {"sentiment", "reason"} <= set(used.task)
    assert (used.held_out_text_count >= 200).all()
    assert (used.macro_f1_lower_bound > used.majority_macro_f1 + 0.10).all()
    of_sentiment = used[used.task == "sentiment"]
    assert (of_sentiment.calibration_error <= 0.07).all()
    assert quality[~quality.is_used].unused_reason.notna().all()


def test_where_the_model_is_sure_it_reads_what_was_planted(read, capsys):
    sure = read[read.is_confident]
    is_right = sure.said == sure.text_band

    with capsys.disabled():
        print(f"\nsentiment: {len(sure)} of {len(read)} told, {is_right.mean():.3f} as planted")
    assert len(sure) > 300
    assert is_right.mean() >= 0.85


def test_words_that_emerge_are_those_of_what_happened(default_company, capsys):
    terms = default_company.published("select * from marts.emerging_terms")
    incidents = default_company.truth("incidents")
    weeks = pd.to_datetime(terms.week_start_date)
    found = {
        incident.incident: terms[
            (weeks + pd.Timedelta(days=7) > incident.started_at)
            & (weeks < incident.ended_at + WEEKS_AFTER)
        ]
        for incident in incidents.itertuples()
    }

    with capsys.disabled():
        print("\n" + ", ".join(f"{name}: {len(rows)} terms" for name, rows in found.items()))
    assert "backpack" in set(found["product_defect"].term)
    assert len(found["slow_sign_in"])
    of_none = terms[~terms.index.isin(pd.concat(found.values()).index)]
    assert of_none.term.tolist() == []


def test_contacts_that_nobody_tagged_are_told_as_they_were(default_company, capsys):
    """By the truth, both ways; a wrong one is what was said at the end, about how it went."""
    cell = ["channel_slug", "second"]
    cases = default_company.truth("cases")
    cases = cases.assign(
        channel_slug=cases.channel.replace("call", "phone"),
        second=cases.opened_at.dt.floor("s").astype("datetime64[us]"),
    ).drop_duplicates(cell, keep=False)
    reasons = default_company.warehouse("select * from intermediate.int_texts__reasons")
    opened = default_company.warehouse(
        "select case_key, opened_at from intermediate.int_cases__cases"
    )
    opened = opened.assign(second=opened.opened_at.dt.floor("s").astype("datetime64[us]"))
    untagged = (
        reasons[reasons.tagged_reason_slug.isna()]
        .merge(opened[["case_key", "second"]], on="case_key")
        .merge(cases[[*cell, "reason"]], on=cell)
    )

    inferred = untagged[untagged.is_inferred]
    is_right = inferred.contact_reason_slug == inferred.reason
    with capsys.disabled():
        print(f"\n{len(untagged)} untagged: {len(inferred)} told, {is_right.sum()} rightly")
    assert len(untagged) >= 100
    assert is_right.mean() > 0.8
    assert is_right.sum() / len(untagged) > 0.5
