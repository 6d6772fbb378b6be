with unlinked_orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
),

sold_lines as (
    select * from {{ ref('int_orders__sale_lines') }}
    where not is_return
),

refunds as (
    select * from {{ ref('int_orders__refunds') }}
    where order_key is not null
),

products as (
    select * from {{ ref('int_orders__products') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- The cost of an order is unknown if that of one line is: a part of the cost would look like a
-- better margin.
sold_costs as (
    select
        sold_lines.order_key,
        count(*) as line_count,
        case
            when
                count(sold_lines.product_key) = count(*)
                and count(distinct sold_lines.product_key) = 1
                then max(sold_lines.product_key)
        end as only_product_key,
        case
            when count(products.unit_cost) = count(*)
                then sum(sold_lines.quantity * products.unit_cost)
        end as cost_amount
    from sold_lines
    left join products
        on sold_lines.product_key = products.product_key
    group by sold_lines.order_key
),

-- Money beyond goods costs nothing; goods of unknown cost leave that of the order unknown.
refunded as (
    select
        refunds.order_key,
        sum(refunds.amount_original) as refund_original,
        sum(refunds.amount) as refund_amount,
        case
            when count(refunds.product_key) = count(products.unit_cost)
                then coalesce(sum(refunds.quantity * products.unit_cost), 0)
        end as cost_amount,
        max(refunds._load_id) as _load_id
    from refunds
    left join products
        on refunds.product_key = products.product_key
    group by refunds.order_key
),

kept_orders as (
    select
        unlinked_orders.*,
        customer_profiles.customer_key,
        sold_costs.line_count,
        sold_costs.only_product_key,
        coalesce(refunded.refund_original, 0) as refund_original,
        coalesce(refunded.refund_amount, 0) as refund_amount,
        sold_costs.cost_amount,
        sold_costs.cost_amount
        - case when refunded.order_key is null then 0 else refunded.cost_amount end
            as kept_cost_amount,
        -- A purchase that came back is still a purchase; a cancelled one is not, and one at no
        -- known time has no place among the others.
        unlinked_orders.is_paid
        and not unlinked_orders.is_cancelled
        and unlinked_orders.ordered_at is not null as is_purchase,
        greatest(unlinked_orders._load_id, refunded._load_id) as last_load_id
    from unlinked_orders
    left join customer_profiles
        on unlinked_orders.profile_key = customer_profiles.profile_key
    left join sold_costs
        on unlinked_orders.order_key = sold_costs.order_key
    left join refunded
        on unlinked_orders.order_key = refunded.order_key
),

coverage as (
    select * from {{ ref('int_orders__coverage') }}
),

numbered_orders as (
    select
        order_key,
        ordered_at,
        row_number() over (
            partition by customer_key
            order by ordered_at, order_key
        ) as order_number
    from kept_orders
    where customer_key is not null and is_purchase
),

-- Nobody knows what a customer bought before the last of the sources was covered, nor on a day
-- without its file.
first_orders as (
    select
        numbered_orders.order_key,
        coalesce(
            numbered_orders.ordered_at - windows.first_order_look_back >= coverage.covered_from
            and {{ list_size(items_where(
                'coverage.hole_dates',
                'hole',
                'cast(hole as timestamp) <= numbered_orders.ordered_at and cast(hole as timestamp) + '
                ~ duration_of(1, 'day')
                ~ ' > numbered_orders.ordered_at - windows.first_order_look_back'
            )) }} = 0,
            false
        ) as is_provable
    from numbered_orders
    cross join coverage
    cross join windows
    where numbered_orders.order_number = 1
)

select
    -- keys
    kept_orders.order_key,
    kept_orders.customer_key,
    kept_orders.profile_key,
    kept_orders.source_name,
    kept_orders.source_order_id,
    kept_orders.store_key,
    kept_orders.checkout_key,
    kept_orders.campaign_key,
    kept_orders.only_product_key,

    -- attributes
    kept_orders.channel_slug,
    kept_orders.currency,
    kept_orders.business_time_zone,
    kept_orders.cancelled_by,

    -- measures
    numbered_orders.order_number,
    coalesce(kept_orders.line_count, 0) as line_count,
    kept_orders.amount_original,
    kept_orders.discount_original,
    kept_orders.refund_original,
    kept_orders.exchange_rate,
    kept_orders.amount,
    kept_orders.discount_amount,
    kept_orders.refund_amount,
    -- One rule for all revenue: what was cancelled or never paid earned nothing.
    case when kept_orders.is_purchase then kept_orders.amount - kept_orders.refund_amount else 0 end
        as net_amount,
    kept_orders.cost_amount,
    cast(
        case
            when kept_orders.is_purchase
                then kept_orders.amount - kept_orders.refund_amount - kept_orders.kept_cost_amount
        end as decimal(18, 2)
    ) as margin_amount,

    -- flags
    kept_orders.is_paid,
    kept_orders.is_cancelled,
    kept_orders.is_purchase,
    coalesce(kept_orders.delivered_at > kept_orders.promised_at, false) as is_late,
    case
        when first_orders.is_provable then true
        -- It may be the first, or not: an earlier one, or its customer, is not known.
        when first_orders.order_key is not null or kept_orders.customer_key is null then null
        else false
    end as is_first_order,

    -- timestamps
    kept_orders.ordered_date,
    kept_orders.ordered_at,
    kept_orders.promised_at,
    kept_orders.shipped_at,
    kept_orders.delivered_at,
    kept_orders.cancelled_at,

    kept_orders.last_load_id as _load_id
from kept_orders
left join numbered_orders
    on kept_orders.order_key = numbered_orders.order_key
left join first_orders
    on kept_orders.order_key = first_orders.order_key
