-- The spans of a case follow without a gap; a case of a source without states has none.
with status_changes as (
    select * from {{ ref('int_shapes__status_changes') }}
    where changed_at is not null
),

ordered_changes as (
    select
        *,
        lag(status_slug) over (
            partition by source_name, case_id order by changed_at, change_number
        ) as previous_status_slug
    from status_changes
),

-- A change to the state that it was in already (solved tickets close by themselves) starts no span.
starts as (
    select *
    from ordered_changes
    where previous_status_slug is distinct from status_slug
),

spans as (
    select
        *,
        row_number() over (
            partition by source_name, case_id order by changed_at, change_number
        ) as span_number,
        lead(changed_at) over (
            partition by source_name, case_id order by changed_at, change_number
        ) as ended_at
    from starts
)

select
    {{ surrogate_key(['source_name', 'case_id']) }} as case_key,
    source_name,
    span_number,
    status_slug,
    changed_by,
    -- Each reopening, which is any exit from solved, begins the next pass.
    1 + sum(case when previous_status_slug = 'solved' then 1 else 0 end) over (
        partition by source_name, case_id
        order by span_number
        rows between unbounded preceding and current row
    ) as pass_number,
    coalesce(previous_status_slug = 'solved', false) as is_reopening,
    changed_at as started_at,
    ended_at,
    {{ dbt.datediff('changed_at', 'ended_at', 'second') }} as duration_seconds
from spans
