with loops as (
    select * from {{ ref('int_feedback__loops') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

kpi_windows as (
    select * from {{ ref('kpi_windows') }}
),

windows as (
    select
        {{ elapsed('closed_loop_hours', 'hour') }} as loop_window,
        {{ elapsed('detractor_recovery_days', 'day') }} as recovery_window
    from kpi_windows
),

judged_loops as (
    select
        'closed_loop' as metric_slug,
        loops.*,
        coalesce(loops.contacted_at <= loops.answered_at + windows.loop_window, false)
            as is_success,
        true as is_judged,
        loops.answered_at + windows.loop_window as matures_at
    from loops
    cross join windows

    union all

    -- Who did not answer again has said nothing about recovery.
    select
        'detractor_recovery' as metric_slug,
        loops.*,
        loops.next_band != 'detractor' as is_success,
        coalesce(loops.next_answered_at <= loops.answered_at + windows.recovery_window, false)
            as is_judged,
        loops.answered_at + windows.recovery_window as matures_at
    from loops
    cross join windows
)

select
    judged_loops.metric_slug,
    judged_loops.response_key as unit_key,
    judged_loops.customer_key,
    judged_loops.answered_date as anchor_date,
    judged_loops.channel_slug,
    judged_loops.segment_slug,
    judged_loops.contact_reason_slug,
    cast(null as varchar) as journey_slug,
    cast(null as varchar) as product_key,
    cast(null as varchar) as store_key,
    judged_loops.team_key,
    case when judged_loops.is_success then 1.0 else 0.0 end as unit_value,
    case
        -- Nobody can tell whether an unknown customer was called.
        when not coalesce(customers.is_identified, false) then 'unknown'
        when not judged_loops.is_judged then 'excluded'
        else 'eligible'
    end as unit_state,
    judged_loops.matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from judged_loops
left join customers
    on judged_loops.customer_key = customers.customer_key
