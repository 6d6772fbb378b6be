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

compared_changes as (
    select
        *,
        lag(is_allowed) over (
            partition by profile_key, purpose_slug, channel_slug
            -- Of two words of one moment the refusal is the later.
            order by changed_at asc, is_allowed desc, consent_change_key asc
        ) as previous_is_allowed,
        max(changed_at) over (
            partition by profile_key, purpose_slug, channel_slug
        ) as last_changed_at
    from changes
),

-- The same word again, as a source repeats it, does not begin anew what it says.
ranked_turns as (
    select
        *,
        row_number() over (
            partition by profile_key, purpose_slug, channel_slug
            order by changed_at desc, is_allowed asc, consent_change_key asc
        ) as recency_rank
    from compared_changes
    where coalesce(is_allowed != previous_is_allowed, true)
),

profile_consents as (
    select
        profile_key,
        source_name,
        purpose_slug,
        channel_slug,
        is_allowed,
        last_changed_at as changed_at,
        changed_at as since_at,
        previous_is_allowed is not null as is_turned
    from ranked_turns
    where recency_rank = 1
),

-- A shared address joins nobody, yet a withdrawal at it counts for all who gave it.
withdrawn_addresses as (
    select
        bearers.profile_key,
        profile_consents.source_name,
        profile_consents.purpose_slug,
        profile_consents.channel_slug,
        profile_consents.is_allowed,
        profile_consents.changed_at,
        profile_consents.since_at,
        profile_consents.is_turned
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
        changes.source_name,
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
        shared_changes.source_name,
        shared_changes.purpose_slug,
        shared_changes.channel_slug,
        shared_changes.is_allowed,
        shared_changes.changed_at,
        shared_changes.changed_at as since_at,
        false as is_turned
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
        source_name,
        purpose_slug,
        channel_slug,
        is_allowed,
        changed_at,
        since_at,
        is_turned
    from profile_consents

    union all

    select
        profile_key,
        source_name,
        purpose_slug,
        channel_slug,
        is_allowed,
        changed_at,
        since_at,
        is_turned
    from withdrawn_addresses

    union all

    select
        profile_key,
        source_name,
        purpose_slug,
        channel_slug,
        is_allowed,
        changed_at,
        since_at,
        is_turned
    from inherited_withdrawals
),

customer_consents as (
    select
        customer_profiles.customer_key,
        applying_consents.*
    from applying_consents
    inner join customer_profiles
        on applying_consents.profile_key = customer_profiles.profile_key
),

-- Refused since the first profile refused; allowed since the last one that had refused took it
-- back, else since the first one allowed.
deciding_consents as (
    select
        *,
        row_number() over (
            partition by customer_key, purpose_slug, channel_slug
            order by
                is_allowed asc,
                (is_allowed and is_turned) desc,
                case when is_allowed and is_turned then since_at end desc,
                since_at asc,
                source_name asc,
                profile_key asc
        ) as decision_rank
    from customer_consents
)

select
    customer_key,
    purpose_slug,
    channel_slug,
    max(case when decision_rank = 1 then source_name end) as source_name,
    bool_and(is_allowed) as is_allowed,
    max(case when decision_rank = 1 then since_at end) as since_at,
    max(changed_at) as changed_at
from deciding_consents
group by
    customer_key,
    purpose_slug,
    channel_slug
