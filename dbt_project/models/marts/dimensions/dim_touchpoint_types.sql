with touchpoint_types as (
    select * from {{ ref('touchpoint_types') }}
)

select
    touchpoint_type_slug,
    touchpoint_type_name,
    direction,
    actor as actor_slug,
    is_purchase
from touchpoint_types
