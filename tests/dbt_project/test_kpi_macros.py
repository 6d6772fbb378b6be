"""The golden values of the intervals, each computed once by hand, and all in one dbt run."""

import json

import pytest


def wilson(proportion, n):
    bounds = (f"{{{{ wilson_bound('{side}', '{proportion}', '{n}') }}}}" for side in "-+")
    return f"to_json([100 * {next(bounds)}, 100 * {next(bounds)}])"


def nps(promoters, detractors, n):
    arguments = f"'{promoters}', '{detractors}', '{n}'"
    columns = [f"{{{{ nps_standard_error({arguments}) }}}}"]
    columns += [f"{{{{ nps_bound('{side}', {arguments}) }}}}" for side in "-+"]
    return f"to_json([{', '.join(columns)}])"


def ranks(n):
    return f"to_json([{{{{ median_rank('-', '{n}') }}}}, {{{{ median_rank('+', '{n}') }}}}])"


def mean(value, margin, *ends):
    arguments = ", ".join(f"'{number}'" for number in (value, margin, *ends))
    bounds = [f"{{{{ mean_bound('{side}', {arguments}) }}}}" for side in "-+"]
    return f"to_json([{', '.join(bounds)}])"


def test_intervals_have_their_golden_values(evaluate):
    """Customers with 3/3, 0/3, 1/1 and 0/1 stand for 2.4 units, not for 8."""
    shown = evaluate(
        wilson_of_7_in_10=wilson("0.7", "10"),
        wilson_of_63_in_90=wilson("0.7", "90"),
        wilson_of_none=wilson("0.0", "10"),
        clustered="to_json([{{ design_effect('0.5', '8.0', '4', '20', '10', '10') }}])",
        wilson_clustered=wilson("0.5", "(8.0 / (10.0 / 3))"),
        independent="to_json([{{ design_effect('0.5', '8.0', '8', '8', '4', '4') }}])",
        one_person="to_json([{{ design_effect('0.5', '8.0', '1', '64', '32', '16') }}])",
        nps_of_10_10_10_0=nps(3, 1, 4),
        nps_of_nine_9s_and_a_0=nps(9, 1, 10),
        nps_of_ten_answers=nps(4, 3, 10),
        nps_of_passives=nps(0, 0, 4),
        nps_of_promoters=nps(1000, 0, 1000),
        ranks_of_5=ranks(5),
        ranks_of_20=ranks(20),
        ranks_of_100=ranks(100),
        mean_of_2_and_0="to_json([{{ mean_standard_error('2', '4', '2.0') }}])",
        mean_of_one="to_json([{{ mean_standard_error('2', '4', '1.0') }}])",
        mean_on_its_scale=mean("5.0", "1.0", "1", "7"),
        mean_without_ends=mean("1.0", "3.0", "cast(null as double)"),
        mean_of_a_count=mean("2.0", "3.0", "0"),
        mean_of_a_share=mean("0.5", "1.0", "0", "1"),
        mean_of_points=mean("6.0", "2.0", "1", "7"),
        mean_of_best_answers=mean("7.0", "0.000000000000001", "1", "7"),
        mean_of_one_success=mean("1.0", "0.43", "0", "1"),
        mean_of_no_success=mean("0.0", "0.43", "0", "1"),
        mean_of_no_count=mean("0.0", "0.5", "0"),
        mean_of_a_single_one=mean("2.0", "cast(null as double)", "0"),
        t_of_31="to_json([{{ t_quantile_of_many('31') }}])",
        t_of_1000="to_json([{{ t_quantile_of_many('1000') }}])",
    )
    values = {name: json.loads(text) for name, text in shown.items()}

    golden = {
        "wilson_of_7_in_10": [39.7, 89.2],
        "wilson_of_63_in_90": [59.9, 78.5],
        "wilson_of_none": [0, 27.8],
        "clustered": [3.33],
        "wilson_clustered": [10.8, 89.2],
        "independent": [1],
        "one_person": [1],
        "mean_of_2_and_0": [1],
        "mean_of_one": [None],
        "nps_of_10_10_10_0": [43.30, -33.59, 90.73],
        "nps_of_nine_9s_and_a_0": [18.97, 22.87, 100],
        "nps_of_ten_answers": [26.27, -36.06, 51.45],
        "nps_of_passives": [0, -34.29, 34.29],
        "nps_of_promoters": [0, 99.29, 100],
        "mean_on_its_scale": [4, 6],
        "mean_without_ends": [-2, 4],
        # 2 times e to the power of less and plus 3/2.
        "mean_of_a_count": [0.45, 8.96],
        # Odds of 1 times e to the power of less and plus 1 / (0.5 * 0.5).
        "mean_of_a_share": [0.02, 0.98],
        # Odds of 5 times e to the power of less and plus 2 * 6 / (5 * 1).
        "mean_of_points": [2.87, 6.89],
        "mean_of_best_answers": [7, 7],
        "mean_of_one_success": [0.57, 1],
        "mean_of_no_success": [0, 0.43],
        "mean_of_no_count": [0, 0.5],
        "mean_of_a_single_one": [None, None],
        "ranks_of_5": [None, None],
        "ranks_of_20": [5, 16],
        "ranks_of_100": [40, 61],
    }
    # Rounded as they are written: to one decimal for shares, two for scores.
    for name, expected in golden.items():
        same = expected if None in expected else pytest.approx(expected, abs=0.06)
        assert values[name] == same, name
    assert values["t_of_31"] == pytest.approx([2.0395134464], rel=1e-7)
    assert values["t_of_1000"] == pytest.approx([1.9623390808], rel=1e-9)


def test_a_scorecard_that_contradicts_itself_is_caught(evaluate):
    def breaches(**changes):
        row = {
            "metric_slug": "'csat'",
            "period_type": "'total'",
            "period_start_date": "null",
            "dimension": "'total'",
            "member": "'all'",
            "kind": "'rate'",
            "numerator": 7,
            "denominator": 10,
            "value": 0.7,
            "ci_low": 0.397,
            "ci_high": 0.892,
            "promoters": "null",
            "passives": "null",
            "detractors": "null",
        } | changes
        columns = ", ".join(f"{value} as {name}" for name, value in row.items())
        test = f'{{{{ test_numerator_within_denominator("(select {columns})") }}}}'
        return f"(select count(*) from ({test}))"

    values = evaluate(
        sound=breaches(),
        numerator_too_large=breaches(numerator=11),
        value_outside_its_interval=breaches(value=0.9),
        a_lost_bucket=breaches(kind="'nps'", promoters=5, passives=2, detractors=2),
        all_buckets=breaches(kind="'nps'", promoters=5, passives=2, detractors=3),
        something_of_nothing=breaches(kind="'mean'", denominator=0),
    )

    assert values == {
        "sound": 0,
        "numerator_too_large": 1,
        "value_outside_its_interval": 1,
        "a_lost_bucket": 1,
        "all_buckets": 0,
        "something_of_nothing": 1,
    }
