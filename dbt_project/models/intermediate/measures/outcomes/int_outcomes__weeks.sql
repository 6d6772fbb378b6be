-- An improvement has no arms: what it is about, and a series of the same KPI that it is not about,
-- week by week before and after it. Only whole weeks, of which every unit is known.
with experiments as (
    select * from {{ ref('experiments') }}
    where method = 'before_after'
),

units as (
    select * from {{ ref('int_kpis__unit_members') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

experiment_units as (
    select
        experiments.experiment_slug,
        units.member = experiments.member as is_affected,
        -- Week 0 begins with the day of the change, week -1 ends before it.
        cast(
            floor({{ dbt.datediff('experiments.started', 'units.anchor_date', 'day') }} / 7.0)
            as integer
        ) as week_number,
        {{ dbt.datediff(
            'experiments.started',
            'least(cast(settings.as_of as date), coalesce(experiments.ended, settings.as_of))',
            'day'
        ) }} as watched_days,
        {{ dbt.datediff(
            'experiments.started',
            'min(units.anchor_date) over (partition by experiments.experiment_slug)',
            'day'
        ) }} as first_day,
        units.unit_value,
        units.person_key,
        units.is_counted,
        units.is_immature
    from experiments
    cross join settings
    inner join units
        on
            experiments.metric_slug = units.metric_slug
            and experiments.dimension = units.dimension
            and units.member in (experiments.member, experiments.comparison_member)
)

select
    experiment_slug,
    week_number,
    count(*) filter (where is_counted and is_affected) as affected_count,
    count(distinct person_key) filter (where is_counted and is_affected)
        as affected_customer_count,
    coalesce(sum(unit_value) filter (where is_counted and is_affected), 0) as affected_total,
    count(*) filter (where is_counted and not is_affected) as comparison_count,
    count(distinct person_key) filter (where is_counted and not is_affected)
        as comparison_customer_count,
    coalesce(sum(unit_value) filter (where is_counted and not is_affected), 0) as comparison_total
from experiment_units
where watched_days >= 7 * (week_number + 1) and first_day <= 7 * week_number
group by
    experiment_slug,
    week_number
having
    count(*) filter (where is_immature) = 0
    and count(*) filter (where is_counted and is_affected) > 0
    and count(*) filter (where is_counted and not is_affected) > 0
