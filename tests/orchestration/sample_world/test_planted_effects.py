import numpy as np
import pandas as pd
import pytest

from orchestration.sample_world import texts
from orchestration.sample_world.company import EXPERIMENTS, make_company
from orchestration.sample_world.satisfaction import QUESTIONS, WAIT_EFFECTS, leaving_chance
from orchestration.sample_world.simulation import simulate


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

    # Words are of the band that companies put the stars into: four and five read alike.
    band = pd.Series(texts.band_of_score(said["score"].to_numpy(), 5), index=said.index)
    assert said["sentiment"].corr(band) > 0.95


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
    assert set(orders["kind"]) == {"promo", "winback", "voucher"}
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


def fitted(features, outcome):
    """Coefficient and standard error of each column of a linear regression, the level left out."""
    design = np.column_stack([np.ones(len(features)), features.to_numpy(dtype=float)])
    effects, *_ = np.linalg.lstsq(design, outcome, rcond=None)
    rest = outcome - design @ effects
    variance = rest @ rest / (len(rest) - len(effects)) * np.linalg.inv(design.T @ design)
    errors = np.sqrt(np.diag(variance))
    return pd.DataFrame({"effect": effects[1:], "error": errors[1:]}, index=features.columns)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.kind)
def test_an_experiment_brings_what_was_planted(big_world, experiment):
    tried = big_world.truth["experiments"].set_index("campaign_kind").loc[experiment.kind]
    arms = big_world.truth["experiment_arms"].query("campaign == @tried.campaign")

    bought = arms.groupby("is_held_out")["has_bought"].agg(["mean", "count"])
    lift = bought.loc[False, "mean"] - bought.loc[True, "mean"]
    error = np.sqrt((bought["mean"] * (1 - bought["mean"]) / bought["count"]).sum())

    assert tried["effect"] == experiment.effect
    assert abs(lift - experiment.effect) < 3 * error < 0.04
    assert arms["is_held_out"].mean() == pytest.approx(tried["held_out_share"], abs=0.03)


def test_the_arms_of_an_experiment_are_those_that_its_tool_exports(big_world):
    arms = big_world.truth["experiment_arms"]
    sent = big_world.of_kind("email_sent")

    pairs = arms.merge(sent, on=["person", "campaign"])

    assert len(pairs) == len(arms) > 1_000
    assert ((pairs["outcome"] == "held_out") == pairs["is_held_out"]).all()
    assert (pairs["at"] == pairs["assigned_at"]).all()


def test_whom_one_campaign_holds_out_says_nothing_of_another():
    company = make_company(366, seed=1)
    persons = np.arange(20_000)
    held_out = {
        campaign: company.is_held_out(campaign, persons)
        for campaign in np.flatnonzero(company.held_out_tenths)
    }

    for one, of_one in held_out.items():
        assert of_one.mean() == pytest.approx(company.held_out_tenths[one] / 10, abs=0.01)
        for other, of_other in held_out.items():
            if one < other:
                assert abs(np.corrcoef(of_one, of_other)[0, 1]) < 0.04


@pytest.fixture(scope="module")
def year():
    """More problems than half a year brings."""
    return simulate(range(20_000), days=366, seed=5)


@pytest.fixture(scope="module")
def judged_journeys(year):
    """What people say of the whole way to a solution, with what happened on it."""
    drivers = year.truth["response_drivers"].query("program == 'journey_csat'")
    drivers = drivers.pivot(index="response", columns="driver", values="value")
    responses = year.responses.set_index("response").loc[drivers.index]
    judged = responses[["journey", "case", "score", "invited_at"]].join(drivers)
    return judged[judged["case"] >= 0]


