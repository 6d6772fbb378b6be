-- A star per value, never all pairs: a value of 100,000 profiles is 99,999 links, not five billion.
with identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
    where is_linking and not is_junk
),

profiles as (
    select
        profile_key,
        {{ folded_name(first_word('given_name')) }} || ' ' || {{ folded_name('surname') }}
            as full_name
    from {{ ref('int_identity__profiles') }}
),

-- A shared value still joins the profiles that also bear one full name.
bridges as (
    select
        profile_key,
        identifier_type,
        identifier_value,
        cast(null as varchar) as full_name,
        'shared_identifier' as link_reason,
        first_seen_at
    from identifiers
    where not is_blocked

    union all

    select
        identifiers.profile_key,
        identifiers.identifier_type,
        identifiers.identifier_value,
        profiles.full_name,
        'shared_identifier_and_name' as link_reason,
        identifiers.first_seen_at
    from identifiers
    inner join profiles
        on identifiers.profile_key = profiles.profile_key
    where identifiers.is_told_apart_by_name and profiles.full_name is not null
),

stars as (
    select
        profile_key,
        identifier_type,
        identifier_value,
        full_name,
        link_reason,
        min(profile_key) over (
            partition by identifier_type, identifier_value, full_name, link_reason
        ) as center_profile_key,
        first_seen_at
    from bridges
)

select
    center_profile_key as left_profile_key,
    profile_key as right_profile_key,
    link_reason,
    identifier_type,
    identifier_value,
    full_name,
    first_seen_at as linked_at
from stars
where profile_key != center_profile_key
