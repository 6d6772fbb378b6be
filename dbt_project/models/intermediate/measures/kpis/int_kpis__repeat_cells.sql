-- A rate's design effect needs squares of each person's units and successes. For a person with one
-- unit they equal the counts, so only persons with more are looked at, for what they add to that.
with rate_units as (
    select * from {{ ref('int_kpis__unit_members') }}
    where kind = 'rate' and is_counted
),

-- Persons who repeat in the total: a person who does not repeat there repeats nowhere.
total_units as (
    select * from rate_units
    where dimension = 'total'
),

dated_units as (
    {{ units_by_period('total_units') }}
),

repeating_persons as (
    select
        metric_slug,
        person_key,
        period_type,
        period_start_date,
        min(anchor_date) as first_date,
        max(anchor_date) as last_date
    from dated_units
    group by
        metric_slug,
        person_key,
        period_type,
        period_start_date
    having count(*) > 1
),

person_cells as (
    select
        rate_units.metric_slug,
        repeating_persons.period_type,
        repeating_persons.period_start_date,
        rate_units.dimension,
        rate_units.member,
        rate_units.person_key,
        count(*) as unit_count,
        cast(sum(rate_units.unit_value) as bigint) as success_count
    from rate_units
    inner join repeating_persons
        on
            rate_units.metric_slug = repeating_persons.metric_slug
            and rate_units.person_key = repeating_persons.person_key
            and rate_units.anchor_date between repeating_persons.first_date
            and repeating_persons.last_date
            and array_contains(
                {{ words('rate_units.period_types') }}, repeating_persons.period_type
            )
    group by
        rate_units.metric_slug,
        repeating_persons.period_type,
        repeating_persons.period_start_date,
        rate_units.dimension,
        rate_units.member,
        rate_units.person_key
    having count(*) > 1
)

select
    {{ kpi_cell_key() }} as cell_key,
    cast(sum(unit_count - 1) as bigint) as repeated_unit_count,
    cast(sum(unit_count * unit_count - unit_count) as bigint) as unit_square_excess,
    cast(sum(success_count * unit_count - success_count) as bigint) as cross_excess,
    cast(sum(success_count * success_count - success_count) as bigint) as success_square_excess
from person_cells
group by
    metric_slug,
    period_type,
    period_start_date,
    dimension,
    member
