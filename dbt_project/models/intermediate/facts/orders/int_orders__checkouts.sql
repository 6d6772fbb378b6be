with left_checkouts as (
    select * from {{ ref('int_shapes__checkouts') }}
),

orders as (
    select * from {{ ref('int_orders__orders') }}
),

-- A bot begins no checkout.
begun_checkouts as (
    select * from {{ ref('int_shapes__touchpoints') }}
    where checkout_key is not null and not is_bot
),

-- Nor is a test one that was left: its order is known, and counts nowhere.
excluded_checkouts as (
    select checkout_key
    from {{ ref('int_shapes__orders') }}
    where excluded_reason is not null and checkout_key is not null
    group by checkout_key
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

exchange_rates as (
    select * from {{ ref('int_orders__exchange_rates') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

-- Three witnesses: the clickstream, the shop's list of left checkouts, and the order.
sightings as (
    select
        checkout_key,
        profile_key,
        channel_slug,
        3 as witness_rank,
        occurred_at as seen_at,
        cast(null as varchar) as currency,
        cast(null as decimal(18, 4)) as amount_original,
        _load_id
    from begun_checkouts

    union all

    select
        checkout_key,
        profile_key,
        channel_slug,
        2 as witness_rank,
        started_at as seen_at,
        currency,
        amount_original,
        _load_id
    from left_checkouts

    union all

    select
        checkout_key,
        profile_key,
        channel_slug,
        1 as witness_rank,
        ordered_at as seen_at,
        currency,
        amount_original,
        _load_id
    from orders
    where checkout_key is not null
),

-- The best-informed witness comes first, then the earliest, so the order of arrival does not
-- matter.
ranked_sightings as (
    select
        sightings.*,
        customer_profiles.customer_key,
        {{ sort_key(['sightings.witness_rank', 'sightings.seen_at', 'sightings.profile_key']) }}
            as witness_order
    from sightings
    left join customer_profiles
        on sightings.profile_key = customer_profiles.profile_key
),

checkouts as (
    select
        checkout_key,
        -- The shop knows its customer; the clickstream at times only a visitor.
        min_by(
            customer_key, case when customer_key is not null then witness_order end
        ) as customer_key,
        min_by(channel_slug, witness_order) as channel_slug,
        min_by(currency, case when currency is not null then witness_order end) as currency,
        min_by(
            amount_original, case when amount_original is not null then witness_order end
        ) as amount_original,
        min(seen_at) as started_at,
        max(_load_id) as _load_id
    from ranked_sightings
    where checkout_key not in (select excluded_checkouts.checkout_key from excluded_checkouts)
    group by checkout_key
),

own_orders as (
    select
        checkout_key,
        min(ordered_at) as ordered_at,
        min_by(order_key, {{ sort_key(['ordered_at', 'order_key']) }}) as order_key
    from orders
    where checkout_key is not null
    group by checkout_key
),

purchases_elsewhere as (
    select
        checkouts.checkout_key,
        min_by(orders.order_key, {{ sort_key(['orders.ordered_at', 'orders.order_key']) }})
            as order_key
    from checkouts
    cross join windows
    inner join orders
        on
            checkouts.customer_key = orders.customer_key
            and checkouts.checkout_key is distinct from orders.checkout_key
            and checkouts.started_at < orders.ordered_at
            and checkouts.started_at + windows.checkout_window >= orders.ordered_at
    where orders.is_purchase
    group by checkouts.checkout_key
)

select
    -- keys
    checkouts.checkout_key,
    checkouts.customer_key,
    own_orders.order_key,
    purchases_elsewhere.order_key as elsewhere_order_key,

    -- attributes
    checkouts.channel_slug,
    case
        when own_orders.ordered_at <= checkouts.started_at + windows.checkout_window
            then 'completed'
        when purchases_elsewhere.order_key is not null then 'completed_elsewhere'
        else 'abandoned'
    end as outcome_slug,

    -- measures
    {{ reporting_amount('checkouts.amount_original', 'exchange_rates.exchange_rate') }} as amount,

    -- timestamps
    {{ business_date('checkouts.started_at', 'settings.default_time_zone') }} as started_date,
    checkouts.started_at,
    own_orders.ordered_at as completed_at,
    checkouts.started_at + windows.checkout_window as matures_at,

    checkouts._load_id
from checkouts
cross join settings
cross join windows
left join own_orders
    on checkouts.checkout_key = own_orders.checkout_key
left join purchases_elsewhere
    on checkouts.checkout_key = purchases_elsewhere.checkout_key
left join exchange_rates
    on
        checkouts.currency = exchange_rates.currency
        and cast(checkouts.started_at as date) >= exchange_rates.valid_from
        and cast(checkouts.started_at as date) < exchange_rates.valid_until
