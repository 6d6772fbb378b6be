with correlations as (
    select * from {{ ref('int_journeys__correlations') }}
    where comparison_slug = 'effort_agreement'
),

kpis as (
    select * from {{ ref('kpis') }}
    where metric_slug = 'journey_effort'
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
    correlations.journey_count >= kpis.minimum_n as is_min_n
from correlations
cross join kpis
