with loops as (
    select * from {{ ref('int_feedback__loops') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

loop_owners as (
    select * from {{ ref('int_journeys__loop_owners') }}
),

judged_loops as (
    select
        loops.*,
        -- Who had to reach them answers for it: by who did, no team would ever fail.
        loop_owners.owner_team_key as team_key,
        -- Nobody can tell whether an unknown customer was called.
        case when customers.is_identified then 'eligible' else 'unknown' end as person_state,
        coalesce(loops.next_answered_at <= loops.recovery_due_at, false) as has_answered_again
    from loops
    left join customers
        on loops.customer_key = customers.customer_key
    left join loop_owners
        on loops.response_key = loop_owners.response_key
),

-- A detractor who did not answer again has said nothing about recovery.
units as (
    {{ kpi_units('judged_loops', [
        kpi_unit(
            'closed_loop', 'answered_at', 'coalesce(contacted_at <= due_at, false)',
            state='person_state', matures_at='due_at'
        ),
        kpi_unit(
            'detractor_recovery', 'answered_at', "coalesce(next_band not in ('detractor', 'bottom'), false)",
            state="case when person_state = 'eligible' and not has_answered_again"
            " then 'excluded' else person_state end",
            matures_at='recovery_due_at'
        )
    ]) }}
)

select
    metric_slug,
    response_key as unit_key,
    customer_key,
    answered_date as anchor_date,
    channel_slug,
    segment_slug,
    contact_reason_slug,
    team_key,
    program_slug,
    unit_value,
    unit_state,
    matures_at
from units
