-- Two ways of counting the same units: a metric must not tell another number than the scorecard.
with daily_kpis as (
    select
        metric_slug,
        sum(denominator) as denominator,
        sum(promoters) as promoters,
        sum(detractors) as detractors,
        cast(sum(numerator) as double) as numerator,
        sum(n_immature) as n_immature,
        sum(n_unknown) as n_unknown,
        sum(n_excluded) as n_excluded
    from {{ ref('agg_kpis_daily') }}
    group by metric_slug
),

scorecard as (
    select * from {{ ref('cx_scorecard') }}
    where
        dimension = 'total'
        and period_type = 'total'
        and kind in ('rate', 'nps', 'mean')
        -- What no source shows has no unit on any day.
        and status is distinct from 'no_source'
)

select
    coalesce(daily_kpis.metric_slug, scorecard.metric_slug) as metric_slug,
    daily_kpis.numerator as daily_numerator,
    scorecard.numerator,
    daily_kpis.denominator as daily_denominator,
    scorecard.denominator
from daily_kpis
full outer join scorecard
    on daily_kpis.metric_slug = scorecard.metric_slug
where
    daily_kpis.denominator is distinct from scorecard.denominator
    or daily_kpis.promoters is distinct from coalesce(scorecard.promoters, 0)
    or daily_kpis.detractors is distinct from coalesce(scorecard.detractors, 0)
    or daily_kpis.numerator
    is distinct from coalesce(scorecard.numerator, scorecard.promoters - scorecard.detractors)
    or daily_kpis.n_immature is distinct from scorecard.n_immature
    or daily_kpis.n_unknown is distinct from scorecard.n_unknown
    or daily_kpis.n_excluded is distinct from scorecard.n_excluded
