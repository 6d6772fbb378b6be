{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
    where source_name = 'complete_journey'
),

campaign_households as (
    select * from {{ ref('stg_complete_journey__campaign_households') }}
),

campaigns as (
    select * from {{ ref('stg_complete_journey__campaigns') }}
),

coupon_redemptions as (
    select
        *,
        {{ surrogate_key(["'complete_journey'", 'household_id']) }} as profile_key
    from {{ ref('stg_complete_journey__coupon_redemptions') }}
),

single_baskets as (
    select
        profile_key,
        ordered_date,
        max(order_key) as order_key,
        max(store_key) as store_key,
        max(ordered_at) as ordered_at
    from orders
    group by
        profile_key,
        ordered_date
    having count(*) = 1
),

household_events as (
    select
        'transactions' as table_name,
        source_order_id as record_id,
        profile_key,
        channel_slug,
        'store_purchase' as touchpoint_type_slug,
        order_key,
        cast(null as varchar) as campaign_key,
        store_key,
        ordered_at as occurred_at,
        amount as revenue,
        _load_id
    from orders

    union all

    -- Mailings go out on the first day of their campaign.
    select
        'campaigns' as table_name,
        campaign_households.campaign_id || '/' || campaign_households.household_id as record_id,
        {{ surrogate_key(["'complete_journey'", 'campaign_households.household_id']) }}
            as profile_key,
        'mail' as channel_slug,
        'mailing_sent' as touchpoint_type_slug,
        cast(null as varchar) as order_key,
        campaign_households.campaign_id as campaign_key,
        cast(null as varchar) as store_key,
        {{ to_utc('cast(campaigns.started_date as timestamp)', "'America/New_York'") }}
            as occurred_at,
        cast(null as decimal(18, 2)) as revenue,
        greatest(campaign_households._load_id, campaigns._load_id) as _load_id
    from campaign_households
    inner join campaigns
        on campaign_households.campaign_id = campaigns.campaign_id

    union all

    -- A redemption has a day and no time: that of the day's only basket, else the day's beginning.
    select
        'coupon_redemptions' as table_name,
        concat_ws(
            '/',
            coupon_redemptions.household_id,
            coupon_redemptions.coupon_id,
            coupon_redemptions.campaign_id,
            cast(coupon_redemptions.redeemed_date as varchar)
        ) as record_id,
        coupon_redemptions.profile_key,
        'store' as channel_slug,
        'coupon_redeemed' as touchpoint_type_slug,
        single_baskets.order_key,
        coupon_redemptions.campaign_id as campaign_key,
        single_baskets.store_key,
        coalesce(
            single_baskets.ordered_at,
            {{ to_utc(
                'cast(coupon_redemptions.redeemed_date as timestamp)', "'America/New_York'"
            ) }}
        ) as occurred_at,
        cast(null as decimal(18, 2)) as revenue,
        coupon_redemptions._load_id
    from coupon_redemptions
    left join single_baskets
        on
            coupon_redemptions.profile_key = single_baskets.profile_key
            and coupon_redemptions.redeemed_date = single_baskets.ordered_date
)

select
    {{ surrogate_key(["'complete_journey'", 'table_name', 'record_id']) }} as touchpoint_key,
    'complete_journey' as source_name,
    profile_key,
    channel_slug,
    touchpoint_type_slug,
    occurred_at,
    'America/New_York' as business_time_zone,
    order_key,
    campaign_key,
    store_key,
    cast(revenue as decimal(18, 2)) as revenue,
    _load_id
from household_events
