-- Who spoke when, in every case of every channel.
with turns as (
    select * from {{ ref('int_shapes__turns') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- The same words of the same side a moment later were sent twice, by a double click or a retry.
timed_turns as (
    select
        *,
        lag(spoke_at) over (
            partition by
                source_name,
                case_id,
                author_type,
                is_public,
                body
            order by
                spoke_at,
                turn_id
        ) as same_spoke_at
    from turns
),

single_turns as (
    select timed_turns.*
    from timed_turns
    cross join windows
    where
        timed_turns.body is null
        or timed_turns.same_spoke_at is null
        or timed_turns.spoke_at > timed_turns.same_spoke_at + windows.double_event
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
from single_turns
