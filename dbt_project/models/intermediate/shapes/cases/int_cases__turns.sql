-- Who spoke when, in every case of every channel.
with turns as (
    select * from {{ ref('int_shapes__turns') }}
)

select
    {{ surrogate_key(['source_name', 'case_id', 'turn_id']) }} as turn_key,
    {{ surrogate_key(['source_name', 'case_id']) }} as case_key,
    source_name,
    channel_slug,
    row_number() over (
        partition by source_name, case_id order by spoke_at nulls last, turn_id
    ) as turn_number,
    author_type,
    body,
    is_public,
    spoke_at,
    _load_id
from turns
