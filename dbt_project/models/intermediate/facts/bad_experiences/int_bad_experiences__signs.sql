-- Each row is one thing that a rule calls bad; several of them can be one bad experience. Texts are
-- no sign until they are scored. Nothing here depends on `as_of`: a promise that is still open is a
-- sign of the moment at which it will be broken, and marts show what has come to pass.
with counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where is_counted and band in ('bottom', 'detractor')
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

orders as (
    select * from {{ ref('int_orders__orders') }}
    where promised_at is not null and not is_cancelled
),

contacts as (
    select * from {{ ref('int_cases__contacts') }}
),

repeated_contacts as (
    select * from {{ ref('int_cases__contact_chains') }}
    where has_chain and is_look_back_covered and is_repeat
),

bad_experience_rules as (
    select * from {{ ref('bad_experience_rules') }}
),

-- The rating of a ticket or chat stands on one of its touchpoints.
rated_touchpoints as (
    select
        case_key,
        touchpoint_key
    from touchpoints
    where case_key is not null and score is not null
),

deliveries as (
    select
        order_key,
        touchpoint_key
    from touchpoints
    where touchpoint_type_slug = 'order_delivered'
),

contact_touchpoints as (
    select
        contacts.contact_key,
        max_by(
            touchpoints.touchpoint_key, {{ sort_key([
                'touchpoints.occurred_at', 'touchpoints.touchpoint_key'
            ]) }}
        ) as touchpoint_key
    from contacts
    inner join touchpoints
        on
            contacts.case_key = touchpoints.case_key
            and contacts.started_at >= touchpoints.occurred_at
    where touchpoints.direction = 'inbound'
    group by contacts.contact_key
),

observations as (
    select
        counted_answers.response_key as sign_key,
        coalesce(counted_answers.touchpoint_key, rated_touchpoints.touchpoint_key)
            as touchpoint_key,
        counted_answers.customer_key,
        counted_answers.case_key,
        counted_answers.order_key,
        counted_answers.channel_slug,
        counted_answers.contact_reason_slug,
        'answer' as evidence,
        counted_answers.metric_slug as scope,
        cast(null as double) as measure,
        counted_answers.answered_at as occurred_at
    from counted_answers
    left join rated_touchpoints
        on counted_answers.case_key = rated_touchpoints.case_key

    union all

    select
        touchpoint_key as sign_key,
        touchpoint_key,
        customer_key,
        case_key,
        order_key,
        channel_slug,
        contact_reason_slug,
        'wait' as evidence,
        channel_slug as scope,
        wait_seconds as measure,
        occurred_at
    from touchpoints
    where wait_seconds is not null

    union all

    -- The promise is broken the moment it has passed, whether the parcel comes later or never.
    select
        orders.order_key as sign_key,
        deliveries.touchpoint_key,
        orders.customer_key,
        cast(null as varchar) as case_key,
        orders.order_key,
        orders.channel_slug,
        cast(null as varchar) as contact_reason_slug,
        'delivery' as evidence,
        'promise' as scope,
        cast(null as double) as measure,
        orders.promised_at as occurred_at
    from orders
    left join deliveries
        on orders.order_key = deliveries.order_key
    where coalesce(orders.delivered_at > orders.promised_at, true)

    union all

    select
        contacts.contact_key as sign_key,
        contact_touchpoints.touchpoint_key,
        contacts.customer_key,
        contacts.case_key,
        cast(null as varchar) as order_key,
        contacts.channel_slug,
        contacts.contact_reason_slug,
        'contact' as evidence,
        'reopened' as scope,
        cast(null as double) as measure,
        contacts.started_at as occurred_at
    from contacts
    left join contact_touchpoints
        on contacts.contact_key = contact_touchpoints.contact_key
    where contacts.is_reopening

    union all

    select
        contacts.contact_key as sign_key,
        contact_touchpoints.touchpoint_key,
        contacts.customer_key,
        contacts.case_key,
        cast(null as varchar) as order_key,
        contacts.channel_slug,
        contacts.contact_reason_slug,
        'contact' as evidence,
        'repeated' as scope,
        cast(null as double) as measure,
        contacts.started_at as occurred_at
    from contacts
    inner join repeated_contacts
        on contacts.contact_key = repeated_contacts.contact_key
    left join contact_touchpoints
        on contacts.contact_key = contact_touchpoints.contact_key
)

select
    {{ surrogate_key(['bad_experience_rules.rule_slug', 'observations.sign_key']) }}
        as bad_sign_key,
    observations.touchpoint_key,
    observations.customer_key,
    observations.case_key,
    observations.order_key,
    observations.channel_slug,
    observations.contact_reason_slug,
    bad_experience_rules.rule_slug,
    bad_experience_rules.rule_version,
    observations.occurred_at
from observations
inner join bad_experience_rules
    on
        observations.evidence = bad_experience_rules.evidence
        and observations.scope = bad_experience_rules.scope
where coalesce(observations.measure > bad_experience_rules.threshold, true)
