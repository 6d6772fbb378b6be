-- How each customer answers to what is sent, by channel and by block of three hours: the own rate,
-- drawn towards that of the segment as if the segment were so many messages of the customer's own.
-- Hours are those of the customer's zone, so are quiet hours.
with customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

contacts as (
    select * from {{ ref('int_campaigns__contacts') }}
    where delivered_at is not null
),

channels as (
    select distinct channel_slug from {{ ref('messages') }}
),

time_zones as (
    select * from {{ ref('int_customers__time_zones') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

sent as (
    select
        contacts.customer_key,
        customers.segment_slug,
        contacts.channel_slug,
        3 * cast(
            floor(
                extract(
                    hour from {{ to_local(
                        'coalesce(contacts.clicked_at, contacts.replied_at, contacts.opened_at)',
                        'time_zones.time_zone'
                    ) }}
                ) / 3
            ) as integer
        ) as hour_block,
        coalesce(contacts.clicked_at, contacts.replied_at, contacts.opened_at) is not null
            as has_responded
    from contacts
    inner join customers
        on contacts.customer_key = customers.customer_key
    inner join time_zones
        on contacts.customer_key = time_zones.customer_key
),

segment_channels as (
    select
        segment_slug,
        channel_slug,
        avg(cast(has_responded as integer)) as response_share
    from sent
    group by
        segment_slug,
        channel_slug
),

customer_channels as (
    select
        customer_key,
        channel_slug,
        count(*) as sent_count,
        count(*) filter (where has_responded) as response_count
    from sent
    group by
        customer_key,
        channel_slug
),

segment_hours as (
    select
        segment_slug,
        channel_slug,
        hour_block,
        count(*) / sum(count(*)) over (partition by segment_slug, channel_slug) as hour_share
    from sent
    where has_responded
    group by
        segment_slug,
        channel_slug,
        hour_block
),

customer_hours as (
    select
        customer_key,
        channel_slug,
        hour_block,
        count(*) as response_count
    from sent
    where has_responded
    group by
        customer_key,
        channel_slug,
        hour_block
),

blocks as (
    select 3 * numbers.block as hour_block
    from (values (0), (1), (2), (3), (4), (5), (6), (7)) as numbers (block)
)

select
    customers.customer_key,
    channels.channel_slug,
    blocks.hour_block,
    coalesce(customer_channels.sent_count, 0) as sent_count,
    (
        coalesce(customer_channels.response_count, 0)
        + windows.action_prior_customers * coalesce(segment_channels.response_share, 0)
    ) / (coalesce(customer_channels.sent_count, 0) + windows.action_prior_customers)
        as response_share,
    (
        coalesce(customer_hours.response_count, 0)
        + windows.action_prior_customers * coalesce(segment_hours.hour_share, 0)
    ) / (coalesce(customer_channels.response_count, 0) + windows.action_prior_customers)
        as hour_share
from customers
cross join channels
cross join blocks
cross join windows
left join segment_channels
    on
        customers.segment_slug = segment_channels.segment_slug
        and channels.channel_slug = segment_channels.channel_slug
left join customer_channels
    on
        customers.customer_key = customer_channels.customer_key
        and channels.channel_slug = customer_channels.channel_slug
left join segment_hours
    on
        customers.segment_slug = segment_hours.segment_slug
        and channels.channel_slug = segment_hours.channel_slug
        and blocks.hour_block = segment_hours.hour_block
left join customer_hours
    on
        customers.customer_key = customer_hours.customer_key
        and channels.channel_slug = customer_hours.channel_slug
        and blocks.hour_block = customer_hours.hour_block
