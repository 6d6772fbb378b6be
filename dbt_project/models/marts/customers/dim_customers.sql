with customers as (
    select * from {{ ref('int_identity__customers') }}
),

golden_records as (
    select * from {{ ref('int_identity__golden_records') }}
),

descriptions as (
    select * from {{ ref('int_customers__descriptions') }}
),

public_traits as (
    select * from {{ ref('int_customers__public_traits') }}
),

consents as (
    select * from {{ ref('int_consent__current') }}
    where purpose_slug = 'marketing'
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where customer_key is not null and not is_bot
),

orders as (
    select * from {{ ref('int_orders__orders') }}
    where customer_key is not null and is_purchase
),

bookings as (
    select * from {{ ref('int_orders__customer_bookings') }}
),

answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where customer_key is not null and is_valid
),

referred_customers as (
    select * from {{ ref('int_loyalty__referred_customers') }}
),

channel_months as (
    select * from {{ ref('int_feedback__channel_months') }}
),

preferences as (
    select * from {{ ref('int_customers__preferences') }}
),

profits as (
    select * from {{ ref('int_customers__profits') }}
),

health as (
    select * from {{ ref('customer_health') }}
),

consent_changes as (
    select
        customer_key,
        max(changed_at) as consent_changed_at
    from consents
    group by customer_key
),

contacts as (
    select
        customer_key,
        count(*) as touchpoint_count,
        count(distinct channel_slug) as channel_count,
        min_by(channel_slug, {{ sort_key(['occurred_at', 'touchpoint_key']) }})
            as first_channel_slug,
        max_by(channel_slug, {{ sort_key(['occurred_at', 'touchpoint_key']) }})
            as last_channel_slug,
        min(occurred_at) as first_touchpoint_at,
        max(occurred_at) as last_touchpoint_at,
        max(case when direction = 'inbound' then occurred_at end) as last_active_at
    from touchpoints
    group by customer_key
),

purchases as (
    select
        customer_key,
        count(order_key) as order_count,
        cast(sum(net_amount) as decimal(18, 2)) as net_revenue_amount,
        min(booked_at) filter (where order_key is not null) as first_ordered_at,
        max(booked_at) filter (where order_key is not null) as last_ordered_at
    from bookings
    group by customer_key
),

returns as (
    select
        customer_key,
        count(*) filter (where refund_amount > 0) as refunded_order_count
    from orders
    group by customer_key
),

satisfaction as (
    select
        customer_key,
        count(*) as answer_count,
        max_by(
            score, {{ sort_key(['answered_at', 'response_key']) }}
        ) filter (where metric_slug = 'nps_relational') as last_nps_score,
        max_by(score_share, {{ sort_key(['answered_at', 'response_key']) }}) as last_score_share,
        max(answered_at) as last_answered_at
    from answers
    group by customer_key
),

listening as (
    select
        customer_key,
        {{ dbt.listagg(
            'distinct channel_slug', "' '", 'order by channel_slug'
        ) }} filter (where is_heard)
            as heard_channels,
        count(distinct channel_slug) filter (where is_heard) as heard_channel_count,
        count(distinct channel_slug) as used_channel_count,
        max(last_heard_at) as last_heard_at
    from channel_months
    group by customer_key
),

-- Where no source shows refunds, that nothing came back is not known.
refund_sources as (
    select coalesce(bool_or(is_shown), false) as is_shown
    from {{ ref('int_company__shown_shapes') }}
    where shape_slug = 'refunds'
),

-- The nine traits of `profile_completeness`, of the person instead of the profile.
completeness as (
    select
        customer_key,
        cast(coalesce(given_name, surname) is not null as integer)
        + cast(email is not null as integer)
        + cast(phone is not null as integer)
        + cast(birth_date is not null as integer)
        + cast(gender is not null as integer)
        + cast(language is not null as integer)
        + cast(country_code is not null as integer)
        + cast(coalesce(city, postcode, street_address) is not null as integer)
        + cast(segment_slug is not null as integer) as known_trait_count
    from golden_records
)

