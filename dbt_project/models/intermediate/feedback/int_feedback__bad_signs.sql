-- What a rule calls bad, one by one; several of them can be one bad experience. Texts are no sign
-- until they are scored.
with scored_responses as (
    select * from {{ ref('int_feedback__scored_responses') }}
    where is_counted and band in ('bottom', 'detractor')
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where wait_seconds is not null
),

orders as (
    select * from {{ ref('int_orders__orders') }}
    where promised_at is not null and not is_cancelled
),

contacts as (
    select * from {{ ref('int_cases__contacts') }}
),

repeated_contacts as (
    select * from {{ ref('int_kpis__contact_units') }}
    where metric_slug = 'repeat_contact' and unit_state = 'eligible' and unit_value = 1
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

bad_experience_rules as (
    select * from {{ ref('bad_experience_rules') }}
),

observations as (
    select
        response_key as sign_key,
        customer_key,
        case_key,
        order_key,
        channel_slug,
        contact_reason_slug,
        'answer' as evidence,
        metric_slug as scope,
        cast(null as double) as measure,
        answered_at as occurred_at
    from scored_responses

    union all

    select
        touchpoint_key as sign_key,
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

    union all

    -- The promise is broken the moment it has passed, whether the parcel comes later or never.
    select
        orders.order_key as sign_key,
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
    cross join settings
    where
        orders.promised_at < settings.as_of
        and coalesce(orders.delivered_at > orders.promised_at, true)

    union all

    select
        contact_key as sign_key,
        customer_key,
        case_key,
        cast(null as varchar) as order_key,
        channel_slug,
        contact_reason_slug,
        'contact' as evidence,
        'reopened' as scope,
        cast(null as double) as measure,
        started_at as occurred_at
    from contacts
    where is_reopening

    union all

    select
        contacts.contact_key as sign_key,
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
        on contacts.contact_key = repeated_contacts.unit_key
)

select
    {{ surrogate_key(['bad_experience_rules.rule_slug', 'observations.sign_key']) }}
        as bad_sign_key,
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
where
    observations.customer_key is not null
    and coalesce(observations.measure > bad_experience_rules.threshold, true)
