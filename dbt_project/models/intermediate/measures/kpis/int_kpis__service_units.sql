-- Speed and outcome of single cases; what spans several contacts is in int_kpis__contact_units.
with cases as (
    select * from {{ ref('int_cases__cases') }}
    where excluded_reason is null and started_by != 'agent'
),

solves as (
    select * from {{ ref('int_cases__solves') }}
),

solve_times as (
    select * from {{ ref('int_clocks__solve_times') }}
),

waits as (
    select * from {{ ref('int_clocks__waits') }}
),

bot_sessions as (
    select * from {{ ref('int_cases__bot_sessions') }}
),

case_journeys as (
    select * from {{ ref('int_journeys__case_journeys') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

measured_cases as (
    select
        cases.case_key,
        cases.channel_slug,
        cases.agent_reply_count,
        cases.transfer_count,
        cases.handle_seconds,
        cases.is_customer_known,
        cases.is_human_handled,
        cases.is_abandoned,
        cases.is_solved,
        cases.opened_at,
        cases.clock_started_at,
        cases.bot_clock_started_at,
        cases.first_bot_reply_at,
        cases.bot_ended_at,
        cases.first_solved_at,
        cases.first_reopened_at,
        cases.last_solved_at,
        solves.requester_wait_seconds,
        solves.agent_wait_seconds,
        solves.is_first_solve_in_time,
        solves.is_first_solve_awaited,
        solves.is_last_solve_final,
        solves.is_last_solve_awaited,
        solves.judgement_starts_at,
        solves.first_solve_known_at,
        solves.last_solve_known_at,
        solve_times.business_clock_slug,
        solve_times.first_solve_seconds,
        solve_times.first_solve_business_seconds,
        solve_times.last_solve_seconds,
        solve_times.last_solve_business_seconds,
        solve_times.opened_seconds,
        solve_times.opened_business_seconds,
        solve_times.is_within_target,
        solve_times.target_ends_at,
        bot_sessions.bot_response_seconds,
        bot_sessions.is_asked,
        bot_sessions.is_contained,
        bot_sessions.containment_known_at,
        cases.channel_slug in ('ticket', 'chat') and not cases.is_bot_only as is_solvable,
        case
            when not cases.is_queued or not coalesce(waits.is_open_at_start, false) then 'excluded'
            when
                coalesce(cases.first_human_reply_at, cases.ended_at)
                < cases.clock_started_at + windows.short_wait
                then 'excluded'
            else 'eligible'
        end as abandonment_state
    from cases
    cross join windows
    inner join solves
        on cases.case_key = solves.case_key
    inner join solve_times
        on cases.case_key = solve_times.case_key
    left join bot_sessions
        on cases.case_key = bot_sessions.case_key
    left join waits
        on cases.case_key = waits.case_key and waits.contact_number = 1
),

wait_units as (
    {{ kpi_units('waits', [
        kpi_unit(
            'first_response_time', 'clock_started_at', 'waited_seconds',
            among='is_online', is_censored='is_unanswered',
            clock_while_running="case when is_waiting then 'elapsed' end",
            clock_started_seconds='started_seconds'
        ),
        kpi_unit(
            'first_response_business_time', 'clock_started_at', 'waited_business_seconds',
            among='is_online', is_censored='is_unanswered',
            clock_while_running='case when is_waiting then business_clock_slug end',
            clock_started_seconds='started_business_seconds'
        ),
        kpi_unit(
            'first_response_within_target', 'clock_started_at', 'is_within_target',
            among='is_online',
            state="case when target_ends_at is null then 'excluded' else 'eligible' end",
            matures_at='target_ends_at'
        ),
        kpi_unit(
            'first_response_within_business_target', 'clock_started_at',
            'is_within_business_target', among='is_online',
            state="case when business_target_ends_at is null then 'excluded' else 'eligible' end",
            matures_at='business_target_ends_at'
        ),
        kpi_unit(
            'call_wait_time', 'clock_started_at', 'waited_seconds',
            among='not is_online', is_censored='is_unanswered',
            clock_while_running="case when is_waiting then 'elapsed' end",
            clock_started_seconds='started_seconds'
        )
    ]) }}
),

-- A source that tells no times of work does not tell that it took none.
case_units as (
    {{ kpi_units('measured_cases', [
        kpi_unit(
            'first_bot_response_time', 'bot_clock_started_at', 'bot_response_seconds',
            among='bot_clock_started_at is not null',
            is_censored='first_bot_reply_at is null'
        ),
        kpi_unit(
            'call_abandonment', 'coalesce(clock_started_at, opened_at)', 'is_abandoned',
            among="channel_slug = 'phone'", state='abandonment_state'
        ),
        kpi_unit(
            'call_handle_time', 'opened_at', 'handle_seconds',
            among="channel_slug = 'phone' and is_human_handled",
            state="case when handle_seconds > 0 then 'eligible' else 'unknown' end"
        ),
        kpi_unit(
            'resolution_time_first', 'opened_at', 'first_solve_seconds',
            among='is_solvable', is_censored='not is_first_solve_in_time',
            clock_while_running="case when is_first_solve_awaited then 'elapsed' end",
            clock_started_seconds='opened_seconds'
        ),
        kpi_unit(
            'resolution_business_time_first', 'opened_at', 'first_solve_business_seconds',
            among='is_solvable', is_censored='not is_first_solve_in_time',
            clock_while_running='case when is_first_solve_awaited then business_clock_slug end',
            clock_started_seconds='opened_business_seconds'
        ),
        kpi_unit(
            'resolution_within_target', 'opened_at', 'is_within_target',
            among='is_solvable',
            state="case when target_ends_at is null then 'excluded' else 'eligible' end",
            matures_at='target_ends_at'
        ),
        kpi_unit(
            'resolution_time_last', 'opened_at', 'last_solve_seconds',
            among='is_solvable', matures_at='judgement_starts_at',
            is_censored='not is_last_solve_final',
            clock_while_running="case when is_last_solve_awaited then 'elapsed' end",
            clock_started_seconds='opened_seconds'
        ),
        kpi_unit(
            'resolution_business_time_last', 'opened_at', 'last_solve_business_seconds',
            among='is_solvable', matures_at='judgement_starts_at',
            is_censored='not is_last_solve_final',
            clock_while_running='case when is_last_solve_awaited then business_clock_slug end',
            clock_started_seconds='opened_business_seconds'
        ),
        kpi_unit(
            'requester_wait_time', 'opened_at', 'requester_wait_seconds',
            among="channel_slug = 'ticket'", matures_at='judgement_starts_at',
            is_censored='not is_last_solve_final',
            clock_while_running="case when is_last_solve_awaited then 'elapsed' end",
            clock_started_seconds='opened_seconds'
        ),
        kpi_unit(
            'agent_wait_time', 'opened_at', 'agent_wait_seconds',
            among="channel_slug = 'ticket'", matures_at='judgement_starts_at',
            is_censored='not is_last_solve_final',
            clock_while_running="case when is_last_solve_awaited then 'elapsed' end",
            clock_started_seconds='opened_seconds'
        ),
        kpi_unit(
            'one_touch_resolution', 'last_solved_at', 'agent_reply_count = 1',
            among="channel_slug = 'ticket' and is_solved and last_solved_at is not null",
            matures_at='last_solve_known_at'
        ),
        kpi_unit(
            'no_touch_resolution', 'last_solved_at', 'agent_reply_count = 0',
            among="channel_slug = 'ticket' and is_solved and last_solved_at is not null",
            matures_at='last_solve_known_at'
        ),
        kpi_unit(
            'reopening', 'first_solved_at',
            'coalesce(first_reopened_at <= first_solve_known_at, false)',
            among='is_solvable and first_solved_at is not null',
            matures_at='first_solve_known_at'
        ),
        kpi_unit(
            'transfer', 'opened_at', 'transfer_count > 0',
            among="is_human_handled and channel_slug in ('phone', 'ticket', 'chat')"
        ),
        kpi_unit(
            'bot_containment', 'bot_ended_at', 'is_contained',
            among='is_asked',
            state="case when is_customer_known then 'eligible' else 'unknown' end",
            matures_at='containment_known_at'
        )
    ]) }}
),

units as (
    select
        case_key,
        contact_key as unit_key,
        metric_slug,
        anchored_at,
        unit_value,
        unit_state,
        matures_at,
        is_censored,
        clock_slug,
        clock_started_seconds
    from wait_units

    union all

    select
        case_key,
        case_key as unit_key,
        metric_slug,
        anchored_at,
        unit_value,
        unit_state,
        matures_at,
        is_censored,
        clock_slug,
        clock_started_seconds
    from case_units
)

select
    units.metric_slug,
    units.unit_key,
    cases.customer_key,
    {{ business_date('units.anchored_at', 'settings.default_time_zone') }} as anchor_date,
    cases.channel_slug,
    cases.segment_slug,
    cases.contact_reason_slug,
    case_journeys.journey_slug,
    cases.team_key,
    units.unit_value,
    units.unit_state,
    units.matures_at,
    units.is_censored,
    units.clock_slug,
    units.clock_started_seconds
from units
inner join cases
    on units.case_key = cases.case_key
cross join settings
left join case_journeys
    on cases.case_key = case_journeys.case_key
