with correlations as (
    select * from {{ ref('int_journeys__correlations') }}
    where comparison_slug = 'effort_agreement'
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'effort_agreement'
)

select
    {{ surrogate_key(['correlations.journey_slug', 'correlations.segment_slug']) }}
        as effort_agreement_key,
    correlations.journey_slug,
    correlations.segment_slug,
    correlations.journey_count,
    correlations.left_mean as mean_effort_score,
    correlations.outcome_mean as mean_ces_score,
    correlations.left_correlation as rank_correlation,
    correlations.left_ci_low as ci_low,
    correlations.left_ci_high as ci_high,
    correlations.journey_count >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from correlations
cross join mart_rules
