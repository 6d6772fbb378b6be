-- Each row is one thing that a rule calls bad; several of them can be one bad experience. Nothing
-- here depends on `as_of`: a promise that is still open is a sign of the moment at which it will be
-- broken, and marts show what has come to pass.
with counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where is_counted and band in ('bottom', 'detractor')
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

web_events as (
    select * from {{ ref('int_web__events') }}
),

web_sessions as (
    select * from {{ ref('int_web__sessions') }}
),

-- The words of who gave no score, read by a person or by a model that may be taken.
negative_texts as (
    select * from {{ ref('int_texts__sentiments') }}
    where is_negative_text and touchpoint_key is not null
),

orders as (
    select * from {{ ref('int_orders__orders') }}
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

cancellations as (
    select
        order_key,
        touchpoint_key
    from touchpoints
    where touchpoint_type_slug = 'order_cancelled'
),

-- An error after the checkout was begun, and no order in the session after it: the first of them.
begun_checkouts as (
    select
        session_key,
        min(occurred_at) as begun_at
    from touchpoints
    where touchpoint_type_slug = 'checkout_started' and session_key is not null and not is_bot
    group by session_key
),

-- The shop's order is the touchpoint and knows no session: the website's event of it does.
session_orders as (
    select
        web_sessions.session_key,
        max(web_events.occurred_at) as ordered_at
    from web_events
    inner join web_sessions
        on web_events.touchpoint_key = web_sessions.touchpoint_key
    where web_events.touchpoint_type_slug = 'order_placed'
    group by web_sessions.session_key
),

checkout_errors as (
    select
        touchpoints.*,
        row_number() over (
            partition by touchpoints.session_key
            order by touchpoints.occurred_at, touchpoints.touchpoint_key
        ) as error_number
    from touchpoints
    inner join begun_checkouts
        on
            touchpoints.session_key = begun_checkouts.session_key
            and touchpoints.occurred_at >= begun_checkouts.begun_at
    left join session_orders
        on touchpoints.session_key = session_orders.session_key
    where
        touchpoints.touchpoint_type_slug = 'error_shown'
        and coalesce(session_orders.ordered_at < touchpoints.occurred_at, true)
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

    select
        touchpoints.touchpoint_key as sign_key,
        touchpoints.touchpoint_key,
        touchpoints.customer_key,
        touchpoints.case_key,
        touchpoints.order_key,
        touchpoints.channel_slug,
        touchpoints.contact_reason_slug,
        'text' as evidence,
        'negative' as scope,
        cast(null as double) as measure,
        touchpoints.occurred_at
    from touchpoints
    inner join negative_texts
        on touchpoints.touchpoint_key = negative_texts.touchpoint_key

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
    where
        orders.promised_at is not null
        and not orders.is_cancelled
        and coalesce(orders.delivered_at > orders.promised_at, true)

    union all

    select
        orders.order_key as sign_key,
        cancellations.touchpoint_key,
        orders.customer_key,
        cast(null as varchar) as case_key,
        orders.order_key,
        orders.channel_slug,
        cast(null as varchar) as contact_reason_slug,
        'order' as evidence,
        'cancelled_by_company' as scope,
        cast(null as double) as measure,
        orders.cancelled_at as occurred_at
    from orders
    left join cancellations
        on orders.order_key = cancellations.order_key
    where orders.cancelled_by = 'company' and orders.cancelled_at is not null

    union all

    select
        touchpoint_key as sign_key,
        touchpoint_key,
        customer_key,
        case_key,
        order_key,
        channel_slug,
        contact_reason_slug,
        'touchpoint' as evidence,
        touchpoint_type_slug || coalesce(' ' || outcome_slug, '') as scope,
        wait_seconds as measure,
        occurred_at
    from touchpoints

    union all

    select
        touchpoint_key as sign_key,
        touchpoint_key,
        customer_key,
        case_key,
        order_key,
        channel_slug,
        contact_reason_slug,
        'checkout' as evidence,
        'failed' as scope,
        cast(null as double) as measure,
        occurred_at
    from checkout_errors
    where error_number = 1

    union all

    select
        contacts.contact_key as sign_key,
        contact_touchpoints.touchpoint_key,
        contacts.customer_key,
        contacts.case_key,
        cast(null as varchar) as order_key,
        contacts.channel_slug,
        contacts.contact_reason_slug,
        'reason' as evidence,
        contacts.contact_reason_slug as scope,
        cast(null as double) as measure,
        contacts.started_at as occurred_at
    from contacts
    left join contact_touchpoints
        on contacts.contact_key = contact_touchpoints.contact_key
    where contacts.contact_number = 1

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

    -- Known from the beginning on: it is over when its limit passes, unless it is solved by then.
    select
        contacts.contact_key as sign_key,
        cast(null as varchar) as touchpoint_key,
        contacts.customer_key,
        contacts.case_key,
        cast(null as varchar) as order_key,
        contacts.channel_slug,
        contacts.contact_reason_slug,
        'contact' as evidence,
        'unsolved' as scope,
        cast(null as double) as measure,
        contacts.limit_ends_at as occurred_at
    from contacts
    where
        contacts.contact_reason_kind = 'problem'
        and contacts.is_human_contact
        and contacts.limit_ends_at is not null
        and (
            contacts.stated_resolution = 'unresolved'
            or coalesce(contacts.ended_at > contacts.limit_ends_at, true)
        )

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
