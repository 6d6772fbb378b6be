-- Whoever only counts reads this: the shape reads every delivered row again.
with touchpoints as (
    select * from {{ ref('int_shapes__touchpoints') }}
)

select
    source_name,
    touchpoint_type_slug,
    cast(occurred_at as date) as day_date,
    count(*) as touchpoint_count,
    min(_load_id) as first_load_id
from touchpoints
group by
    source_name,
    touchpoint_type_slug,
    cast(occurred_at as date)
