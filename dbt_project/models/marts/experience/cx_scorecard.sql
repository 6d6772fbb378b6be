with estimates as (
    select * from {{ ref('int_kpis__estimates') }}
),

kpis as (
    select * from {{ ref('kpis') }}
),

dimensions as (
    select * from {{ ref('kpi_dimensions') }}
    where is_on_scorecard
),

member_names as (
    select * from {{ ref('int_kpis__member_names') }}
),

dated_estimates as (
    select
        estimates.*,
        dimensions.dimension_name,
        {{ previous_period_start('estimates.period_type', 'estimates.period_start_date') }}
            as previous_start_date,
        lag(estimates.period_start_date) over periods as earlier_start_date,
        lag(estimates.value) over periods as earlier_value
    from estimates
    inner join dimensions
        on estimates.dimension = dimensions.dimension
    window periods as (
        partition by
            estimates.metric_slug,
            estimates.dimension,
            estimates.member,
            estimates.period_type
        order by estimates.period_start_date
    )
),

-- The period before is the one before in the calendar: where nothing was counted then, there is no
-- change to tell.
compared_estimates as (
    select
        *,
        case when earlier_start_date = previous_start_date then earlier_value end as previous_value
    from dated_estimates
)

select
    estimates.cell_key,
    estimates.metric_slug,
    kpis.metric_name,
    kpis.level,
    kpis.parent_metric_slug,
    estimates.kind,
    kpis.unit,
    kpis.owner,
    estimates.period_type,
    estimates.period_start_date,
    estimates.dimension,
    estimates.dimension_name,
    estimates.member,
    coalesce(member_names.member_name, estimates.member) as member_name,
    estimates.numerator,
    estimates.denominator,
    estimates.value,
    estimates.standard_error,
    estimates.ci_low,
    estimates.ci_high,
    estimates.design_effect,
    estimates.promoters,
    estimates.passives,
    estimates.detractors,
    estimates.n_immature,
    estimates.n_unknown,
    estimates.n_excluded,
    estimates.previous_value,
    round(estimates.value - estimates.previous_value, 12) as value_change,
    kpis.target,
    case
        when kpis.target is null then 'no_target'
        when not estimates.is_min_n or estimates.value is null then 'too_few'
        when
            (kpis.is_higher_better and estimates.value >= kpis.target)
            or (not kpis.is_higher_better and estimates.value <= kpis.target)
            then 'on_target'
        else 'off_target'
    end as status,
    estimates.is_mature,
    estimates.is_min_n,
    estimates.definition_version
from compared_estimates as estimates
inner join kpis
    on estimates.metric_slug = kpis.metric_slug
left join member_names
    on
        estimates.dimension = member_names.dimension
        and estimates.member = member_names.member