def test_peak_and_end_are_remembered_and_the_mean_is_not(judged_journeys):
    scored = judged_journeys[judged_journeys["score"].notna()]
    features = scored[["contacts", "was_unsolved", "peak_end", "mean_moment"]]

    found = fitted(features, scored["score"].to_numpy())

    planted = {name: np.mean(QUESTIONS["journey_csat"].effects[name]) for name in features}
    effect, error = found.loc["peak_end"]
    assert planted["peak_end"] > 0 == planted["mean_moment"]
    # Rounding and the ends of the scale swallow a part.
    assert 0.4 * planted["peak_end"] - 2 * error < effect < planted["peak_end"] + 2 * error
    assert effect > 2 * error
    assert abs(found.loc["mean_moment", "effect"]) < 3 * found.loc["mean_moment", "error"]
    # Alone the mean seems to matter: it goes along with the peak and the end.
    alone = fitted(scored[["mean_moment"]], scored["score"].to_numpy())
    assert alone.loc["mean_moment", "effect"] > 3 * alone.loc["mean_moment", "error"]


def feelings_of(year, judged_journeys):
    """What each moment of these journeys showed: its rating, else its words; surveys come last."""
    moments = year.moments[year.moments["journey"].isin(judged_journeys["journey"])]
    least = np.where(moments["scale"] == 5, 1, 0)
    rated = 2 * (moments["score"] - least) / (moments["scale"] - least) - 1
    shown = moments.assign(feeling=rated.fillna(moments["sentiment"]))
    answers = year.responses.query("program == 'support_csat' and status != 'test'")
    answers = answers[answers["score"].notna()].merge(
        judged_journeys[["journey", "invited_at"]], on="journey", suffixes=("", "_whole")
    )
    answers = answers[answers["at"] < answers["invited_at_whole"]]
    answers = answers.assign(feeling=(answers["score"] - 3) / 2)
    both = pd.concat([shown[shown["feeling"].notna()], answers])
    return both[["journey", "feeling"]]


def test_peak_and_end_are_those_of_what_was_shown_on_the_way(year, judged_journeys):
    shown = feelings_of(year, judged_journeys)

    def remembered(feelings):
        # The greatest counts; of two alike the bad one.
        peak = max(feelings, key=lambda feeling: (abs(feeling), -feeling))
        return (peak + feelings.iloc[-1]) / 2

    felt = shown.groupby("journey")["feeling"].agg(peak_end=remembered, mean_moment="mean")
    both = judged_journeys.merge(felt, on="journey", suffixes=("", "_seen"))

    assert len(both) > 200
    for name in ("peak_end", "mean_moment"):
        assert np.allclose(both[name], both[f"{name}_seen"], atol=1e-9), name


def test_who_remembers_a_journey_well_wants_to_buy_sooner(year):
    episodes = year.truth["episodes"]
    values = year.truth["customer_values"].set_index("person")
    wait_factors = 1 + 0.25 * episodes["bad_experiences"].clip(upper=3)
    waits = np.log(episodes["wait_days"] / wait_factors)
    features = episodes[["remembered_journey", "mean_moment", "has_bought"]].assign(
        pace=np.log(values.loc[episodes["person"], "pace"].to_numpy())
    )

    found = fitted(features, waits.to_numpy())

    for driver, planted in WAIT_EFFECTS.items():
        effect, error = found.loc[driver]
        assert abs(effect - planted) < 3 * error
    effect, error = found.loc["remembered_journey"]
    assert effect + 5 * error < 0
    assert error < 0.08


def test_some_buy_often_and_some_dearly_and_neither_tells_of_the_other(year):
    values = year.truth["customer_values"].set_index("person")
    euro = year.orders["currency"].map({"EUR": 1.0, "PLN": 4.25, "GBP": 0.86})
    of_person = (year.orders["total"] / euro).groupby(year.orders["person"]).agg(["size", "mean"])
    bought = values.join(of_person)

    orders = bought["size"].fillna(0).groupby(pd.qcut(bought["pace"], 4, labels=False)).mean()
    baskets = bought["mean"].groupby(pd.qcut(bought["purse"], 4, labels=False)).mean()

    assert orders[3] > 1.5 * orders[0]
    assert baskets[3] > 1.3 * baskets[0]
    assert abs(bought["pace"].corr(bought["purse"])) < 0.03
    assert abs(bought["size"].corr(bought["mean"])) < 0.1
