with channels as (
    select * from {{ ref('channels') }}
    where channel_slug != 'unknown'
)

select
    channel_slug,
    channel_name,
    channel_family,
    is_online,
    place_slug
from channels

union all

select
    'unknown' as channel_slug,
    'Unknown' as channel_name,
    null as channel_family,
    null as is_online,
    null as place_slug
