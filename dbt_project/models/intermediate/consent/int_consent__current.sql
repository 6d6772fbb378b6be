-- Derived from profiles each time, so a withdrawal given while two customers were one stays with
-- whoever keeps the profile. No row means that nothing is allowed.
with changes as (
    select * from {{ ref('int_consent__changes') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
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

-- A shared address joins nobody, yet who withdraws at it withdraws for all who gave it.
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
