-- Orders count on their date, refunds on their own. Nothing is rounded before the end.
with orders as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase
),

order_lines as (
    select * from {{ ref('int_orders__order_lines') }}
    where is_purchase
),

refund_lines as (
    select * from {{ ref('int_orders__refund_lines') }}
    where is_booked
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

dimensions as (
    select * from {{ ref('kpi_dimensions') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

counted_orders as (
    select
        orders.*,
        customers.segment_slug
    from orders
    inner join settings
        on orders.ordered_at < settings.as_of
    left join customers
        on orders.customer_key = customers.customer_key
),

order_days as (
    select
        ordered_date as anchor_date,
        channel_slug,
        segment_slug,
        store_key,
        sum(amount) as gross_amount,
        count(*) as order_count,
        sum(case when cost_amount is not null then amount end) as known_revenue_amount,
        sum(amount - cost_amount) as margin_amount
    from counted_orders
    group by
        ordered_date,
        channel_slug,
        segment_slug,
        store_key
),

-- What an order costs beyond its lines, such as its delivery, is of no product.
line_days as (
    select
        counted_orders.ordered_date as anchor_date,
        counted_orders.channel_slug,
        counted_orders.segment_slug,
        counted_orders.store_key,
        order_lines.product_key,
        sum(order_lines.line_amount) as gross_amount,
        count(distinct order_lines.order_key) as order_count,
        count(*) as line_count,
        count(*) filter (where order_lines.first_refunded_at < settings.as_of)
            as returned_line_count,
        sum(case when counted_orders.cost_amount is not null then order_lines.line_amount end)
            as known_revenue_amount,
        sum(
            case
                when counted_orders.cost_amount is not null
                    then order_lines.line_amount - order_lines.line_cost_amount
            end
        ) as margin_amount
    from order_lines
    inner join counted_orders
        on order_lines.order_key = counted_orders.order_key
    cross join settings
    group by
        counted_orders.ordered_date,
        counted_orders.channel_slug,
        counted_orders.segment_slug,
        counted_orders.store_key,
        order_lines.product_key
),

refund_days as (
    select
        refund_lines.refunded_date as anchor_date,
        refund_lines.channel_slug,
        customers.segment_slug,
        refund_lines.store_key,
        refund_lines.product_key,
        sum(refund_lines.refund_amount) as refund_amount,
        sum(
            case
                when refund_lines.margin_change_amount is not null
                    then -refund_lines.refund_amount
            end
        ) as known_revenue_amount,
        sum(refund_lines.margin_change_amount) as margin_amount
    from refund_lines
    inner join settings
        on refund_lines.refunded_at < settings.as_of
    left join customers
        on refund_lines.customer_key = customers.customer_key
    group by
        refund_lines.refunded_date,
        refund_lines.channel_slug,
        customers.segment_slug,
        refund_lines.store_key,
        refund_lines.product_key
),

-- By product an order is its lines; in every other dimension it is one thing.
entries as (
    select
        anchor_date,
        {{ one_row_per_place({
            'dimension': ["'total'", "'channel'", "'segment'", "'store'"],
            'member': ["'all'", 'channel_slug', 'segment_slug', 'store_key']
        }) }},
        gross_amount,
        0 as refund_amount,
        known_revenue_amount,
        margin_amount,
        order_count,
        0 as line_count,
        0 as returned_line_count
    from order_days

    union all

    select
        anchor_date,
        'product' as dimension,
        product_key as member,
        gross_amount,
        0 as refund_amount,
        known_revenue_amount,
        margin_amount,
        order_count,
        line_count,
        returned_line_count
    from line_days

    union all

    select
        anchor_date,
        {{ one_row_per_place({
            'dimension': ["'total'", "'channel'", "'segment'", "'store'"],
            'member': ["'all'", 'channel_slug', 'segment_slug', 'store_key']
        }) }},
        0 as gross_amount,
        0 as refund_amount,
        null as known_revenue_amount,
        null as margin_amount,
        0 as order_count,
        line_count,
        returned_line_count
    from line_days

    union all

    select
        anchor_date,
        {{ one_row_per_place({
            'dimension': ["'total'", "'channel'", "'segment'", "'store'", "'product'"],
            'member': ["'all'", 'channel_slug', 'segment_slug', 'store_key', 'product_key']
        }) }},
        0 as gross_amount,
        refund_amount,
        known_revenue_amount,
        margin_amount,
        0 as order_count,
        0 as line_count,
        0 as returned_line_count
    from refund_days

    union all

    -- Every period with money has a member `unknown` of products: it takes up what lines leave.
    select
        anchor_date,
        'product' as dimension,
        null as member,
        0 as gross_amount,
        0 as refund_amount,
        null as known_revenue_amount,
        null as margin_amount,
        0 as order_count,
        0 as line_count,
        0 as returned_line_count
    from order_days
),

typed_entries as (
    select
        entries.*,
        dimensions.period_types
    from entries
    inner join dimensions
        on entries.dimension = dimensions.dimension
),

period_entries as (
    {{ units_by_period('typed_entries') }}
),

member_sums as (
    select
        period_type,
        period_start_date,
        dimension,
        coalesce(member, 'unknown') as member,
        round(sum(gross_amount), 2) as gross_amount,
        round(sum(refund_amount), 2) as refund_amount,
        round(sum(known_revenue_amount), 2) as known_revenue_amount,
        round(sum(margin_amount), 2) as margin_amount,
        sum(order_count) as order_count,
        sum(line_count) as line_count,
        sum(returned_line_count) as returned_line_count
    from period_entries
    group by
        period_type,
        period_start_date,
        dimension,
        coalesce(member, 'unknown')
),

totals as (
    select * from member_sums
    where dimension = 'total'
),

product_sums as (
    select
        period_type,
        period_start_date,
        sum(gross_amount) as gross_amount,
        sum(known_revenue_amount) as known_revenue_amount,
        sum(margin_amount) as margin_amount
    from member_sums
    where dimension = 'product' and member != 'unknown'
    group by
        period_type,
        period_start_date
),

-- What is of no product is the rest of the total, so that products add up to it, to the cent.
members as (
    select
        member_sums.period_type,
        member_sums.period_start_date,
        member_sums.dimension,
        member_sums.member,
        case
            when member_sums.dimension = 'product' and member_sums.member = 'unknown'
                then totals.gross_amount - coalesce(product_sums.gross_amount, 0)
            else member_sums.gross_amount
        end as gross_amount,
        member_sums.refund_amount,
        case
            when member_sums.dimension = 'product' and member_sums.member = 'unknown'
                then totals.known_revenue_amount - coalesce(product_sums.known_revenue_amount, 0)
            else member_sums.known_revenue_amount
        end as known_revenue_amount,
        case
            when member_sums.dimension = 'product' and member_sums.member = 'unknown'
                then totals.margin_amount - coalesce(product_sums.margin_amount, 0)
            else member_sums.margin_amount
        end as margin_amount,
        member_sums.order_count,
        member_sums.line_count,
        member_sums.returned_line_count
    from member_sums
    inner join totals
        on
            member_sums.period_type = totals.period_type
            and member_sums.period_start_date is not distinct from totals.period_start_date
    left join product_sums
        on
            member_sums.period_type = product_sums.period_type
            and member_sums.period_start_date is not distinct from product_sums.period_start_date
)

select
    {{ surrogate_key([
        'members.period_type', 'members.period_start_date', 'members.dimension', 'members.member'
    ]) }} as revenue_key,
    members.period_type,
    members.period_start_date,
    {{ period_columns('members.period_type', 'members.period_start_date') }},
    members.dimension,
    members.member,
    cast(members.gross_amount as decimal(18, 2)) as gross_revenue_amount,
    cast(members.refund_amount as decimal(18, 2)) as refund_amount,
    cast(members.gross_amount - members.refund_amount as decimal(18, 2)) as net_revenue_amount,
    cast(members.order_count as bigint) as order_count,
    cast(round(members.gross_amount / nullif(members.order_count, 0), 2) as decimal(18, 2))
        as basket_amount,
    cast(members.line_count as bigint) as line_count,
    cast(members.returned_line_count as bigint) as returned_line_count,
    members.returned_line_count / cast(nullif(members.line_count, 0) as double) as refund_rate,
    cast(members.known_revenue_amount as decimal(18, 2)) as known_cost_revenue_amount,
    cast(members.margin_amount as decimal(18, 2)) as margin_amount,
    cast(members.margin_amount as double)
    / cast(nullif(members.known_revenue_amount, 0) as double) as margin_rate
from members
{{ joined_periods('members.period_type', 'members.period_start_date') }}
