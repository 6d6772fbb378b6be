-- Speed and outcome of single cases; what spans several contacts is in int_kpis__contact_units.
with cases as (
    select * from {{ ref('int_cases__cases') }}
    where excluded_reason is null and started_by != 'agent'
),

contacts as (
    select * from {{ ref('int_cases__contacts') }}
),

clock_readings as (
    select * from {{ ref('int_clocks__readings') }}
),

response_deadlines as (
    select * from {{ ref('int_clocks__response_deadlines') }}
),

status_spans as (
    select * from {{ ref('int_cases__status_spans') }}
),

clocks as (
    select * from {{ ref('int_clocks__clocks') }}
),

channels as (
    select * from {{ ref('channels') }}
),

case_members as (
    select * from {{ ref('int_kpis__case_members') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

kpi_windows as (
    select * from {{ ref('kpi_windows') }}
),

windows as (
    select
        {{ elapsed('first_response_target_seconds', 'second') }} as response_target,
        {{ elapsed('short_wait_seconds', 'second') }} as short_wait,
        {{ elapsed('solve_maturity_days', 'day') }} as solve_window,
        {{ elapsed('bot_containment_window_hours', 'hour') }} as containment_window
    from kpi_windows
),

-- Whether a solve was the last shows a window later: what was solved since is not final.
judged_cases as (
    select
        cases.*,
        settings.as_of - windows.solve_window as judged_until,
        coalesce(
            cases.is_solved and cases.last_solved_at < settings.as_of - windows.solve_window, false
        ) as is_last_solve_final
    from cases
    cross join settings
    cross join windows
),

judged_spans as (
    select
        judged_cases.case_key,
        status_spans.status_slug,
        status_spans.started_at,
        least(
            coalesce(status_spans.ended_at, judged_cases.judged_until), judged_cases.judged_until
        ) as judged_until
    from status_spans
    inner join judged_cases
        on
            status_spans.case_key = judged_cases.case_key
            and status_spans.started_at < judged_cases.judged_until
),

ticket_waits as (
    select
        case_key,
        sum(
            case
                when status_slug in ('new', 'open', 'hold')
                    then {{ dbt.datediff('started_at', 'judged_until', 'second') }}
                else 0
            end
        ) as requester_wait_seconds,
        sum(
            case
                when status_slug = 'pending'
                    then {{ dbt.datediff('started_at', 'judged_until', 'second') }}
                else 0
            end
        ) as agent_wait_seconds
    from judged_spans
    group by case_key
),

business_times as (
    select
        unit_key,
        max(clock_slug) as clock_slug,
        max(case when moment_slug in ('clock_started', 'opened') then clock_seconds end)
            as started_seconds,
        max(case when moment_slug in ('replied', 'first_solved') then clock_seconds end)
            as ended_seconds,
        max(case when moment_slug = 'gave_up' then clock_seconds end) as gave_up_seconds,
        max(case when moment_slug = 'last_solved' then clock_seconds end) as last_ended_seconds,
        coalesce(bool_or(case when moment_slug = 'clock_started' then is_open end), false)
            as is_open_at_start
    from clock_readings
    group by unit_key
),

bot_sessions as (
    select *
    from cases
    where is_bot_session and is_customer_known
),

-- Whoever turns to a person soon after was not helped by the bot.
followed_sessions as (
    select distinct bot_sessions.case_key
    from bot_sessions
    cross join windows
    inner join contacts
        on
            bot_sessions.customer_key = contacts.customer_key
            and contacts.is_human_contact
            and bot_sessions.opened_at < contacts.started_at
            and bot_sessions.bot_ended_at + windows.containment_window >= contacts.started_at
),

-- How long somebody waited for a person: until answered or given up, or still.
waits as (
    select
        contacts.contact_key,
        contacts.case_key,
        channels.is_online,
        contacts.clock_started_at,
        contacts.clock_started_at + windows.response_target as target_ends_at,
        contacts.first_human_reply_at,
        contacts.first_human_reply_at is null as is_unanswered,
        {{ dbt.datediff(
            'contacts.clock_started_at',
            'coalesce(contacts.first_human_reply_at, contacts.gave_up_at)',
            'second'
        ) }} as waited_seconds,
        coalesce(business_times.ended_seconds, business_times.gave_up_seconds)
        - business_times.started_seconds as waited_business_seconds,
        business_times.ended_seconds <= response_deadlines.target_clock_seconds
            as is_within_business_target,
        response_deadlines.target_ends_at as business_target_ends_at,
        cast(epoch(contacts.clock_started_at) as bigint) as started_seconds,
        business_times.started_seconds as started_business_seconds,
        contacts.first_human_reply_at is null and contacts.gave_up_at is null as is_waiting,
        business_times.clock_slug as business_clock_slug
    from contacts
    inner join channels
        on contacts.channel_slug = channels.channel_slug
    cross join windows
    left join business_times
        on contacts.contact_key = business_times.unit_key
    left join response_deadlines
        on contacts.contact_key = response_deadlines.unit_key
    where contacts.clock_started_at is not null
),

first_waits as (
    select
        contacts.case_key,
        business_times.is_open_at_start
    from contacts
    inner join business_times
        on contacts.contact_key = business_times.unit_key
    where contacts.contact_number = 1
),

measured_cases as (
    select
        cases.* exclude (requester_wait_seconds, agent_wait_seconds),
        cases.channel_slug in ('ticket', 'chat') and not cases.is_bot_only as is_solvable,
        {{ dbt.datediff('cases.opened_at', 'cases.first_solved_at', 'second') }}
            as first_solve_seconds,
        business_times.ended_seconds - business_times.started_seconds
            as first_solve_business_seconds,
        case
            when cases.is_last_solve_final
                then {{ dbt.datediff('cases.opened_at', 'cases.last_solved_at', 'second') }}
            else {{ dbt.datediff('cases.opened_at', 'cases.judged_until', 'second') }}
        end as last_solve_seconds,
        case
            when cases.is_last_solve_final then business_times.last_ended_seconds
            else clocks.seconds_at_final_solves
        end - business_times.started_seconds as last_solve_business_seconds,
        coalesce(ticket_waits.requester_wait_seconds, 0) as requester_wait_seconds,
        coalesce(ticket_waits.agent_wait_seconds, 0) as agent_wait_seconds,
        cases.opened_at + windows.solve_window as judgement_starts_at,
        {{ dbt.datediff(
            'cases.bot_clock_started_at',
            'coalesce(cases.first_bot_reply_at, cases.bot_ended_at)',
            'second'
        ) }} as bot_response_seconds,
        cast(epoch(cases.opened_at) as bigint) as opened_seconds,
        business_times.started_seconds as opened_business_seconds,
        business_times.clock_slug as business_clock_slug,
        cases.first_solved_at + windows.solve_window as first_solve_matures_at,
        cases.last_solved_at + windows.solve_window as last_solve_matures_at,
        cases.bot_ended_at + windows.containment_window as containment_matures_at,
        case
            when not cases.is_queued or not coalesce(first_waits.is_open_at_start, false)
                then 'excluded'
            when
                coalesce(cases.first_human_reply_at, cases.ended_at)
                < cases.clock_started_at + windows.short_wait
                then 'excluded'
            else 'eligible'
        end as abandonment_state,
        cases.is_bot_session and cases.customer_turn_count > 0 as is_bot_asked,
        cases.is_handed_over or followed_sessions.case_key is not null as is_bot_insufficient
    from judged_cases as cases
    cross join windows
    left join business_times
        on cases.case_key = business_times.unit_key
    left join clocks
        on business_times.clock_slug = clocks.clock_slug
    left join ticket_waits
        on cases.case_key = ticket_waits.case_key
    left join first_waits
        on cases.case_key = first_waits.case_key
    left join followed_sessions
        on cases.case_key = followed_sessions.case_key
),

case_units as (
    select
        case_key,
        contact_key as unit_key,
        unnest([
            {{ kpi_unit(
                'first_response_time', 'clock_started_at', 'waited_seconds',
                among='is_online', is_censored='is_unanswered',
                running_clock="case when is_waiting then 'elapsed' end",
                clock_started_seconds='started_seconds'
            ) }},
            {{ kpi_unit(
                'first_response_business_time', 'clock_started_at', 'waited_business_seconds',
                among='is_online', is_censored='is_unanswered',
                running_clock='case when is_waiting then business_clock_slug end',
                clock_started_seconds='started_business_seconds'
            ) }},
            {{ kpi_unit(
                'first_response_within_target', 'clock_started_at',
                'coalesce(first_human_reply_at <= target_ends_at, false)',
                among='is_online', matures_at='target_ends_at'
            ) }},
            {{ kpi_unit(
                'first_response_within_business_target', 'clock_started_at',
                'coalesce(is_within_business_target, false)',
                among='is_online and business_clock_slug is not null',
                matures_at='business_target_ends_at'
            ) }},
            {{ kpi_unit(
                'call_wait_time', 'clock_started_at', 'waited_seconds',
                among='not is_online', is_censored='is_unanswered',
                running_clock="case when is_waiting then 'elapsed' end",
                clock_started_seconds='started_seconds'
            ) }}
        ]) as unit
    from waits

    union all

    select
        case_key,
        case_key as unit_key,
        unnest([
            {{ kpi_unit(
                'first_bot_response_time', 'bot_clock_started_at', 'bot_response_seconds',
                among='bot_clock_started_at is not null',
                is_censored='first_bot_reply_at is null'
            ) }},
            {{ kpi_unit(
                'call_abandonment', 'coalesce(clock_started_at, opened_at)', 'is_abandoned',
                among="channel_slug = 'phone'", state='abandonment_state'
            ) }},
            {{ kpi_unit(
                'resolution_time_first', 'opened_at', 'first_solve_seconds',
                among='is_solvable', is_censored='first_solved_at is null',
                running_clock="case when first_solved_at is null then 'elapsed' end",
                clock_started_seconds='opened_seconds'
            ) }},
            {{ kpi_unit(
                'resolution_business_time_first', 'opened_at', 'first_solve_business_seconds',
                among='is_solvable', is_censored='first_solved_at is null',
                running_clock='case when first_solved_at is null then business_clock_slug end',
                clock_started_seconds='opened_business_seconds'
            ) }},
            {{ kpi_unit(
                'resolution_time_last', 'opened_at', 'last_solve_seconds',
                among='is_solvable', matures_at='judgement_starts_at',
                is_censored='not is_last_solve_final',
                running_clock="case when not is_last_solve_final then 'elapsed' end",
                clock_started_seconds='opened_seconds'
            ) }},
            {{ kpi_unit(
                'resolution_business_time_last', 'opened_at', 'last_solve_business_seconds',
                among='is_solvable', matures_at='judgement_starts_at',
                is_censored='not is_last_solve_final',
                running_clock='case when not is_last_solve_final then business_clock_slug end',
                clock_started_seconds='opened_business_seconds'
            ) }},
            {{ kpi_unit(
                'requester_wait_time', 'opened_at', 'requester_wait_seconds',
                among="channel_slug = 'ticket'", matures_at='judgement_starts_at',
                is_censored='not is_last_solve_final',
                running_clock="case when not is_last_solve_final then 'elapsed' end",
                clock_started_seconds='opened_seconds'
            ) }},
            {{ kpi_unit(
                'agent_wait_time', 'opened_at', 'agent_wait_seconds',
                among="channel_slug = 'ticket'", matures_at='judgement_starts_at',
                is_censored='not is_last_solve_final',
                running_clock="case when not is_last_solve_final then 'elapsed' end",
                clock_started_seconds='opened_seconds'
            ) }},
            {{ kpi_unit(
                'one_touch_resolution', 'last_solved_at', 'agent_reply_count = 1',
                among="channel_slug = 'ticket' and is_solved", matures_at='last_solve_matures_at'
            ) }},
            {{ kpi_unit(
                'no_touch_resolution', 'last_solved_at', 'agent_reply_count = 0',
                among="channel_slug = 'ticket' and is_solved", matures_at='last_solve_matures_at'
            ) }},
            {{ kpi_unit(
                'reopening', 'first_solved_at',
                'coalesce(first_reopened_at <= first_solve_matures_at, false)',
                among='is_solvable and first_solved_at is not null',
                matures_at='first_solve_matures_at'
            ) }},
            {{ kpi_unit(
                'transfer', 'opened_at', 'transfer_count > 0',
                among="is_human_handled and channel_slug in ('phone', 'ticket', 'chat')"
            ) }},
            {{ kpi_unit(
                'bot_containment', 'bot_ended_at', 'not is_bot_insufficient',
                among='is_bot_asked',
                state="case when is_customer_known then 'eligible' else 'unknown' end",
                matures_at='containment_matures_at'
            ) }}
        ]) as unit
    from measured_cases
)

select
    case_units.unit['metric_slug'] as metric_slug,
    case_units.unit_key,
    cases.customer_key,
    {{ business_date("case_units.unit['anchored_at']", 'settings.default_time_zone') }}
        as anchor_date,
    cases.channel_slug,
    cases.segment_slug,
    cases.contact_reason_slug,
    case_members.journey_slug,
    cast(null as varchar) as product_key,
    case_members.store_key,
    cases.team_key,
    case_units.unit['unit_value'] as unit_value,
    case_units.unit['unit_state'] as unit_state,
    case_units.unit['matures_at'] as matures_at,
    case_units.unit['is_censored'] as is_censored,
    case_units.unit['clock_slug'] as clock_slug,
    case_units.unit['clock_started_seconds'] as clock_started_seconds
from case_units
inner join cases
    on case_units.case_key = cases.case_key
cross join settings
left join case_members
    on cases.case_key = case_members.case_key
where case_units.unit is not null
