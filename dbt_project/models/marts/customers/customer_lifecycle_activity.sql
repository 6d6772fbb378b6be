-- What customers did, and what was done for them, in each stage of their lives. All of it adds up
-- to the facts: what no stage holds, an order that is the first thing known of a customer, is in
-- the stage `unknown`.
with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where customer_key is not null and not is_bot
),

orders as (
    select * from {{ ref('fct_orders') }}
    where customer_key is not null and is_purchase
),

refunds as (
    select * from {{ ref('fct_refunds') }}
    where customer_key is not null and is_booked
),

cases as (
    select * from {{ ref('int_cases__cases') }}
    where customer_key is not null and excluded_reason is null and started_by != 'agent'
),

campaign_contacts as (
    select * from {{ ref('int_campaigns__contacts') }}
    where customer_key is not null
),

lifecycle_spans as (
    select * from {{ ref('fct_lifecycle_spans') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

shown_shapes as (
    select * from {{ ref('int_company__shown_shapes') }}
),

-- What no source shows is not none.
knowledge as (
    select
        coalesce(bool_or(is_shown and shape_slug = 'orders'), false) as is_order_shown,
        coalesce(bool_or(is_shown and shape_slug = 'refunds'), false) as is_refund_shown,
        coalesce(bool_or(is_shown and shape_slug = 'cases'), false) as is_case_shown,
        coalesce(bool_or(is_shown and shape_slug = 'campaigns'), false) as is_campaign_shown,
        coalesce(bool_or(is_shown and shape_slug = 'answers'), false) as is_answer_shown
    from shown_shapes
),

stages as (
    select
        customer_key,
        lifecycle_stage_slug,
        count(*) as span_count,
        sum(duration_days) as stage_days,
        bool_or(is_current) as is_current
    from lifecycle_spans
    group by
        customer_key,
        lifecycle_stage_slug
),

contacts as (
    select
        customer_key,
        coalesce(lifecycle_stage_slug, 'unknown') as lifecycle_stage_slug,
        count(*) as touchpoint_count,
        count(*) filter (where direction = 'inbound') as own_touchpoint_count,
        count(*) filter (where direction = 'outbound') as company_touchpoint_count,
        count(*) filter (where touchpoint_type_slug = 'survey_invited') as survey_invitation_count,
        count(*) filter (where touchpoint_type_slug = 'survey_answered') as survey_answer_count,
        case when count(cost_amount) = count(*) then sum(cost_amount) end as cost_amount
    from touchpoints
    group by
        customer_key,
        coalesce(lifecycle_stage_slug, 'unknown')
),

messages as (
    select
        campaign_contacts.customer_key,
        coalesce(touchpoints.lifecycle_stage_slug, 'unknown') as lifecycle_stage_slug,
        count(*) as campaign_message_count,
        count(coalesce(
            campaign_contacts.clicked_at,
            campaign_contacts.replied_at,
            campaign_contacts.redeemed_at,
            case when campaign_contacts.channel_slug = 'push' then campaign_contacts.opened_at end
        )) as campaign_response_count
    from campaign_contacts
    left join touchpoints
        on campaign_contacts.campaign_contact_key = touchpoints.touchpoint_key
    group by
        campaign_contacts.customer_key,
        coalesce(touchpoints.lifecycle_stage_slug, 'unknown')
),

purchases as (
    select
        customer_key,
        coalesce(lifecycle_stage_slug, 'unknown') as lifecycle_stage_slug,
        count(*) as order_count,
        sum(net_amount) as net_amount
    from orders
    group by
        customer_key,
        coalesce(lifecycle_stage_slug, 'unknown')
),

-- Cases and refunds bear no stage: that of their moment is theirs.
moments as (
    select
        customer_key,
        opened_at as occurred_at,
        case_key,
        cast(null as varchar) as refund_key,
        cast(null as decimal(18, 2)) as refund_amount
    from cases

    union all

    select
        customer_key,
        refunded_at as occurred_at,
        cast(null as varchar) as case_key,
        refund_key,
        refund_amount
    from refunds
),

requests as (
    select
        moments.customer_key,
        coalesce(lifecycle_spans.lifecycle_stage_slug, 'unknown') as lifecycle_stage_slug,
        count(moments.case_key) as case_count,
        count(distinct moments.refund_key) as refund_count,
        sum(moments.refund_amount) as refund_amount
    from moments
    left join lifecycle_spans
        on
            moments.customer_key = lifecycle_spans.customer_key
            and moments.occurred_at >= lifecycle_spans.started_at
            and coalesce(moments.occurred_at < lifecycle_spans.ended_at, true)
    group by
        moments.customer_key,
        coalesce(lifecycle_spans.lifecycle_stage_slug, 'unknown')
),

customer_stages as (
    select
        customer_key,
        lifecycle_stage_slug
    from stages

    union

    select
        customer_key,
        lifecycle_stage_slug
    from contacts

    union

    select
        customer_key,
        lifecycle_stage_slug
    from messages

    union

    select
        customer_key,
        lifecycle_stage_slug
    from purchases

    union

    select
        customer_key,
        lifecycle_stage_slug
    from requests
)

select
    customer_stages.customer_key,
    customers.segment_slug,
    customer_stages.lifecycle_stage_slug,
    coalesce(stages.span_count, 0) as span_count,
    stages.stage_days,
    coalesce(contacts.touchpoint_count, 0) as touchpoint_count,
    coalesce(contacts.own_touchpoint_count, 0) as own_touchpoint_count,
    coalesce(contacts.company_touchpoint_count, 0) as company_touchpoint_count,
    case when knowledge.is_case_shown then coalesce(requests.case_count, 0) end as case_count,
    case
        when knowledge.is_campaign_shown then coalesce(messages.campaign_message_count, 0)
    end as campaign_message_count,
    case
        when knowledge.is_campaign_shown then coalesce(messages.campaign_response_count, 0)
    end as campaign_response_count,
    case when knowledge.is_answer_shown then coalesce(contacts.survey_invitation_count, 0) end
        as survey_invitation_count,
    case when knowledge.is_answer_shown then coalesce(contacts.survey_answer_count, 0) end
        as survey_answer_count,
    case when knowledge.is_order_shown then coalesce(purchases.order_count, 0) end
        as order_count,
    cast(
        case when knowledge.is_order_shown then coalesce(purchases.net_amount, 0) end
        as decimal(18, 2)
    ) as order_net_amount,
    case when knowledge.is_refund_shown then coalesce(requests.refund_count, 0) end
        as refund_count,
    cast(
        case when knowledge.is_refund_shown then coalesce(requests.refund_amount, 0) end
        as decimal(18, 2)
    ) as refund_amount,
    cast(contacts.cost_amount as decimal(18, 4)) as cost_to_serve_amount,
    coalesce(customers.is_identified, false) as is_identified,
    coalesce(stages.is_current, false) as is_current
from customer_stages
cross join knowledge
left join customers
    on customer_stages.customer_key = customers.customer_key
left join stages
    on
        customer_stages.customer_key = stages.customer_key
        and customer_stages.lifecycle_stage_slug = stages.lifecycle_stage_slug
left join contacts
    on
        customer_stages.customer_key = contacts.customer_key
        and customer_stages.lifecycle_stage_slug = contacts.lifecycle_stage_slug
left join messages
    on
        customer_stages.customer_key = messages.customer_key
        and customer_stages.lifecycle_stage_slug = messages.lifecycle_stage_slug
left join purchases
    on
        customer_stages.customer_key = purchases.customer_key
        and customer_stages.lifecycle_stage_slug = purchases.lifecycle_stage_slug
left join requests
    on
        customer_stages.customer_key = requests.customer_key
        and customer_stages.lifecycle_stage_slug = requests.lifecycle_stage_slug
