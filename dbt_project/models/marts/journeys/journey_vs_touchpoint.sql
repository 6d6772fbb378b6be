with correlations as (
    select * from {{ ref('int_journeys__correlations') }}
    where comparison_slug = 'journey_vs_touchpoint'
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'journey_vs_touchpoint'
)

select
    {{ surrogate_key([
        'correlations.journey_slug', 'correlations.segment_slug', 'correlations.outcome_slug'
    ]) }} as journey_vs_touchpoint_key,
    correlations.journey_slug,
    correlations.segment_slug,
    correlations.outcome_slug,
    correlations.journey_count,
    correlations.left_mean as mean_journey_score,
    correlations.right_mean as mean_touchpoint_score,
    correlations.outcome_mean as outcome_share,
    correlations.left_correlation as journey_correlation,
    correlations.left_ci_low as journey_ci_low,
    correlations.left_ci_high as journey_ci_high,
    correlations.right_correlation as touchpoint_correlation,
    correlations.right_ci_low as touchpoint_ci_low,
    correlations.right_ci_high as touchpoint_ci_high,
    correlations.difference_correlation as difference,
    correlations.difference_ci_low,
    correlations.difference_ci_high,
    correlations.journey_count >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from correlations
cross join mart_rules
