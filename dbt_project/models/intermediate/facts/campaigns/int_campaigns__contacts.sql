with touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where not is_bot and profile_key is not null
),

-- A purchase that was called off or never paid converts nobody.
orders as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

deliveries as (
    select
        campaign_key,
        profile_key,
        min_by(touchpoint_key, {{ sort_key(['occurred_at', 'touchpoint_key']) }})
            as campaign_contact_key,
        min(customer_key) as customer_key,
        min(channel_slug) as channel_slug,
        min(occurred_date) as delivered_date,
        min(occurred_at) as delivered_at,
        max(_load_id) as _load_id
    from touchpoints
    where
        campaign_key is not null
        and {{ is_campaign_message('touchpoint_type_slug') }}
    group by campaign_key, profile_key
),

reactions as (
    select
        deliveries.campaign_key,
        deliveries.profile_key,
        min(case
            when touchpoints.touchpoint_type_slug in ('email_opened', 'push_opened')
                then touchpoints.occurred_at
        end) as opened_at,
        min(case
            when touchpoints.touchpoint_type_slug = 'email_clicked' then touchpoints.occurred_at
        end) as clicked_at,
        min(case
            when touchpoints.touchpoint_type_slug in ('email_unsubscribed', 'spam_reported')
                then touchpoints.occurred_at
        end) as unsubscribed_at
    from deliveries
    cross join windows
    inner join touchpoints
        on
            deliveries.campaign_key = touchpoints.campaign_key
            and deliveries.profile_key = touchpoints.profile_key
            and deliveries.delivered_at < touchpoints.occurred_at
            and deliveries.delivered_at + windows.campaign_response >= touchpoints.occurred_at
    group by deliveries.campaign_key, deliveries.profile_key
),

-- A reply names no campaign: it answers the last text message before it, whatever that was about.
replied_messages as (
    select
        replies.profile_key,
        replies.occurred_at as replied_at,
        coalesce(replies.outcome_slug = 'opted_out', false) as is_opt_out,
        messages.campaign_key,
        row_number() over (
            partition by replies.touchpoint_key
            order by
                messages.occurred_at desc,
                messages.touchpoint_key desc
        ) as message_rank
    from touchpoints as replies
    inner join touchpoints as messages
        on
            replies.profile_key = messages.profile_key
            and replies.occurred_at > messages.occurred_at
    where
        replies.touchpoint_type_slug = 'sms_replied'
        and messages.touchpoint_type_slug = 'sms_delivered'
),

replies as (
    select
        deliveries.campaign_key,
        deliveries.profile_key,
        min(case when not replied_messages.is_opt_out then replied_messages.replied_at end)
            as replied_at,
        min(case when replied_messages.is_opt_out then replied_messages.replied_at end)
            as opted_out_at
    from deliveries
    cross join windows
    inner join replied_messages
        on
            deliveries.campaign_key = replied_messages.campaign_key
            and deliveries.profile_key = replied_messages.profile_key
            and deliveries.delivered_at + windows.campaign_response >= replied_messages.replied_at
    where replied_messages.message_rank = 1
    group by deliveries.campaign_key, deliveries.profile_key
),

-- An order carries the campaign of its coupon, and that of the last click before it.
clicks as (
    select
        orders.order_key,
        max_by(
            touchpoints.campaign_key, {{ sort_key([
                'touchpoints.occurred_at', 'touchpoints.touchpoint_key'
            ]) }}
        ) as campaign_key
    from orders
    cross join windows
    inner join touchpoints
        on
            orders.customer_key = touchpoints.customer_key
            and orders.ordered_at > touchpoints.occurred_at
            and orders.ordered_at - windows.campaign_conversion <= touchpoints.occurred_at
    where
        touchpoints.campaign_key is not null
        and (
            touchpoints.touchpoint_type_slug in ('email_clicked', 'push_opened')
            or (
                touchpoints.channel_slug in ('web', 'app')
                and touchpoints.touchpoint_type_slug != 'order_placed'
            )
        )
    group by orders.order_key
),

