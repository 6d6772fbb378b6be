-- Each action that is meant for a customer: done how, worth what, or refused by which rule. Its
-- chance of success is what the seed expects, as if of so many customers, and what was seen of
-- those of the segment to whom the tool has sent it. Only a campaign's contacts show a success: of
-- all others the seed's word stands.
with options as (
    select * from {{ ref('int_actions__options') }}
),

actions as (
    select * from {{ ref('actions') }}
),

messages as (
    select * from {{ ref('messages') }}
),

contacts as (
    select * from {{ ref('int_campaigns__contacts') }}
    where delivered_at is not null
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

templates as (
    select distinct
        action_slug,
        template_id
    from messages
    where template_id is not null
),

-- One customer counts once; only who had time to succeed.
tried_customers as (
    select
        actions.action_slug,
        customers.segment_slug,
        contacts.customer_key,
        bool_or(
            case actions.success_slug
                when 'buys'
                    then
                        contacts.bought_at
                        <= contacts.delivered_at + {{ duration_of('actions.success_days', 'day') }}
                when 'responds'
                    then coalesce(contacts.clicked_at, contacts.replied_at) is not null
            end
        ) as is_success
    from contacts
    cross join settings
    inner join templates
        on contacts.campaign_key = templates.template_id
    inner join actions
        on
            templates.action_slug = actions.action_slug
            and actions.success_slug in ('buys', 'responds')
    inner join customers
        on contacts.customer_key = customers.customer_key
    where contacts.conversion_matures_at < settings.as_of
    group by
        actions.action_slug,
        customers.segment_slug,
        contacts.customer_key
),

seen as (
    select
        action_slug,
        segment_slug,
        count(*) as tried_count,
        count(*) filter (where is_success) as success_count
    from tried_customers
    group by
        action_slug,
        segment_slug
),

ranked_options as (
    select
        *,
        row_number() over (
            partition by action_slug, customer_key
            order by
                refusal_order desc nulls first,
                response_share desc nulls last,
                is_own_language desc,
                message_slug asc
        ) as option_rank
    from options
),

priced as (
    select
        ranked_options.*,
        (
            windows.action_prior_customers * actions.expected_share
            + coalesce(seen.success_count, 0)
        ) / (windows.action_prior_customers + coalesce(seen.tried_count, 0)) as success_share,
        coalesce(seen.tried_count, 0) as tried_count,
        coalesce(seen.success_count, 0) as tried_success_count,
        actions.success_value,
        actions.unit_cost
    from ranked_options
    cross join windows
    inner join actions
        on ranked_options.action_slug = actions.action_slug
    left join seen
        on
            ranked_options.action_slug = seen.action_slug
            and ranked_options.segment_slug = seen.segment_slug
    where ranked_options.option_rank = 1
)

select
    {{ surrogate_key(['action_slug', 'customer_key']) }} as judged_key,
    action_slug,
    customer_key,
    segment_slug,
    condition_measure,
    priority_class,
    purpose,
    message_slug,
    channel_slug,
    hour_block,
    case when sent_count > 0 then 'own_response' else 'segment_response' end as channel_reason_slug,
    success_share,
    tried_count,
    tried_success_count,
    success_share * success_value - unit_cost as expected_value,
    coalesce(
        refusal_slug,
        case when success_share * success_value - unit_cost <= 0 then 'not_worth_it' end
    ) as refusal_slug
from priced
