-- Derived from profiles each time, so an un-merge needs nothing. No row means that nothing is
-- allowed.
with changes as (
    select * from {{ ref('int_consent__changes') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

beliefs as (
    select * from {{ ref('int_identity__profile_beliefs') }}
),

identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
    where is_linking and not is_junk
),

ranked_changes as (
    select
        *,
        row_number() over (
            partition by profile_key, purpose_slug, channel_slug
            order by changed_at desc, is_allowed asc, consent_change_key asc
        ) as recency_rank
    from changes
),

profile_consents as (
    select * from ranked_changes
    where recency_rank = 1
),

-- A shared address joins nobody, yet a withdrawal at it counts for all who gave it.
withdrawn_addresses as (
    select
        bearers.profile_key,
        profile_consents.purpose_slug,
        profile_consents.channel_slug,
        profile_consents.is_allowed,
        profile_consents.changed_at
    from profile_consents
    inner join identifiers as addresses
        on profile_consents.profile_key = addresses.profile_key
    inner join identifiers as bearers
        on
            addresses.identifier_type = bearers.identifier_type
            and addresses.identifier_value = bearers.identifier_value
    where
        not profile_consents.is_allowed
        and addresses.is_blocked
        and addresses.identifier_type
        = case profile_consents.channel_slug when 'email' then 'email' when 'sms' then 'phone' end
),

-- Before its first belief, a profile counts as the customer that it was first believed to be.
belief_spans as (
    select
        profile_key,
        customer_key,
        case
            when row_number() over (partition by profile_key order by valid_from asc) = 1
                then timestamp '0001-01-01'
            else valid_from
        end as valid_from,
        coalesce(valid_to, timestamp '9999-12-31') as valid_to
    from beliefs
),

-- Customers that a profile has left since. In all others, nobody has anything to inherit.
parted_customers as (
    select customer_key
    from beliefs
    where valid_to is not null
    group by customer_key
),

-- Changes by one profile while it and another were believed to be one customer, who are two today.
shared_changes as (
    select
        companions.profile_key,
        changes.purpose_slug,
        changes.channel_slug,
        changes.is_allowed,
        changes.changed_at,
        row_number() over (
            partition by
                companions.profile_key,
                changes.profile_key,
                changes.purpose_slug,
                changes.channel_slug
            order by changes.changed_at desc, changes.is_allowed asc
        ) as recency_rank
    from changes
    inner join belief_spans as speakers
        on
            changes.profile_key = speakers.profile_key
            and changes.changed_at >= speakers.valid_from
            and changes.changed_at < speakers.valid_to
    inner join parted_customers
        on speakers.customer_key = parted_customers.customer_key
    inner join belief_spans as companions
        on
            speakers.customer_key = companions.customer_key
            and changes.changed_at >= companions.valid_from
            and changes.changed_at < companions.valid_to
    inner join customer_profiles as speaking_customers
        on changes.profile_key = speaking_customers.profile_key
    inner join customer_profiles as companion_customers
        on companions.profile_key = companion_customers.profile_key
    where speaking_customers.customer_key != companion_customers.customer_key
),

-- A withdrawal given then stays on every part, until that part itself allows again.
inherited_withdrawals as (
    select
        shared_changes.profile_key,
        shared_changes.purpose_slug,
        shared_changes.channel_slug,
        shared_changes.is_allowed,
        shared_changes.changed_at
    from shared_changes
    left join profile_consents
        on
            shared_changes.profile_key = profile_consents.profile_key
            and shared_changes.purpose_slug = profile_consents.purpose_slug
            and shared_changes.channel_slug = profile_consents.channel_slug
    where
        shared_changes.recency_rank = 1
        and not shared_changes.is_allowed
        and shared_changes.changed_at
        >= coalesce(profile_consents.changed_at, shared_changes.changed_at)
),

applying_consents as (
    select
        profile_key,
        purpose_slug,
        channel_slug,
        is_allowed,
        changed_at
    from profile_consents

    union all

    select
        profile_key,
        purpose_slug,
        channel_slug,
        is_allowed,
        changed_at
    from withdrawn_addresses

    union all

    select
        profile_key,
        purpose_slug,
        channel_slug,
        is_allowed,
        changed_at
    from inherited_withdrawals
)

select
    customer_profiles.customer_key,
    applying_consents.purpose_slug,
    applying_consents.channel_slug,
    bool_and(applying_consents.is_allowed) as is_allowed,
    max(applying_consents.changed_at) as changed_at
from applying_consents
inner join customer_profiles
    on applying_consents.profile_key = customer_profiles.profile_key
group by
    customer_profiles.customer_key,
    applying_consents.purpose_slug,
    applying_consents.channel_slug
