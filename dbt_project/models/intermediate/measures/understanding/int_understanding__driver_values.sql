-- What each driver was for each answer, as it stood when the answer was given: nothing that came
-- later counts, and no status that the desk set. A driver of the customer is counted over its look
-- back; one of the answer's subject (its order, case or journey) needs to know that subject.
with drivers as (
    select
        *,
        coalesce(journey_slug, 'all') as journey_member
    from {{ ref('drivers') }}
),

counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where is_counted and score is not null
),

answer_subjects as (
    select * from {{ ref('int_journeys__answer_subjects') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

journeys as (
    select * from {{ ref('int_journeys__journeys') }}
),

step_facts as (
    select * from {{ ref('int_journeys__step_facts') }}
),

moments as (
    select * from {{ ref('int_journeys__moments') }}
),

orders as (
    select * from {{ ref('int_orders__orders') }}
),

contacts as (
    select * from {{ ref('int_cases__contact_chains') }}
),

contact_clocks as (
    select * from {{ ref('int_cases__contacts') }}
),

cases as (
    select * from {{ ref('int_cases__cases') }}
),

bad_signs as (
    select * from {{ ref('int_bad_experiences__signs') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

outcomes as (
    select
        program_slug,
        metric_slug,
        journey_member,
        max(look_back_days) as longest_look_back_days
    from drivers
    group by
        program_slug,
        metric_slug,
        journey_member
),

asked_answers as (
    select
        outcomes.program_slug,
        outcomes.metric_slug,
        outcomes.journey_member,
        outcomes.longest_look_back_days,
        counted_answers.response_key,
        counted_answers.customer_key,
        customers.segment_slug,
        counted_answers.channel_slug,
        counted_answers.score,
        counted_answers.answered_at,
        answer_subjects.case_key,
        answer_subjects.journey_key,
        orders.order_key,
        orders.promised_at,
        orders.delivered_at,
        {{ seconds_between('customers.first_seen_at', 'counted_answers.answered_at') }} / 86400
            as tenure_days
    from counted_answers
    cross join settings
    cross join windows
    left join answer_subjects
        on counted_answers.response_key = answer_subjects.response_key
    inner join outcomes
        on
            counted_answers.program_slug = outcomes.program_slug
            and counted_answers.metric_slug = outcomes.metric_slug
            and outcomes.journey_member in ('all', answer_subjects.journey_slug)
    left join customers
        on counted_answers.customer_key = customers.customer_key
    left join journeys
        on answer_subjects.journey_key = journeys.journey_key
    left join orders
        on coalesce(counted_answers.order_key, journeys.subject_key) = orders.order_key
    where
        counted_answers.answered_at < settings.as_of
        and counted_answers.answered_at >= settings.as_of - windows.driver_history
),

-- Earlier than anything that the drivers look back at: the person, not what happened since.
earlier_answers as (
    select
        asked_answers.response_key,
        asked_answers.journey_member,
        max_by(
            counted_answers.score_share, {{ sort_key([
                'counted_answers.answered_at', 'counted_answers.response_key'
            ]) }}
        ) as earlier_score
    from asked_answers
    inner join counted_answers
        on
            asked_answers.customer_key = counted_answers.customer_key
            and counted_answers.answered_at
            < asked_answers.answered_at
            - {{ duration_of('asked_answers.longest_look_back_days', 'day') }}
    group by
        asked_answers.response_key,
        asked_answers.journey_member
),

answer_drivers as (
    select
        asked_answers.*,
        earlier_answers.earlier_score,
        drivers.driver_slug,
        drivers.measure,
        drivers.scope,
        drivers.affected_above,
        asked_answers.answered_at - {{ duration_of('drivers.look_back_days', 'day') }}
            as looked_back_at
    from asked_answers
    inner join drivers
        on
            asked_answers.program_slug = drivers.program_slug
            and asked_answers.metric_slug = drivers.metric_slug
            and asked_answers.journey_member = drivers.journey_member
    left join earlier_answers
        on
            asked_answers.response_key = earlier_answers.response_key
            and asked_answers.journey_member = earlier_answers.journey_member
),

-- A matter is the contacts of one chain; a contact in no chain is a matter of its own. The place
-- among all contacts less the place in the chain is the same for a whole chain, and only there.
matter_contacts as (
    select
        contacts.contact_key,
        contacts.case_key,
        contacts.customer_key,
        contacts.started_at,
        case
            when contacts.has_chain
                then contacts.customer_key || ' ' || contacts.contact_reason_slug || ' ' || (
                    row_number() over (
                        partition by
                            contacts.customer_key,
                            contacts.contact_reason_slug,
                            contacts.has_chain
                        order by
                            contacts.started_at,
                            contacts.contact_key
                    ) - contacts.contact_in_chain
                )
            else 'case ' || contacts.case_key
        end as matter,
        contact_clocks.clock_started_at,
        contact_clocks.first_human_reply_at,
        contact_clocks.gave_up_at,
        -- What is noted at the end of a case is known from then on.
        case when contacts.is_last_of_case then contacts.ended_at end as noted_at,
        contacts.stated_resolution
    from contacts
    left join contact_clocks
        on contacts.contact_key = contact_clocks.contact_key
),

subjects as (
    select distinct
        response_key,
        answered_at,
        customer_key,
        case_key,
        journey_key,
        order_key
    from asked_answers
),

case_matters as (
    select
        subjects.response_key,
        matter_contacts.matter
    from subjects
    inner join matter_contacts
        on subjects.case_key = matter_contacts.case_key

    union

    select
        subjects.response_key,
        matter_contacts.matter
    from subjects
    inner join step_facts
        on subjects.journey_key = step_facts.journey_key
    inner join matter_contacts
        on step_facts.case_key = matter_contacts.case_key
    where subjects.case_key is null

    union

    select
        subjects.response_key,
        matter_contacts.matter
    from subjects
    inner join cases
        on subjects.order_key = cases.order_key
    inner join matter_contacts
        on cases.case_key = matter_contacts.case_key
    where subjects.case_key is null
),

subject_contacts as (
    select
        subjects.response_key,
        subjects.answered_at,
        matter_contacts.*
    from subjects
    inner join case_matters
        on subjects.response_key = case_matters.response_key
    inner join matter_contacts
        on case_matters.matter = matter_contacts.matter
    where subjects.answered_at > matter_contacts.started_at
),

-- Who is still waiting has waited until the answer.
subject_service as (
    select
        response_key,
        count(*) as contact_count,
        sum(case
            when clock_started_at < answered_at
                then {{ seconds_between(
                    'clock_started_at',
                    'least(first_human_reply_at, gave_up_at, answered_at)'
                ) }}
        end) / 3600 as wait_hours,
        max_by(
            case
                when noted_at <= answered_at and stated_resolution = 'unresolved' then 1 else 0
            end,
            {{ sort_key(['started_at', 'contact_key']) }}
        ) as unresolved
    from subject_contacts
    group by response_key
),

-- Of each matter that the customer had, whether the latest contact left it unresolved.
left_matters as (
    select
        answer_drivers.response_key,
        answer_drivers.journey_member,
        answer_drivers.driver_slug,
        matter_contacts.matter,
        max_by(
            case
                when
                    matter_contacts.noted_at <= answer_drivers.answered_at
                    and matter_contacts.stated_resolution = 'unresolved'
                    then 1
                else 0
            end,
            {{ sort_key(['matter_contacts.started_at', 'matter_contacts.contact_key']) }}
        ) as unresolved
    from answer_drivers
    inner join matter_contacts
        on
            answer_drivers.customer_key = matter_contacts.customer_key
            and answer_drivers.answered_at > matter_contacts.started_at
            and answer_drivers.looked_back_at <= matter_contacts.started_at
    where answer_drivers.measure = 'unresolved_matters'
    group by
        answer_drivers.response_key,
        answer_drivers.journey_member,
        answer_drivers.driver_slug,
        matter_contacts.matter
),

events as (
    select
        'purchases' as measure,
        cast(null as varchar) as scope,
        customer_key,
        ordered_at as occurred_at
    from orders
    where is_purchase

    union all

    select
        'customer_contacts' as measure,
        cast(null as varchar) as scope,
        customer_key,
        started_at as occurred_at
    from contacts

    union all

    select
        'bad_experiences' as measure,
        rule_slug as scope,
        customer_key,
        occurred_at
    from bad_signs

    union all

    select
        'touchpoints' as measure,
        touchpoint_type_slug as scope,
        customer_key,
        occurred_at
    from touchpoints
    where
        touchpoint_type_slug in (
            select drivers.scope from drivers
            where drivers.measure = 'touchpoints'
        )
),

counted_events as (
    select
        answer_drivers.response_key,
        answer_drivers.journey_member,
        answer_drivers.driver_slug,
        count(*) as event_count
    from answer_drivers
    inner join events
        on
            answer_drivers.customer_key = events.customer_key
            and answer_drivers.measure = events.measure
            and coalesce(answer_drivers.scope, '') = coalesce(events.scope, '')
            and answer_drivers.answered_at > events.occurred_at
            and answer_drivers.looked_back_at <= events.occurred_at
    group by
        answer_drivers.response_key,
        answer_drivers.journey_member,
        answer_drivers.driver_slug

    union all

    select
        response_key,
        journey_member,
        driver_slug,
        sum(unresolved) as event_count
    from left_matters
    group by
        response_key,
        journey_member,
        driver_slug
),

-- From -1 to 1, as feelings are; of two extremes alike the bad one is the peak, then the later.
subject_moments as (
    select
        subjects.response_key,
        cast(avg(cast(2 * moments.moment_score - 1 as decimal(18, 9))) as double) as mean_moment,
        (
            max_by(
                2 * moments.moment_score - 1, {{ sort_key([
                    'abs(2 * moments.moment_score - 1)',
                    '-moments.moment_score',
                    'moments.moment_number'
                ]) }}
            )
            + max_by(2 * moments.moment_score - 1, moments.moment_number)
        ) / 2 as peak_end
    from subjects
    inner join moments
        on
            subjects.journey_key = moments.journey_key
            and subjects.answered_at > moments.shown_at
    group by subjects.response_key
),

measured_drivers as (
    select
        answer_drivers.*,
        case
            when answer_drivers.measure = 'days_late' and answer_drivers.order_key is not null
                -- Who was promised nothing, as in a store, was not kept waiting.
                then
                    greatest(
                        coalesce({{ seconds_between(
                            'answer_drivers.promised_at',
                            'least(answer_drivers.delivered_at, answer_drivers.answered_at)'
                        ) }} / 86400, 0),
                        0
                    )
            when
                answer_drivers.measure in (
                    'contacts', 'further_contacts', 'wait_hours', 'unresolved'
                )
                and coalesce(
                    answer_drivers.case_key, answer_drivers.journey_key, answer_drivers.order_key
                ) is not null
                then
                    case answer_drivers.measure
                        when 'contacts' then coalesce(subject_service.contact_count, 0)
                        when 'further_contacts'
                            then greatest(coalesce(subject_service.contact_count, 0) - 1, 0)
                        when 'wait_hours'
                            then
                                case
                                    when subject_service.contact_count is null then 0
                                    else subject_service.wait_hours
                                end
                        else coalesce(subject_service.unresolved, 0)
                    end
            when answer_drivers.measure = 'peak_end' and answer_drivers.journey_key is not null
                then coalesce(subject_moments.peak_end, 0)
            when answer_drivers.measure = 'mean_moment' and answer_drivers.journey_key is not null
                then coalesce(subject_moments.mean_moment, 0)
            when
                answer_drivers.measure in (
                    'purchases', 'customer_contacts', 'unresolved_matters', 'bad_experiences',
                    'touchpoints'
                )
                and answer_drivers.customer_key is not null
                then coalesce(counted_events.event_count, 0)
        end as value
    from answer_drivers
    left join subject_service
        on answer_drivers.response_key = subject_service.response_key
    left join subject_moments
        on answer_drivers.response_key = subject_moments.response_key
    left join counted_events
        on
            answer_drivers.response_key = counted_events.response_key
            and answer_drivers.journey_member = counted_events.journey_member
            and answer_drivers.driver_slug = counted_events.driver_slug
)

select
    {{ surrogate_key(['response_key', 'journey_member', 'driver_slug']) }} as driver_value_key,
    program_slug,
    metric_slug,
    journey_member as journey_slug,
    driver_slug,
    response_key,
    customer_key,
    segment_slug,
    channel_slug,
    cast(score as double) as score,
    cast(earlier_score as double) as earlier_score,
    cast(tenure_days as double) as tenure_days,
    cast(value as double) as value,
    value is not null as is_known,
    cast(affected_above as double) as affected_above,
    answered_at
from measured_drivers
