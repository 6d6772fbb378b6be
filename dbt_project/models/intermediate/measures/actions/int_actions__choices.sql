-- What is best for each known customer, whoever is held out: of the actions that no rule refuses,
-- the first class that has one, and in it the one that is worth most. Nothing is an action too, and
-- wins where no other may be done or is worth its cost.
with customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

judged as (
    select
        *,
        case priority_class
            when 'service' then 1
            when 'promise' then 2
            when 'care' then 3
            when 'offer' then 4
        end as class_order
    from {{ ref('int_actions__judged') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_key
            order by
                (refusal_slug is not null) asc,
                class_order asc,
                expected_value desc,
                action_slug asc
        ) as action_rank
    from judged
),

firsts as (
    select * from ranked
    where action_rank = 1
)

select
    customers.customer_key,
    customers.segment_slug,
    cast(settings.as_of as date) as decided_date,
    coalesce(case when firsts.refusal_slug is null then firsts.action_slug end, 'nothing')
        as action_slug,
    case when firsts.refusal_slug is null then firsts.priority_class end as priority_class,
    case when firsts.refusal_slug is null then firsts.message_slug end as message_slug,
    case when firsts.refusal_slug is null then firsts.channel_slug end as channel_slug,
    case when firsts.refusal_slug is null then firsts.hour_block end as hour_block,
    case when firsts.refusal_slug is null then firsts.success_share end as success_share,
    case when firsts.refusal_slug is null then firsts.tried_count end as tried_count,
    case when firsts.refusal_slug is null then firsts.tried_success_count end
        as tried_success_count,
    coalesce(case when firsts.refusal_slug is null then firsts.expected_value end, 0)
        as expected_value,
    case
        when firsts.customer_key is null then 'no_action_fits'
        when firsts.refusal_slug is not null then 'all_refused'
        else firsts.condition_measure
    end as reason_slug,
    case
        when firsts.customer_key is null then 'no_action_fits'
        else coalesce(firsts.refusal_slug, firsts.channel_reason_slug)
    end as second_reason_slug
from customers
cross join settings
left join firsts
    on customers.customer_key = firsts.customer_key
