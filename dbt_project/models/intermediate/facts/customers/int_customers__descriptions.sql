-- What describes a customer, exactly: the snapshot remembers it, marts show what is public of it.
-- A device whose events were all given to the people who used it is nobody of its own.
with customers as (
    select * from {{ ref('int_identity__customers') }}
),

golden_records as (
    select * from {{ ref('int_identity__golden_records') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
    where not is_junk
),

consents as (
    select * from {{ ref('int_consent__current') }}
    where purpose_slug = 'marketing'
),

preferences as (
    select * from {{ ref('int_customers__preferences') }}
),

profits as (
    select * from {{ ref('int_customers__profits') }}
),

active_customers as (
    select customer_key
    from {{ ref('int_touchpoints__all') }}
    where customer_key is not null and not is_bot
    group by customer_key
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

current_stages as (
    select
        lifecycle_spans.customer_key,
        lifecycle_spans.lifecycle_stage_slug
    from {{ ref('int_journeys__lifecycle_spans') }} as lifecycle_spans
    cross join settings
    where
        lifecycle_spans.started_at < settings.as_of
        and coalesce(lifecycle_spans.ended_at >= settings.as_of, true)
),

holdings as (
    select
        customer_profiles.customer_key,
        bool_or(identifiers.identifier_type = 'account_id') as has_account,
        bool_or(identifiers.identifier_type = 'loyalty_card') as has_loyalty_card
    from customer_profiles
    inner join identifiers
        on customer_profiles.profile_key = identifiers.profile_key
    group by customer_profiles.customer_key
),

-- Where no source shows consent, nobody knows whether there is any.
consent_sources as (
    select coalesce(bool_or(is_shown), false) as is_shown
    from {{ ref('int_company__shown_shapes') }}
    where shape_slug = 'consent_changes'
),

permissions as (
    select
        customer_key,
        bool_or(channel_slug = 'email' and is_allowed) as is_email_allowed,
        bool_or(channel_slug = 'sms' and is_allowed) as is_sms_allowed,
        bool_or(channel_slug = 'push' and is_allowed) as is_push_allowed
    from consents
    group by customer_key
)

select
    customers.customer_key,
    customers.segment_slug,
    current_stages.lifecycle_stage_slug,
    preferences.preferred_channel_slug,
    profits.profit_fifth,
    golden_records.gender,
    golden_records.language,
    golden_records.country_code,
    golden_records.city,
    cast(year(golden_records.birth_date) as integer) as birth_year,
    customers.is_identified,
    coalesce(holdings.has_account, false) as has_account,
    coalesce(holdings.has_loyalty_card, false) as has_loyalty_card,
    case when consent_sources.is_shown then coalesce(permissions.is_email_allowed, false) end
        as is_email_marketing_allowed,
    case when consent_sources.is_shown then coalesce(permissions.is_sms_allowed, false) end
        as is_sms_marketing_allowed,
    case when consent_sources.is_shown then coalesce(permissions.is_push_allowed, false) end
        as is_push_marketing_allowed
from customers
cross join consent_sources
left join golden_records
    on customers.customer_key = golden_records.customer_key
left join current_stages
    on customers.customer_key = current_stages.customer_key
left join preferences
    on customers.customer_key = preferences.customer_key
left join profits
    on customers.customer_key = profits.customer_key
left join holdings
    on customers.customer_key = holdings.customer_key
left join permissions
    on customers.customer_key = permissions.customer_key
left join active_customers
    on customers.customer_key = active_customers.customer_key
where not customers.is_device_only or active_customers.customer_key is not null
