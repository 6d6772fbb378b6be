-- Whoever belongs to no member is `unknown`, so that the members of a dimension hold all units.
-- A KPI that has no total (durations of different things) has nothing to add up to.
with scores as (
    select * from {{ ref('cx_scorecard') }}
),

totals as (
    select * from scores
    where dimension = 'total'
),

sums as (
    select
        metric_slug,
        period_type,
        period_start_date,
        dimension,
        sum(denominator) as denominator,
        sum(case when kind in ('rate', 'mean') then numerator else 0 end) as numerator,
        sum(n_immature + n_unknown + n_excluded) as uncounted
    from scores
    where
        dimension != 'total'
        and metric_slug in (select totals.metric_slug from totals)
    group by
        metric_slug,
        period_type,
        period_start_date,
        dimension
)

select
    sums.metric_slug,
    sums.period_type,
    sums.period_start_date,
    sums.dimension,
    sums.denominator,
    totals.denominator as total_denominator
from sums
left join totals
    on
        sums.metric_slug = totals.metric_slug
        and sums.period_type = totals.period_type
        and sums.period_start_date is not distinct from totals.period_start_date
where
    totals.denominator is null
    or sums.denominator != totals.denominator
    or sums.uncounted != totals.n_immature + totals.n_unknown + totals.n_excluded
    or abs(
        sums.numerator
        - case when totals.kind in ('rate', 'mean') then totals.numerator else 0 end
    ) > 1e-6
