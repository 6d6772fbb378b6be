"""What was planted by experiments lies within their intervals, and nothing is found in nothing."""

import pytest


def test_a_small_company_is_told_what_its_size_allows(company, capsys):
    assert_truth_is_held(company, capsys)


@pytest.mark.slow
def test_the_default_company_finds_twelve_points_and_not_zero(default_company, capsys):
    readouts = assert_truth_is_held(default_company, capsys)

    verdicts = readouts.set_index("effect").verdict
    assert verdicts.to_dict() == {0.12: "more", 0.0: "cannot_tell"}
    # Nothing was planted in what is said to have been improved.
    improved = default_company.published(
        "select verdict from marts.action_outcomes where method_slug = 'before_after'"
    )
    assert set(improved.verdict) <= {"cannot_tell", "too_few"}


def assert_truth_is_held(company, capsys):
    experiments = company.truth("experiments")
    arms = company.truth("experiment_arms").groupby("campaign").is_held_out
    arms = arms.agg(held_out="sum", treated=lambda is_held_out: (~is_held_out).sum())
    readouts = experiments.merge(
        company.published(
            "select * from marts.action_outcomes "
            "where segment_slug = 'all' and metric_slug = 'buys' and method_slug = 'randomised'"
        ),
        left_on="campaign_id",
        right_on="subject",
    ).merge(arms, left_on="campaign", right_index=True)

    with capsys.disabled():
        columns = ["effect", "treated_count", "held_out_count", "difference", "ci_low", "ci_high"]
        columns += ["sequential_ci_low", "sequential_ci_high", "adjusted_difference"]
        columns += ["minimum_detectable_difference", "sample_ratio_p", "verdict"]
        print(f"\n{readouts[columns].round(4).to_string()}")

    assert len(readouts) == len(experiments) > 0
    for readout in readouts.itertuples():
        assert readout.ci_low <= readout.effect <= readout.ci_high
        assert readout.sequential_ci_low <= readout.effect <= readout.sequential_ci_high
        if readout.effect == 0:
            assert readout.verdict not in ("more", "fewer")
            # What could not be seen is said beside it.
            assert readout.minimum_detectable_difference > 0
        assert readout.verdict != "void"
    # Of all together: of the few who are held out, some share an address with who was not.
    assert readouts.held_out_count.sum() >= 0.9 * readouts.held_out.sum()
    assert readouts.treated_count.sum() >= 0.9 * readouts.treated.sum()
    found = readouts[readouts.effect > readouts.minimum_detectable_difference]
    assert set(found.verdict) <= {"more"}
    return readouts
