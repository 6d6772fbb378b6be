"""A published column that holds nothing, or the same in each row, is filled or gone."""

import pytest

# Column or `table.column`, and why nothing else is in it in the shared company; an empty reason is
# the one above.
EMPTY_OR_CONSTANT = {
    "definition_version": "the first version of each definition in the table",
    "rule_version": "the first version of each rule",
    "fct_touchpoints.is_contradiction": "",
    "text_model_quality.model_version": "one version",
    "text_model_quality.learnt_at": "",
    "text_model_quality.unused_reason": "too few labels in 90 days for any model",
    "text_model_quality.learnt_text_count": "",
    "text_model_quality.class_count": "",
    "text_model_quality.majority_macro_f1": "",
    "text_model_quality.macro_f1": "",
    "text_model_quality.macro_f1_lower_bound": "",
    "text_model_quality.balanced_accuracy": "",
    "text_model_quality.balanced_accuracy_ci_low": "",
    "text_model_quality.balanced_accuracy_ci_high": "",
    "text_model_quality.negative_auc": "",
    "text_model_quality.negative_auc_lower_bound": "",
    "text_model_quality.calibration_error": "",
    "text_model_quality.confidence_threshold": "",
    "text_model_quality.confident_text_count": "",
    "text_model_quality.confident_right_count": "",
    "text_model_quality.confident_share": "",
    "text_model_quality.accuracy_when_confident": "",
    "text_model_quality.is_used": "",
    "customer_health.sentiment_trend": "of no customer are six texts scored in 90 days",
    "customer_health.sentiment_trend_ci_low": "",
    "customer_health.sentiment_trend_ci_high": "",
    "advocacy.favourable_mention_rate": "no mention comes with a score, and no model reads it",
    "advocacy.favourable_mention_ci_low": "",
    "advocacy.favourable_mention_ci_high": "",
    "churn.value": "90 days are too short for a verdict; so the columns below",
    "churn.ci_low": "",
    "churn.ci_high": "",
    "churn.known_return_count": "",
    "churn.at_risk_factor": "",
    "churn.churn_factor": "",
    "customer_health.expected_gap_days": "",
    "customer_health.is_silent": "",
    "customer_health.at_risk_at": "",
    "customer_health.churns_at": "",
    "defection_hazards.hazard_ratio": "in 90 days no control closed the account",
    "defection_hazards.ci_low": "",
    "defection_hazards.ci_high": "",
    "repurchase.value": "the first order of nobody is provably the first so early",
    "repurchase.ci_low": "",
    "repurchase.ci_high": "",
    "channel_consistency.is_min_n": "few contacts of one reason in one channel; so the others",
    "channel_consistency.is_compared": "",
    "channel_consistency.compared_channel_count": "",
    "channel_consistency.pooled_value": "",
    "channel_consistency.difference_from_pooled": "",
    "channel_consistency.tau": "",
    "channel_consistency.tau_ci_low": "",
    "channel_consistency.tau_ci_high": "",
    "frontline_scorecard.ces_rate": "in no month do five customers of a team answer",
    "frontline_scorecard.ces_5_rate": "no survey asks it",
    "frontline_scorecard.ces_5_unit_count": "",
    "loyalty.is_min_n": "few referrals in a week",
    "service_performance.is_min_n": "few contacts in a cell",
    "contact_pressure.mail_count": "no source of letters",
    "customer_consents.purpose_slug": "every source asks about marketing alone",
    "contact_topics.model_text_count": "agents tag every contact, and the model names no other",
    "contact_topics.is_complete_period": "every period shown is over",
    "customer_history.is_current": "history begins with the first run",
    "customer_history.valid_from": "",
    "customer_history.valid_to": "",
    "data_coverage.known_until": "no source fell silent",
    "data_freshness.unlanded_since": "nothing is left in landing",
    "data_reconciliation.difference": "nothing is lost or doubled",
    "fct_cases.excluded_reason": "a small company has no spam and no merged ticket",
    "fct_cases.reopened_count": "nor a reopened one",
    "fct_cases.first_reopened_at": "",
    "fct_cases.is_callback_accepted": "nor a callback that somebody took",
    "fct_cases.is_satisfaction_worsened": "nor a rating that changed for the worse",
    "fct_journeys.peak_end_score": "needs three scored moments in a journey",
    "fct_survey_responses.invalid_reason": "the sample has no answer outside its scale",
    "fct_survey_responses.is_valid": "",
    "survey_items.is_valid": "",
    "survey_items.source_name": "one source of surveys",
    "fct_action_decisions.is_current": "the first run begins the history",
    "fct_action_decisions.valid_from": "",
    "fct_action_decisions.valid_to": "",
    "audiences.decided_date": "all is decided for one day",
    "next_best_actions.decided_date": "",
    "next_best_actions.treated_count": "the first run begins the arms",
    "next_best_actions.treated_success_count": "",
    "next_best_actions.held_out_count": "",
    "next_best_actions.held_out_success_count": "",
    "early_warnings.earlier_listed_count": "no list was over when the next one of its rule began",
    "early_warnings.earlier_listed_asked_count": "",
    "early_warnings.earlier_listed_asked_share": "",
    "early_warnings.earlier_compared_count": "",
    "early_warnings.earlier_compared_asked_count": "",
    "early_warnings.earlier_compared_asked_share": "",
    "experience_drivers.mean_value": "too few answers met a driver; so the columns below",
    "experience_drivers.effect": "",
    "experience_drivers.effect_ci_low": "",
    "experience_drivers.effect_ci_high": "",
    "experience_drivers.mean_points": "",
    "experience_drivers.mean_points_ci_low": "",
    "experience_drivers.mean_points_ci_high": "",
    "experience_drivers.importance_share": "",
    "experience_drivers.importance_share_ci_low": "",
    "experience_drivers.importance_share_ci_high": "",
    "experience_drivers.r_squared": "",
    "experience_drivers.derived_rank": "",
    "experience_drivers.is_distinct": "",
    "experience_drivers.finding_slug": "",
    "experience_drivers.is_as_expected": "",
    "experience_drivers.quadrant_slug": "",
    "experience_drivers.horizon_days": "",
    "experience_drivers.money_at_stake_amount": "",
    "experience_drivers.money_at_stake_ci_low": "",
    "experience_drivers.money_at_stake_ci_high": "",
    "experience_drivers.is_money_proven": "",
    "experience_drivers.is_min_n": "",
    "fct_refunds.has_order": "all of few returns name their order",
    "fct_refunds.is_booked": "",
    "feedback.ces_5_score": "no survey asks on five points",
    "feedback.ces_5_band": "",
    "listening_coverage.is_mature": "every month shown is over",
    "lifecycle_moves.is_complete_period": "",
    "session_funnel.is_complete_period": "",
    "value_of_experience.mean_score": "90 days cover no horizon of 60 before and after",
    "value_of_experience.margin_before_amount": "",
    "value_of_experience.margin_after_amount": "",
    "value_of_experience.difference_amount": "",
    "value_of_experience.ci_low": "",
    "value_of_experience.ci_high": "",
    "value_of_experience.customer_count": "",
    "value_of_experience.reference_customer_count": "",
    "value_of_experience.margin_unknown_count": "",
    "value_of_experience.is_min_n": "",
    "customer_predictions.horizon_days": "90 days can check no prediction",
    "customer_predictions.value_fifth": "",
    "customer_predictions.order_fifth": "",
    "customer_predictions.risk_fifth": "",
    "customer_predictions.expected_order_count": "",
    "customer_predictions.order_error_share": "",
    "customer_predictions.expected_margin_amount": "",
    "customer_predictions.margin_error_share": "",
    "customer_predictions.p_repurchase_30": "",
    "customer_predictions.p_contact_30": "",
    "customer_predictions.order_reason": "",
    "customer_predictions.margin_reason": "",
    "customer_predictions.repurchase_reason": "",
    "customer_predictions.contact_reason": "",
    "prediction_quality.fifth": "",
    "model_version": "one model",
    "service_experience.is_mature": "no unit of it waits for anything",
    "service_experience.n_immature": "",
    "service_experience.n_unknown": "sessions and orders count with and without a customer",
}