carried_campaigns as (
    select
        order_key,
        campaign_key
    from orders
    where campaign_key is not null

    union

    select
        order_key,
        campaign_key
    from clicks

    union

    select
        order_key,
        campaign_key
    from touchpoints
    where
        touchpoint_type_slug = 'coupon_redeemed'
        and order_key is not null
        and campaign_key is not null
),

conversions as (
    select
        deliveries.campaign_key,
        deliveries.profile_key,
        min(orders.ordered_at) as converted_at
    from deliveries
    cross join windows
    inner join carried_campaigns
        on deliveries.campaign_key = carried_campaigns.campaign_key
    inner join orders
        on
            carried_campaigns.order_key = orders.order_key
            and deliveries.customer_key = orders.customer_key
            and deliveries.delivered_at < orders.ordered_at
            and deliveries.delivered_at + windows.campaign_conversion >= orders.ordered_at
    group by deliveries.campaign_key, deliveries.profile_key
),

-- What they bought anyway: as much before the message as after it says that it did nothing.
purchases as (
    select
        deliveries.campaign_key,
        deliveries.profile_key,
        min(case when orders.ordered_at > deliveries.delivered_at then orders.ordered_at end)
            as bought_at,
        max(case when orders.ordered_at <= deliveries.delivered_at then orders.ordered_at end)
            as bought_before_at
    from deliveries
    cross join windows
    inner join orders
        on
            deliveries.customer_key = orders.customer_key
            and deliveries.delivered_at - windows.campaign_conversion < orders.ordered_at
            and deliveries.delivered_at + windows.campaign_conversion >= orders.ordered_at
    group by deliveries.campaign_key, deliveries.profile_key
),

-- A coupon proves its campaign, however late: on the till, or as the order's own campaign.
redemptions as (
    select
        deliveries.campaign_key,
        deliveries.profile_key,
        min(touchpoints.occurred_at) as redeemed_at
    from deliveries
    inner join touchpoints
        on
            deliveries.customer_key = touchpoints.customer_key
            and deliveries.campaign_key = touchpoints.campaign_key
            and deliveries.delivered_at <= touchpoints.occurred_at
    where touchpoints.touchpoint_type_slug in ('coupon_redeemed', 'order_placed')
    group by deliveries.campaign_key, deliveries.profile_key
)

select
    -- Not from the profile, whose key may be found again from an address.
    deliveries.campaign_contact_key,
    deliveries.campaign_key,
    deliveries.profile_key,
    deliveries.customer_key,
    deliveries.channel_slug,
    deliveries.delivered_date,
    deliveries.delivered_at,
    reactions.opened_at,
    reactions.clicked_at,
    replies.replied_at,
    least(reactions.unsubscribed_at, replies.opted_out_at) as unsubscribed_at,
    redemptions.redeemed_at,
    conversions.converted_at,
    purchases.bought_at,
    purchases.bought_before_at,
    deliveries.delivered_at + windows.campaign_response as response_matures_at,
    deliveries.delivered_at + windows.campaign_conversion as conversion_matures_at,
    deliveries._load_id
from deliveries
cross join windows
left join reactions
    on
        deliveries.campaign_key = reactions.campaign_key
        and deliveries.profile_key = reactions.profile_key
left join replies
    on
        deliveries.campaign_key = replies.campaign_key
        and deliveries.profile_key = replies.profile_key
left join conversions
    on
        deliveries.campaign_key = conversions.campaign_key
        and deliveries.profile_key = conversions.profile_key
left join purchases
    on
        deliveries.campaign_key = purchases.campaign_key
        and deliveries.profile_key = purchases.profile_key
left join redemptions
    on
        deliveries.campaign_key = redemptions.campaign_key
        and deliveries.profile_key = redemptions.profile_key
