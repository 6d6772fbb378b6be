with loops as (
    select * from {{ ref('int_feedback__loops') }}
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
    metric_slug,
    response_key as unit_key,
    customer_key,
    answered_date as anchor_date,
    channel_slug,
    segment_slug,
    contact_reason_slug,
    cast(null as varchar) as journey_slug,
    cast(null as varchar) as product_key,
    cast(null as varchar) as store_key,
    team_key,
    case when is_success then 1.0 else 0.0 end as unit_value,
    case
        -- Nobody can tell whether an unknown customer was called.
        when customer_key is null then 'unknown'
        when not is_judged then 'excluded'
        else 'eligible'
    end as unit_state,
    matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from judged_loops
