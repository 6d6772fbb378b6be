with loops as (
    select * from {{ ref('int_feedback__loops') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

judged_loops as (
    select
        'closed_loop' as metric_slug,
        loops.*,
        coalesce(loops.contacted_at <= loops.due_at, false) as is_success,
        true as is_judged,
        loops.due_at as matures_at
    from loops

    union all

    -- Who did not answer again has said nothing about recovery.
    select
        'detractor_recovery' as metric_slug,
        loops.*,
        loops.next_band != 'detractor' as is_success,
        coalesce(loops.next_answered_at <= loops.recovery_due_at, false) as is_judged,
        loops.recovery_due_at as matures_at
    from loops
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
