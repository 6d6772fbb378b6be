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

targets as (
    select * from {{ ref('int_company__targets') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

shown_shapes as (
    select * from {{ ref('int_company__shown_shapes') }}
),

member_names as (
    select * from {{ ref('int_kpis__member_names') }}
),

periods as (
    select * from {{ ref('int_company__periods') }}
),

dated_estimates as (
    select
        estimates.*,
        dimensions.dimension_name,
        coalesce(periods.covered_days, 0) as covered_days,
        coalesce(periods.is_complete_period, false) as is_complete_period,
        {{ previous_period_start('estimates.period_type', 'estimates.period_start_date') }}
            as previous_start_date,
        lag(estimates.period_start_date) over earlier_periods as earlier_start_date,
        lag(estimates.value) over earlier_periods as earlier_value,
        lag(coalesce(periods.is_complete_period, false)) over earlier_periods
            as is_earlier_complete
    from estimates
    inner join dimensions
        on estimates.dimension = dimensions.dimension
    left join periods
        on
            estimates.period_type = periods.period_type
            and coalesce(estimates.period_start_date, date '0001-01-01')
            = coalesce(periods.period_start_date, date '0001-01-01')
    window earlier_periods as (
        partition by
            estimates.metric_slug,
            estimates.dimension,
            estimates.member,
            estimates.period_type
        order by estimates.period_start_date
    )
),

-- The period before is the one before in the calendar: where nothing was counted then, there is no
-- change to tell, nor between periods that are not both whole.
compared_estimates as (
    select
        *,
        case
            when
                earlier_start_date = previous_start_date
                and is_complete_period
                and is_earlier_complete
                then earlier_value
        end as previous_value
    from dated_estimates
),

-- A member without a target of its own has that of the whole; the total of all time has the last.
judged_estimates as (
    select
        estimates.*,
        coalesce(member_targets.target, whole_targets.target) as target -- noqa: RF04
    from compared_estimates as estimates
    cross join settings
    left join targets as member_targets
        on
            estimates.metric_slug = member_targets.metric_slug
            and estimates.dimension = member_targets.dimension
            and estimates.member = member_targets.member
            and coalesce(estimates.period_start_date, cast(settings.as_of as date) - 1)
            >= member_targets.valid_from
            and coalesce(estimates.period_start_date, cast(settings.as_of as date) - 1)
            < member_targets.valid_to
    left join targets as whole_targets
        on
            estimates.metric_slug = whole_targets.metric_slug
            and whole_targets.dimension = 'total'
            and coalesce(estimates.period_start_date, cast(settings.as_of as date) - 1)
            >= whole_targets.valid_from
            and coalesce(estimates.period_start_date, cast(settings.as_of as date) - 1)
            < whole_targets.valid_to
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
    {{ period_end('estimates.period_type', 'estimates.period_start_date') }} as period_end_date,
    estimates.covered_days,
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
    estimates.target,
    case
        when not shown_shapes.is_shown then 'no_source'
        else {{ kpi_status(
            'estimates.value',
            'estimates.ci_low',
            'estimates.ci_high',
            'estimates.target',
            'kpis.is_higher_better',
            'estimates.is_min_n',
            'estimates.is_complete_period'
        ) }}
    end as status,
    estimates.is_mature,
    estimates.is_min_n,
    estimates.is_complete_period,
    estimates.definition_version
from judged_estimates as estimates
inner join kpis
    on estimates.metric_slug = kpis.metric_slug
left join shown_shapes
    on kpis.needs = shown_shapes.shape_slug
left join member_names
    on
        estimates.dimension = member_names.dimension
        and estimates.member = member_names.member
