-- Who has left is known of those who said so; that they would say so, of those who have joined.
with touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where customer_key is not null
),

departure_touchpoints as (
    select * from {{ ref('departure_touchpoints') }}
),

moves as (
    select
        touchpoints.customer_key,
        min(case when departure_touchpoints.meaning = 'joined' then touchpoints.occurred_at end)
            as joined_at,
        max(case when departure_touchpoints.meaning = 'left' then touchpoints.occurred_at end)
            as left_at,
        count(*) filter (where departure_touchpoints.meaning = 'joined')
        - count(*) filter (where departure_touchpoints.meaning = 'left') as open_count
    from touchpoints
    inner join departure_touchpoints
        on touchpoints.touchpoint_type_slug = departure_touchpoints.touchpoint_type_slug
    group by touchpoints.customer_key
)

select
    customer_key,
    joined_at,
    -- With another account still open they have not left.
    case when open_count <= 0 then left_at end as left_at
from moves
where joined_at is not null
