-- Who is exposed to what spreads, and whether they asked. A list to act by, not a message.
with episodes as (
    select * from {{ ref('int_warnings__episodes') }}
),

exposed_customers as (
    select * from {{ ref('int_warnings__exposed_customers') }}
    where is_exposed
),

consents as (
    select * from {{ ref('int_consent__current') }}
    where is_allowed and purpose_slug = 'marketing'
),

preferences as (
    select * from {{ ref('int_customers__preferences') }}
),

-- The channel that the customer uses most, if it is allowed; else the first allowed one.
allowed_channels as (
    select
        consents.customer_key,
        min_by(
            consents.channel_slug,
            {{ sort_key([
                "coalesce(consents.channel_slug != preferences.preferred_channel_slug, true)",
                'consents.channel_slug'
            ]) }}
        ) as channel_slug
    from consents
    left join preferences
        on consents.customer_key = preferences.customer_key
    group by consents.customer_key
)

select
    {{ surrogate_key(['exposed_customers.episode_key', 'exposed_customers.customer_key']) }}
        as early_warning_customer_key,
    exposed_customers.episode_key,
    exposed_customers.customer_key,
    exposed_customers.exposed_by,
    exposed_customers.exposed_date,
    exposed_customers.has_asked,
    exposed_customers.asked_at,
    exposed_customers.is_listed,
    allowed_channels.channel_slug as channel_allowed,
    episodes.is_open as is_episode_open
from exposed_customers
inner join episodes
    on exposed_customers.episode_key = episodes.episode_key
left join allowed_channels
    on exposed_customers.customer_key = allowed_channels.customer_key
