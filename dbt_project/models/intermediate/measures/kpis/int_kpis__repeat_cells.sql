-- A rate's design effect needs squares of each person's units and successes. For a person with one
-- unit they equal the counts, so only persons with more are looked at, for what they add to that.
with rate_units as (
    select * from {{ ref('int_kpis__unit_members') }}
    where kind = 'rate' and is_counted
),

-- Persons who repeat in the total: a person who does not repeat there repeats nowhere. Numbers
-- stand for texts from here on: all that follows is grouping.
repeating_persons as (
    select
        metric_slug,
        person_key,
        row_number() over () as person_number
    from rate_units
    where dimension = 'total'
    group by
        metric_slug,
        person_key
    having count(*) > 1
),

repeated_units as (
    select
        rate_units.metric_slug,
        rate_units.dimension,
        rate_units.member,
        rate_units.period_types,
        rate_units.anchor_date,
        rate_units.unit_value,
        repeating_persons.person_number
    from rate_units
    inner join repeating_persons
        on
            rate_units.metric_slug = repeating_persons.metric_slug
            and rate_units.person_key = repeating_persons.person_key
),

members as (
    select
        metric_slug,
        dimension,
        member,
        period_types,
        row_number() over () as member_number
    from repeated_units
    group by
        metric_slug,
        dimension,
        member,
        period_types
),

-- Days first: longer periods add up from them.
person_days as (
    select
        repeated_units.person_number,
        members.member_number,
        repeated_units.anchor_date,
        count(*) as unit_count,
        sum(repeated_units.unit_value) as success_count
    from repeated_units
    inner join members
        on
            repeated_units.metric_slug = members.metric_slug
            and repeated_units.dimension = members.dimension
            and repeated_units.member = members.member
            and repeated_units.period_types = members.period_types
    group by
        repeated_units.person_number,
        members.member_number,
        repeated_units.anchor_date
),

-- One kind of period after the other: rows of all at once are four times as many to group.
person_cells as (
    {%- for period_type in ['day', 'week', 'month', 'total'] %}
        {%- set starts = period_start("'" ~ period_type ~ "'", 'anchor_date') %}
        select
            member_number,
            '{{ period_type }}' as period_type,
            {{ starts }} as period_start_date,
            sum(unit_count) as unit_count,
            sum(success_count) as success_count
        from person_days
        group by
            person_number,
            member_number,
            {{ starts }}
        having sum(unit_count) > 1
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

counted_cells as (
    select
        member_number,
        period_type,
        period_start_date,
        cast(sum(unit_count - 1) as bigint) as repeated_unit_count,
        cast(sum(unit_count * unit_count - unit_count) as bigint) as unit_square_excess,
        cast(sum(success_count * unit_count - success_count) as bigint) as cross_excess,
        cast(sum(success_count * success_count - success_count) as bigint) as success_square_excess
    from person_cells
    group by
        member_number,
        period_type,
        period_start_date
),

named_cells as (
    select
        members.metric_slug,
        members.dimension,
        members.member,
        counted_cells.period_type,
        counted_cells.period_start_date,
        counted_cells.repeated_unit_count,
        counted_cells.unit_square_excess,
        counted_cells.cross_excess,
        counted_cells.success_square_excess
    from counted_cells
    inner join members
        on counted_cells.member_number = members.member_number
    where array_contains({{ words('members.period_types') }}, counted_cells.period_type)
)

select
    {{ kpi_cell_key() }} as cell_key,
    repeated_unit_count,
    unit_square_excess,
    cross_excess,
    success_square_excess
from named_cells