select
    customers.customer_key,
    referred_customers.referrer_customer_key,
    customers.segment_slug,
    descriptions.lifecycle_stage_slug,
    coalesce(health.churn_state, 'no_known_purchase') as churn_state,
    public_traits.gender,
    descriptions.language,
    public_traits.country_code,
    public_traits.city,
    coalesce(public_traits.coarsening, 'nothing') as coarsening,
    contacts.first_channel_slug,
    contacts.last_channel_slug,
    preferences.preferred_channel_slug,
    listening.heard_channels,
    golden_records.segment_source,
    case when public_traits.gender is not null then golden_records.gender_source end
        as gender_source,
    golden_records.language_source,
    case
        when coalesce(public_traits.city, public_traits.country_code) is not null
            then golden_records.address_source
    end as address_source,
    case when public_traits.birth_decade is not null then golden_records.birth_date_source end
        as birth_year_source,
    public_traits.birth_year,
    public_traits.birth_decade,
    customers.profile_count,
    customers.source_count,
    customers.sharing_person_count,
    coalesce(contacts.channel_count, 0) as channel_count,
    coalesce(listening.heard_channel_count, 0) as heard_channel_count,
    coalesce(contacts.touchpoint_count, 0) as touchpoint_count,
    coalesce(purchases.order_count, 0) as order_count,
    case when refund_sources.is_shown then coalesce(returns.refunded_order_count, 0) end
        as refunded_order_count,
    coalesce(purchases.net_revenue_amount, 0) as net_revenue_amount,
    profits.margin_amount,
    profits.cost_to_serve_amount,
    profits.profit_amount,
    profits.profit_fifth,
    coalesce(completeness.known_trait_count, 0) as known_trait_count,
    coalesce(completeness.known_trait_count, 0) / 9.0 as completeness_share,
    coalesce(satisfaction.answer_count, 0) as answer_count,
    cast(satisfaction.last_nps_score as integer) as last_nps_score,
    satisfaction.last_score_share,
    listening.heard_channel_count / cast(listening.used_channel_count as double)
        as listening_coverage_share,
    customers.is_identified,
    customers.is_shared_mailbox,
    customers.is_lone_identifier,
    descriptions.has_account,
    descriptions.has_loyalty_card,
    referred_customers.referred_customer_key is not null as is_referred,
    descriptions.is_email_marketing_allowed,
    descriptions.is_sms_marketing_allowed,
    descriptions.is_push_marketing_allowed,
    least(customers.first_seen_at, contacts.first_touchpoint_at) as first_seen_at,
    greatest(customers.last_seen_at, contacts.last_touchpoint_at) as last_seen_at,
    contacts.first_touchpoint_at,
    contacts.last_touchpoint_at,
    contacts.last_active_at,
    purchases.first_ordered_at,
    purchases.last_ordered_at,
    satisfaction.last_answered_at,
    listening.last_heard_at,
    consent_changes.consent_changed_at
from customers
cross join refund_sources
inner join descriptions
    on customers.customer_key = descriptions.customer_key
left join public_traits
    on
        {{ surrogate_key([
            'descriptions.birth_year', 'descriptions.gender', 'descriptions.city',
            'descriptions.country_code'
        ]) }}
        = public_traits.traits_key
left join golden_records
    on customers.customer_key = golden_records.customer_key
left join completeness
    on customers.customer_key = completeness.customer_key
left join preferences
    on customers.customer_key = preferences.customer_key
left join profits
    on customers.customer_key = profits.customer_key
left join returns
    on customers.customer_key = returns.customer_key
left join health
    on customers.customer_key = health.customer_key
left join consent_changes
    on customers.customer_key = consent_changes.customer_key
left join contacts
    on customers.customer_key = contacts.customer_key
left join purchases
    on customers.customer_key = purchases.customer_key
left join satisfaction
    on customers.customer_key = satisfaction.customer_key
left join listening
    on customers.customer_key = listening.customer_key
left join referred_customers
    on customers.customer_key = referred_customers.referred_customer_key
