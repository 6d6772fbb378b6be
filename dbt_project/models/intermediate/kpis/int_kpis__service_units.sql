-- Speed and outcome of single cases; what spans several contacts is in int_kpis__contact_units.
with cases as (
    select * from {{ ref('int_cases__cases') }}
    where excluded_reason is null and started_by != 'agent'
),

contacts as (
    select * from {{ ref('int_cases__contacts') }}
),

channels as (
    select * from {{ ref('channels') }}
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

clocks as (
    select
        contacts.contact_key,
        contacts.case_key,
        channels.is_online,
        contacts.clock_started_at,
        contacts.first_human_reply_at,
        {{ dbt.datediff('contacts.clock_started_at', 'contacts.first_human_reply_at', 'second') }}
            as response_seconds
    from contacts
    inner join channels
        on contacts.channel_slug = channels.channel_slug
    where contacts.clock_started_at is not null
),

bot_sessions as (
    select *
    from cases
    where is_bot_session and customer_turn_count > 0
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
    where bot_sessions.is_customer_known
),

measures as (
    select
        'first_response_time' as metric_slug,
        contact_key as unit_key,
        case_key,
        clock_started_at as anchored_at,
        -- Unanswered is censored: no value, but a unit.
        cast(response_seconds as double) as unit_value,
        'eligible' as unit_state,
        cast(null as timestamp) as matures_at
    from clocks
    where is_online

    union all

    select
        'first_response_within_target' as metric_slug,
        clocks.contact_key as unit_key,
        clocks.case_key,
        clocks.clock_started_at as anchored_at,
        case
            when clocks.first_human_reply_at <= clocks.clock_started_at + windows.response_target
                then 1.0
            else 0.0
        end as unit_value,
        'eligible' as unit_state,
        clocks.clock_started_at + windows.response_target as matures_at
    from clocks
    cross join windows
    where clocks.is_online

    union all

    select
        'call_wait_time' as metric_slug,
        contact_key as unit_key,
        case_key,
        clock_started_at as anchored_at,
        cast(response_seconds as double) as unit_value,
        'eligible' as unit_state,
        cast(null as timestamp) as matures_at
    from clocks
    where not is_online

    union all

    select
        'call_abandonment' as metric_slug,
        cases.case_key as unit_key,
        cases.case_key,
        cases.clock_started_at as anchored_at,
        case when cases.is_abandoned then 1.0 else 0.0 end as unit_value,
        case
            when
                coalesce(cases.first_human_reply_at, cases.ended_at)
                < cases.clock_started_at + windows.short_wait
                then 'excluded'
            else 'eligible'
        end as unit_state,
        cast(null as timestamp) as matures_at
    from cases
    cross join windows
    where cases.is_queued

    union all

    select
        'resolution_time_first' as metric_slug,
        case_key as unit_key,
        case_key,
        opened_at as anchored_at,
        cast({{ dbt.datediff('opened_at', 'first_solved_at', 'second') }} as double) as unit_value,
        'eligible' as unit_state,
        cast(null as timestamp) as matures_at
    from cases
    where channel_slug in ('ticket', 'chat') and not is_bot_only

    union all

    select
        'resolution_time_last' as metric_slug,
        cases.case_key as unit_key,
        cases.case_key,
        cases.opened_at as anchored_at,
        cast({{ dbt.datediff('cases.opened_at', 'cases.last_solved_at', 'second') }} as double)
            as unit_value,
        'eligible' as unit_state,
        coalesce(cases.last_solved_at + windows.solve_window, timestamp '9999-12-31') as matures_at
    from cases
    cross join windows
    where cases.channel_slug in ('ticket', 'chat') and not cases.is_bot_only

    union all

    select
        'requester_wait_time' as metric_slug,
        cases.case_key as unit_key,
        cases.case_key,
        cases.opened_at as anchored_at,
        cast(cases.requester_wait_seconds as double) as unit_value,
        'eligible' as unit_state,
        coalesce(cases.last_solved_at + windows.solve_window, timestamp '9999-12-31') as matures_at
    from cases
    cross join windows
    where cases.channel_slug = 'ticket'

    union all

    select
        'agent_wait_time' as metric_slug,
        cases.case_key as unit_key,
        cases.case_key,
        cases.opened_at as anchored_at,
        cast(cases.agent_wait_seconds as double) as unit_value,
        'eligible' as unit_state,
        coalesce(cases.last_solved_at + windows.solve_window, timestamp '9999-12-31') as matures_at
    from cases
    cross join windows
    where cases.channel_slug = 'ticket'

    union all

    select
        'one_touch_resolution' as metric_slug,
        cases.case_key as unit_key,
        cases.case_key,
        cases.last_solved_at as anchored_at,
        case when cases.agent_reply_count = 1 then 1.0 else 0.0 end as unit_value,
        'eligible' as unit_state,
        cases.last_solved_at + windows.solve_window as matures_at
    from cases
    cross join windows
    where cases.channel_slug = 'ticket' and cases.is_solved

    union all

    select
        'no_touch_resolution' as metric_slug,
        cases.case_key as unit_key,
        cases.case_key,
        cases.last_solved_at as anchored_at,
        case when cases.agent_reply_count = 0 then 1.0 else 0.0 end as unit_value,
        'eligible' as unit_state,
        cases.last_solved_at + windows.solve_window as matures_at
    from cases
    cross join windows
    where cases.channel_slug = 'ticket' and cases.is_solved

    union all

    select
        'reopening' as metric_slug,
        cases.case_key as unit_key,
        cases.case_key,
        cases.first_solved_at as anchored_at,
        case
            when cases.first_reopened_at <= cases.first_solved_at + windows.solve_window then 1.0
            else 0.0
        end as unit_value,
        'eligible' as unit_state,
        cases.first_solved_at + windows.solve_window as matures_at
    from cases
    cross join windows
    where
        cases.first_solved_at is not null
        and cases.channel_slug in ('ticket', 'chat')
        and not cases.is_bot_only

    union all

    select
        'transfer' as metric_slug,
        case_key as unit_key,
        case_key,
        opened_at as anchored_at,
        case when transfer_count > 0 then 1.0 else 0.0 end as unit_value,
        'eligible' as unit_state,
        cast(null as timestamp) as matures_at
    from cases
    where is_human_handled and channel_slug in ('phone', 'ticket', 'chat')

    union all

    select
        'bot_containment' as metric_slug,
        bot_sessions.case_key as unit_key,
        bot_sessions.case_key,
        bot_sessions.bot_ended_at as anchored_at,
        case
            when bot_sessions.is_handed_over or followed_sessions.case_key is not null then 0.0
            else 1.0
        end as unit_value,
        case when bot_sessions.is_customer_known then 'eligible' else 'unknown' end as unit_state,
        bot_sessions.bot_ended_at + windows.containment_window as matures_at
    from bot_sessions
    cross join windows
    left join followed_sessions
        on bot_sessions.case_key = followed_sessions.case_key
)

select
    measures.metric_slug,
    measures.unit_key,
    cases.customer_key,
    {{ business_date('measures.anchored_at', 'settings.default_time_zone') }} as anchor_date,
    cases.channel_slug,
    cases.segment_slug,
    cases.contact_reason_slug,
    cast(null as varchar) as journey_slug,
    cast(null as varchar) as product_key,
    cast(null as varchar) as store_key,
    cases.team_key,
    measures.unit_value,
    measures.unit_state,
    measures.matures_at
from measures
inner join cases
    on measures.case_key = cases.case_key
cross join settings
