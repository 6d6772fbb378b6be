-- Each way to do an action for a customer whom it is meant for: a message in a channel, and the
-- rule that stands against it, if any. Rules are asked in one order, so that each refusal has one
-- reason: those of the customer first, then those of the channel.
with eligible as (
    select * from {{ ref('int_actions__eligible') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

actions as (
    select * from {{ ref('actions') }}
),

messages as (
    select * from {{ ref('messages') }}
),

policies as (
    select * from {{ ref('contact_policies') }}
),

golden_records as (
    select * from {{ ref('int_identity__golden_records') }}
),

consents as (
    select * from {{ ref('int_consent__current') }}
),

marketing_messages as (
    select * from {{ ref('int_campaigns__marketing_messages') }}
    where customer_key is not null
),

contacts as (
    select * from {{ ref('int_campaigns__contacts') }}
    where delivered_at is not null
),

customer_measures as (
    select * from {{ ref('int_actions__customer_measures') }}
    where measure = 'open_cases'
),

incidents as (
    select * from {{ ref('int_bad_experiences__incidents') }}
),

exposed_customers as (
    select * from {{ ref('int_warnings__exposed_customers') }}
    where is_exposed
),

episodes as (
    select * from {{ ref('int_warnings__episodes') }}
    where is_open
),

responses as (
    select * from {{ ref('int_actions__responses') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

all_channels as (
    select
        max(most_per_7_days) as most_per_7_days,
        max(most_per_30_days) as most_per_30_days
    from policies
    where channel_slug = 'all'
),

recent_messages as (
    select
        marketing_messages.customer_key,
        marketing_messages.channel_slug,
        count(*) filter (
            where marketing_messages.sent_at >= settings.as_of - {{ duration_of('7', 'day') }}
        ) as message_count_7,
        count(*) filter (
            where marketing_messages.sent_at >= settings.as_of - {{ duration_of('30', 'day') }}
        ) as message_count_30
    from marketing_messages
    cross join settings
    group by
        marketing_messages.customer_key,
        marketing_messages.channel_slug
),

all_recent_messages as (
    select
        customer_key,
        sum(message_count_7) as message_count_7,
        sum(message_count_30) as message_count_30
    from recent_messages
    group by customer_key
),

last_incidents as (
    select
        customer_key,
        max(occurred_at) as occurred_at
    from incidents
    group by customer_key
),

exposed as (
    select distinct exposed_customers.customer_key
    from exposed_customers
    inner join episodes
        on exposed_customers.episode_key = episodes.episode_key
),

-- What the sending tool says was done for the action, by the id of its template.
last_done as (
    select
        messages.action_slug,
        contacts.customer_key,
        max(contacts.delivered_at) as delivered_at
    from messages
    inner join contacts
        on messages.template_id = contacts.campaign_key
    group by
        messages.action_slug,
        contacts.customer_key
),

-- A block of three hours that lies outside the quiet hours of the channel.
open_blocks as (
    select
        responses.customer_key,
        responses.channel_slug,
        responses.hour_block,
        responses.sent_count,
        responses.response_share,
        row_number() over (
            partition by responses.customer_key, responses.channel_slug
            order by responses.hour_share desc, responses.hour_block asc
        ) as block_rank
    from responses
    inner join policies
        on responses.channel_slug = policies.channel_slug
    where
        case
            when policies.quiet_from_hour is null or policies.quiet_until_hour is null then true
            when policies.quiet_from_hour > policies.quiet_until_hour
                then
                    responses.hour_block >= policies.quiet_until_hour
                    and responses.hour_block + 3 <= policies.quiet_from_hour
            else
                responses.hour_block >= policies.quiet_until_hour
                or responses.hour_block + 3 <= policies.quiet_from_hour
        end
),

options as (
    select
        eligible.action_slug,
        eligible.customer_key,
        eligible.condition_measure,
        actions.priority_class,
        actions.purpose,
        messages.message_slug,
        messages.channel_slug,
        messages.language != 'any' as is_own_language,
        customers.segment_slug,
        open_blocks.hour_block,
        open_blocks.sent_count,
        open_blocks.response_share,
        case
            when
                last_done.delivered_at
                >= settings.as_of - {{ duration_of('actions.cooldown_days', 'day') }}
                then 'cooldown'
            when actions.purpose = 'marketing' and customer_measures.measure_value > 0
                then 'open_case'
            when
                actions.purpose = 'marketing'
                and last_incidents.occurred_at
                >= settings.as_of - {{ duration_of('actions.rest_days', 'day') }}
                then 'bad_experience'
            when actions.purpose = 'marketing' and exposed.customer_key is not null
                then 'exposed'
            when
                messages.channel_slug = 'email' and golden_records.email is null
                or messages.channel_slug in ('sms', 'phone') and golden_records.phone is null
                then 'no_address'
            -- Marketing needs a yes; service stops at a no.
            when
                actions.purpose = 'marketing' and not coalesce(consents.is_allowed, false)
                or actions.purpose = 'service' and not coalesce(consents.is_allowed, true)
                then 'no_consent'
            when
                not (actions.purpose = 'service' and policies.is_service_exempt)
                and (
                    recent_messages.message_count_7 >= policies.most_per_7_days
                    or recent_messages.message_count_30 >= policies.most_per_30_days
                    or all_recent_messages.message_count_7 >= all_channels.most_per_7_days
                    or all_recent_messages.message_count_30 >= all_channels.most_per_30_days
                )
                then 'contact_pressure'
            when open_blocks.hour_block is null then 'quiet_hours'
        end as refusal_slug
    from eligible
    cross join settings
    inner join actions
        on eligible.action_slug = actions.action_slug
    inner join customers
        on eligible.customer_key = customers.customer_key
    inner join golden_records
        on eligible.customer_key = golden_records.customer_key
    -- The message in the customer's language, else the one for every language.
    inner join messages
        on
            eligible.action_slug = messages.action_slug
            and (messages.language = 'any' or golden_records.language = messages.language)
    inner join policies
        on messages.channel_slug = policies.channel_slug
    cross join all_channels
    left join consents
        on
            eligible.customer_key = consents.customer_key
            and messages.channel_slug = consents.channel_slug
            and actions.purpose = consents.purpose_slug
    left join recent_messages
        on
            eligible.customer_key = recent_messages.customer_key
            and messages.channel_slug = recent_messages.channel_slug
    left join all_recent_messages
        on eligible.customer_key = all_recent_messages.customer_key
    left join last_incidents
        on eligible.customer_key = last_incidents.customer_key
    left join last_done
        on
            eligible.action_slug = last_done.action_slug
            and eligible.customer_key = last_done.customer_key
    left join customer_measures
        on eligible.customer_key = customer_measures.customer_key
    left join exposed
        on eligible.customer_key = exposed.customer_key
    left join open_blocks
        on
            eligible.customer_key = open_blocks.customer_key
            and messages.channel_slug = open_blocks.channel_slug
            and open_blocks.block_rank = 1
)

select
    {{ surrogate_key([
        'options.action_slug', 'options.customer_key', 'options.message_slug'
    ]) }} as option_key,
    options.*,
    case options.refusal_slug
        when 'cooldown' then 1
        when 'open_case' then 2
        when 'bad_experience' then 3
        when 'exposed' then 4
        when 'no_address' then 5
        when 'no_consent' then 6
        when 'contact_pressure' then 7
        when 'quiet_hours' then 8
    end as refusal_order
from options
