{{ config(materialized='view') }}

with customer_versions as (
    select
        *,
        min(updated_at) over (partition by shop_customer_id) as first_updated_at
    from {{ ref('stg_shop__customer_versions') }}
),

-- Who tries out the shop may type anything into an order.
orders as (
    select * from {{ ref('stg_shop__orders') }}
    where buyer_id is not null and excluded_reason is null
),

checkouts as (
    select * from {{ ref('stg_shop__checkouts') }}
    where buyer_id is not null
),

-- Orders and checkouts keep the address that was given with them; without a customer, that address
-- is who bought.
appearances as (
    select
        shop_customer_id as buyer_id,
        email,
        phone,
        given_name,
        surname,
        country_code,
        city,
        postcode,
        street_address,
        case when updated_at = first_updated_at then created_at else updated_at end
            as first_seen_at,
        updated_at as last_seen_at,
        _load_id
    from customer_versions

    union all

    select
        buyer_id,
        email,
        phone,
        given_name,
        surname,
        country_code,
        city,
        postcode,
        street_address,
        ordered_at as first_seen_at,
        ordered_at as last_seen_at,
        _load_id
    from orders

    union all

    select
        buyer_id,
        email,
        phone,
        given_name,
        surname,
        cast(null as varchar) as country_code,
        cast(null as varchar) as city,
        cast(null as varchar) as postcode,
        cast(null as varchar) as street_address,
        started_at as first_seen_at,
        started_at as last_seen_at,
        _load_id
    from checkouts
)

select
    'shop' as source_name,
    buyer_id as source_profile_id,
    {{ surrogate_key(["'shop'", 'buyer_id']) }} as profile_key,
    email,
    phone,
    given_name,
    surname,
    country_code,
    city,
    postcode,
    street_address,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    max(_load_id) as _load_id
from appearances
group by
    buyer_id,
    email,
    phone,
    given_name,
    surname,
    country_code,
    city,
    postcode,
    street_address
