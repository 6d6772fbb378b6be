with unplaced_touchpoints as (
    select * from {{ ref('int_journeys__unplaced_touchpoints') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
)

select
    {{ surrogate_key([
        'unplaced_touchpoints.journey_slug', 'touchpoints.touchpoint_type_slug',
        'unplaced_touchpoints.unplaced_reason'
    ]) }} as unplaced_key,
    unplaced_touchpoints.journey_slug,
    touchpoints.touchpoint_type_slug,
    unplaced_touchpoints.unplaced_reason,
    count(*) as touchpoint_count,
    count(distinct unplaced_touchpoints.customer_key) as customer_count
from unplaced_touchpoints
inner join touchpoints
    on unplaced_touchpoints.touchpoint_key = touchpoints.touchpoint_key
group by
    unplaced_touchpoints.journey_slug,
    touchpoints.touchpoint_type_slug,
    unplaced_touchpoints.unplaced_reason
