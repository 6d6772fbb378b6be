import numpy as np
import pandas as pd
import pytest

from orchestration.sample_world.satisfaction import QUESTIONS, leaving_chance


def test_scores_are_spread_over_their_scale(big_world):
    responses = big_world.responses[big_world.responses["score"].notna()]
    nps = responses["score"][responses["metric"] == "nps"]

    promoters, detractors = (nps >= 9).mean(), (nps <= 6).mean()

    assert promoters > 0.15
    assert detractors > 0.1
    assert promoters + detractors < 0.8
    for program, question in QUESTIONS.items():
        scores = responses["score"][responses["program"] == program]
        assert scores.between(question.least, question.most).all()
        assert scores.std() > 0.5


@pytest.mark.parametrize(
    ("program", "driver"),
    [
        pytest.param("purchase_csat", "days_late", id="lateness moves purchase CSAT"),
        pytest.param("purchase_csat", "was_defective", id="defects move purchase CSAT"),
        pytest.param("support_ces", "extra_contacts", id="contacts move effort"),
        pytest.param("support_csat", "was_unsolved", id="no solution moves support CSAT"),
        pytest.param("relational_nps", "late_deliveries", id="lateness moves NPS"),
    ],
)
def test_a_regression_finds_the_planted_effect(big_world, program, driver):
    responses = big_world.responses.set_index("response")
    drivers = big_world.truth["response_drivers"].query("program == @program")
    features = drivers.pivot(index="response", columns="driver", values="value")
    scores = responses.loc[features.index, "score"].dropna()
    features = features.loc[scores.index]

    design = np.column_stack([np.ones(len(features)), features.to_numpy(dtype=float)])
    effects = np.linalg.lstsq(design, scores.to_numpy(), rcond=None)[0][1:]

    found = dict(zip(features.columns, effects, strict=True))[driver]
    planted = np.mean(QUESTIONS[program].effects[driver])
    # Rounding and the ends of the scale swallow a part.
    assert 0.5 < found / planted < 1.3


def test_bad_experiences_multiply_the_chance_to_leave(big_world):
    episodes = big_world.truth["episodes"]

    leaving = episodes.groupby("bad_experiences")["has_left"].agg(["mean", "count"])

    for bad_experiences in range(3):
        planted = leaving_chance(np.array([bad_experiences]))[0]
        share, count = leaving.loc[bad_experiences]
        assert abs(share - planted) < 4 * np.sqrt(planted / count)


def test_who_left_buys_no_more(big_world):
    episodes = big_world.truth["episodes"]
    left_at = episodes[episodes["has_left"]].set_index("person")["ended_at"]
    orders = big_world.orders[big_world.orders["person"].isin(left_at.index)]

    ordered_later = orders["placed_at"] > left_at.loc[orders["person"]].to_numpy()

    assert len(orders)
    assert not ordered_later.any()


def test_words_agree_with_scores(big_world):
    said = big_world.of_kind("review_posted")

    assert said["score"].corr(said["sentiment"]) > 0.8


def test_a_spreading_defect_shows_in_the_contacts_of_many_customers(big_world):
    incident = big_world.truth["incidents"].set_index("incident").loc["product_defect"]
    contacts = big_world.of_kind("bot_chat", "agent_chat", "call_inbound", "ticket_opened")
    contacts = contacts[contacts["reason"] == "defect"]
    during = contacts["at"].between(incident["started_at"], incident["ended_at"])

    days = (incident["ended_at"] - incident["started_at"]).days
    customers_per_day = contacts[during]["person"].nunique() / days
    usual = (~during).sum() / (big_world.days - days)

    assert customers_per_day > 3 * usual
    named = contacts[during]["product"].mode()[0]
    assert big_world.products["product_id"][named] == incident["product_id"]


def test_a_broken_checkout_shows_in_errors_and_rage(big_world):
    incident = big_world.truth["incidents"].set_index("incident").loc["broken_checkout"]
    friction = big_world.of_kind("error_shown", "rage_clicked")
    during = friction["at"].between(incident["started_at"], incident["ended_at"])

    assert during.sum() / 2 > 10 * (~during).sum() / (big_world.days - 2)


