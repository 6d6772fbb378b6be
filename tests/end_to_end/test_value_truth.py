"""What is predicted of customers beside what is true; what a short history cannot tell."""

import pandas as pd
import pytest

SLUGS = {
    "expected_orders": ("order_reason", ["order_fifth", "expected_order_count"]),
    "expected_margin": ("margin_reason", ["value_fifth", "expected_margin_amount"]),
    "p_repurchase_30": ("repurchase_reason", ["p_repurchase_30"]),
    "p_contact_30": ("contact_reason", ["p_contact_30"]),
}


@pytest.fixture(scope="module")
def predictions(company):
    return company.published("select * from marts.customer_predictions")


@pytest.fixture(scope="module")
def unmet(company):
    """The checks of each prediction that are not met."""
    checks = company.published(
        "select prediction_slug, kind_slug, measure_slug from marts.prediction_quality "
        "where kind_slug in ('check', 'level_check') and not is_met"
    )
    return {
        slug: checks[checks.prediction_slug == slug].set_index("measure_slug").kind_slug
        for slug in SLUGS
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_what_may_not_be_believed_is_null_and_names_a_check_that_failed(predictions, unmet, slug):
    reason, figures = SLUGS[slug]
    failed = unmet[slug]

    assert len(predictions)
    if len(failed):
        assert predictions[figures[-1]].isna().all()
        assert set(predictions[reason]) <= set(failed.index) | {"no_purchase", "too_few_alike"}
    else:
        assert predictions[figures[-1]].notna().any()
    if (failed == "check").any():
        assert predictions[figures].isna().all(axis=None)
    # A figure or a reason, never both.
    assert (predictions[figures[-1]].isna() == predictions[reason].notna()).all()


def test_all_fifths_together_single_out_nobody(predictions):
    fifths = ["value_fifth", "order_fifth", "risk_fifth", "p_repurchase_30", "p_contact_30"]
    told = predictions[predictions[fifths].notna().any(axis=1)]

    sizes = told.groupby(fifths, dropna=False).size()

    assert sizes.empty or sizes.min() >= 5


def test_who_is_expected_to_buy_more_has_the_faster_pace(company, predictions):
    """Where the history is long enough to tell; else there is no fifth at all."""
    told = predictions.dropna(subset="order_fifth")
    profiles = company.warehouse("""
        select profiles.source_name, profiles.source_profile_id, customer_profiles.customer_key
        from intermediate.int_identity__customer_profiles as customer_profiles
        inner join intermediate.int_identity__profiles as profiles
            on customer_profiles.profile_key = profiles.profile_key
    """)
    people = profiles.merge(company.truth("profiles").drop_duplicates())
    person = people.groupby("customer_key").person.agg(lambda persons: persons.mode().iloc[0])
    values = company.truth("customer_values").set_index("person")
    pace = told.customer_key.map(person).map(values.pace)

    if told.empty:
        assert set(predictions.order_reason) - {"too_few_alike", "no_purchase"}
    else:
        by_fifth = pace.groupby(told.order_fifth).agg(["mean", "sem"])
        least, most = by_fifth.iloc[0], by_fifth.iloc[-1]
        assert most["mean"] - least["mean"] > 3 * (most["sem"] ** 2 + least["sem"] ** 2) ** 0.5
        assert pd.Series(pace).corr(told.order_fifth, method="spearman") > 0.1
