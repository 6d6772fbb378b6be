-- How far sessions come, by where they landed from and on what device.
with sessions as (
    select * from {{ ref('fct_sessions') }}
    where not is_bot
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'session_funnel'
),

placed_sessions as (
    select
        cast(date_trunc('month', sessions.started_date) as date) as month_start_date,
        sessions.channel_slug,
        coalesce(sessions.entry_campaign_source, 'none') as landing_source,
        coalesce(sessions.entry_campaign_medium, 'none') as landing_medium,
        coalesce(sessions.entry_device_type, 'unknown') as device_type,
        coalesce(sessions.customer_key, sessions.session_key) as person_key,
        sessions.viewed_product_count > 0 as has_product,
        sessions.has_cart,
        sessions.has_checkout,
        sessions.has_order
    from sessions
    inner join settings
        on sessions.started_at < settings.as_of
),

-- By person first: sessions of one person are not independent.
person_counts as (
    select
        month_start_date,
        channel_slug,
        landing_source,
        landing_medium,
        device_type,
        person_key,
        count(*) as unit_count,
        count(*) filter (where has_product) as product_count,
        count(*) filter (where has_cart) as cart_count,
        count(*) filter (where has_checkout) as checkout_count,
        count(*) filter (where has_order) as success_count
    from placed_sessions
    group by
        month_start_date,
        channel_slug,
        landing_source,
        landing_medium,
        device_type,
        person_key
),

order_rates as (
    {{ clustered_rates(
        'person_counts',
        ['month_start_date', 'channel_slug', 'landing_source', 'landing_medium', 'device_type']
    ) }}
),

stage_counts as (
    select
        month_start_date,
        channel_slug,
        landing_source,
        landing_medium,
        device_type,
        sum(product_count) as product_count,
        sum(cart_count) as cart_count,
        sum(checkout_count) as checkout_count
    from person_counts
    group by
        month_start_date,
        channel_slug,
        landing_source,
        landing_medium,
        device_type
)

select
    order_rates.month_start_date,
    {{ period_columns("'month'", 'order_rates.month_start_date') }},
    order_rates.channel_slug,
    order_rates.landing_source,
    order_rates.landing_medium,
    order_rates.device_type,
    cast(order_rates.denominator as bigint) as session_count,
    cast(stage_counts.product_count as bigint) as product_session_count,
    cast(stage_counts.cart_count as bigint) as cart_session_count,
    cast(stage_counts.checkout_count as bigint) as checkout_session_count,
    cast(order_rates.numerator as bigint) as order_session_count,
    order_rates.value as order_rate,
    order_rates.ci_low,
    order_rates.ci_high,
    order_rates.denominator >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from order_rates
inner join stage_counts
    on
        order_rates.month_start_date = stage_counts.month_start_date
        and order_rates.channel_slug = stage_counts.channel_slug
        and order_rates.landing_source = stage_counts.landing_source
        and order_rates.landing_medium = stage_counts.landing_medium
        and order_rates.device_type = stage_counts.device_type
cross join mart_rules
{{ joined_periods("'month'", 'order_rates.month_start_date') }}