def test_queues_are_longer_while_something_goes_wrong(big_world):
    incident = big_world.truth["incidents"].set_index("incident").loc["product_defect"]
    calls = big_world.of_kind("call_inbound")
    calls = calls[calls["reason"].isin(["delivery", "defect", "payment"])]
    during = calls["at"].between(incident["started_at"], incident["ended_at"])

    assert calls["wait_seconds"][during].mean() > 1.5 * calls["wait_seconds"][~during].mean()


def test_nothing_but_the_planted_mistakes_is_sent_without_consent(big_world):
    sent = big_world.of_kind("email_sent").merge(big_world.persons, on="person", suffixes=("", "_"))
    mistakes = big_world.truth["sent_by_mistake"].assign(is_mistake=True)
    sent = sent.merge(mistakes, on=["person", "campaign"], how="left")

    assert sent["email_opt_in"].all()
    refused = sent["at"] >= sent["opted_out_at"].fillna(pd.Timestamp(big_world.end))
    assert refused.sum() > 5
    assert (refused == sent["is_mistake"].notna()).all()


def test_a_tenth_of_those_whom_a_promotion_is_for_is_held_out_and_brought_by_nothing(big_world):
    promotions = big_world.campaigns[big_world.campaigns["kind"] == "promo"]["campaign"]
    sent = big_world.of_kind("email_sent")
    sent = sent[sent["campaign"].isin(promotions) & (sent["at"] > pd.Timestamp("2026-01-27"))]
    is_held_out = sent["outcome"] == "held_out"

    assert 0.08 < is_held_out.mean() < 0.12
    orders = big_world.orders[big_world.orders["campaign"].isin(sent["campaign"])]
    assert orders.merge(sent[is_held_out], on=["person", "campaign"]).empty


def test_promotions_bring_orders(big_world):
    orders = big_world.orders[big_world.orders["campaign"] >= 0].merge(
        big_world.campaigns, on="campaign"
    )

    messages = big_world.of_kind("email_sent", "sms_sent", "push_sent")
    reactions = orders.merge(messages, on=["person", "campaign"])["outcome"]

    assert len(orders) > 100
    assert (orders["placed_at"] > orders["sent_at"]).all()
    assert set(orders["kind"]) == {"promo", "winback"}
    assert len(reactions) == len(orders)
    assert set(reactions) <= {"clicked", "opened", "replied", "unsubscribed", "opted_out"}


def test_opinions_are_thousands_and_hang_on_what_happened(big_world):
    answered = big_world.responses[big_world.responses["text"].notna()]
    late = big_world.truth["response_drivers"].query(
        "driver in ('days_late', 'late_deliveries') and value > 0"
    )

    assert answered["text"].nunique() > 0.85 * len(answered) > 1_000
    # A few words contradict their score.
    top = answered[(answered["metric"] == "csat") & (answered["score"] == 5)]
    assert 0.02 < (top["text_band"] == "negative").mean() < 0.09
    is_late = answered["response"].isin(late["response"])
    about_delivery = answered["aspect"] == "delivery"
    assert about_delivery[is_late].mean() > 2 * about_delivery[~is_late].mean()


def test_ratings_of_a_part_follow_what_happened_to_it(big_world):
    drivers = big_world.truth["response_drivers"].query("program == 'relational_nps'")
    drivers = drivers.pivot(index="response", columns="driver", values="value")
    scored = big_world.responses.set_index("response").loc[drivers.index]
    scored = scored[scored["score"].notna()]
    unsolved = drivers.loc[scored.index, "unsolved_problems"] > 0

    falls = scored.groupby(unsolved)[["rated_service", "rated_price"]].mean().diff().iloc[-1]

    assert falls["rated_service"] < -0.6
    assert abs(falls["rated_price"]) < 0.5
