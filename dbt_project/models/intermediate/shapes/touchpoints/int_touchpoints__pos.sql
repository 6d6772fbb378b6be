{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
    where source_name = 'pos'
),

refunds as (
    select * from {{ ref('int_orders__refunds') }}
    where source_name = 'pos'
),

store_teams as (
    select
        store_id,
        min(team_id) as team_id
    from {{ ref('teams') }}
    where team_function = 'store'
    group by store_id
),

till_visits as (
    select
        'store_purchase' as touchpoint_type_slug,
        source_order_id as receipt_id,
        profile_key,
        order_key,
        store_key,
        cast(null as varchar) as product_key,
        business_time_zone,
        ordered_at as occurred_at,
        amount as revenue,
        _load_id
    from orders

    union all

    select
        'store_return' as touchpoint_type_slug,
        source_refund_id as receipt_id,
        max(profile_key) as profile_key,
        -- One receipt may take back goods of several purchases; then it is about none of them.
        case when count(distinct order_key) = 1 then max(order_key) end as order_key,
        max(store_key) as store_key,
        case when count(distinct product_key) = 1 then max(product_key) end as product_key,
        max(business_time_zone) as business_time_zone,
        min(refunded_at) as occurred_at,
        -sum(case when is_booked then amount else 0 end) as revenue,
        max(_load_id) as _load_id
    from refunds
    group by source_refund_id
)

select
    {{ surrogate_key([
        "'pos'", "'receipts'", 'till_visits.receipt_id', 'till_visits.touchpoint_type_slug'
    ]) }} as touchpoint_key,
    'pos' as source_name,
    till_visits.profile_key,
    'store' as channel_slug,
    till_visits.touchpoint_type_slug,
    till_visits.occurred_at,
    till_visits.business_time_zone,
    till_visits.order_key,
    till_visits.store_key,
    till_visits.product_key,
    store_teams.team_id as team_key,
    cast(till_visits.revenue as decimal(18, 2)) as revenue,
    till_visits._load_id
from till_visits
left join store_teams
    on till_visits.store_key = store_teams.store_id