@pytest.fixture(scope="module")
def poor_columns(company):
    """Columns of tables with rows: all null, or one single value in 30 rows and more."""
    columns = company.published(
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'marts' order by table_name, column_index"
    )
    poor = []
    for table, names in columns.groupby("table_name").column_name:
        counts = ", ".join(
            f'count("{name}"), min("{name}") is not distinct from max("{name}")' for name in names
        )
        rows, *facts = company.published(f"select count(*), {counts} from marts.{table}").iloc[0]
        for name, known, is_constant in zip(names, facts[::2], facts[1::2], strict=True):
            if rows and (known == 0 or (rows >= 30 and known == rows and is_constant)):
                poor.append(f"{table}.{name}")
    return poor


def test_every_published_column_tells_something(poor_columns):
    unexplained = [
        name
        for name in poor_columns
        if name not in EMPTY_OR_CONSTANT and name.split(".")[1] not in EMPTY_OR_CONSTANT
    ]
    assert not unexplained


def test_no_reason_is_given_in_vain(poor_columns):
    columns = {name.split(".")[1] for name in poor_columns} | set(poor_columns)
    assert sorted(EMPTY_OR_CONSTANT.keys() - columns) == []


# What people write is longer than a slug or a name. Columns with longer texts, and whose words
# they are; everything that a customer wrote stays private, unless it is redacted.
LONGEST_NAME = 40
LONG_TEXTS = {
    "campaign_response.stage_name": "seed",
    "cx_scorecard.metric_name": "seed",
    "customer_preferences.used_channels": "slugs",
    "data_dictionary.column_description": "the models' own",
    "data_dictionary.table_description": "the models' own",
    "data_dictionary.joins_to": "names of columns",
    "data_freshness.source_description": "seed",
    "data_reconciliation.step_name": "the model's own",
    "dim_kpis.metric_name": "seed",
    "dim_kpis.definition": "seed",
    "dim_kpis.dimensions": "slugs",
    "dim_slugs.slug_name": "seed",
    "journey_variants.variant": "slugs",
    "research_references.statement": "seed",
    "research_references.published_in": "seed",
}


def test_no_public_column_holds_what_people_write(company):
    columns = company.published(
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'marts' and data_type = 'VARCHAR' order by all"
    )
    long_texts = {
        f"{table}.{name}"
        for table, name in columns.itertuples(index=False)
        if company.published(f'select max(length("{name}")) > {LONGEST_NAME} from marts.{table}')
        .fillna(False)
        .iloc[0, 0]
    }

    assert len(columns) > 400
    assert long_texts == LONG_TEXTS.keys()
