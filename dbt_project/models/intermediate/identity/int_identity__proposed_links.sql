-- A star per value, never all pairs: a value of 100,000 profiles is 99,999 links, not five billion.
with profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

identity_decisions as (
    select * from {{ ref('identity_decisions') }}
    where decision = 'merge'
),

identifier_types as (
    select * from {{ ref('identifier_types') }}
),

identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
    where is_linking and not is_junk
),

vendor_merges as (
    select * from {{ ref('int_identity__vendor_merges') }}
),

match_links as (
    select * from {{ ref('int_identity__match_links') }}
),

full_names as (
    select * from {{ ref('int_identity__full_names') }}
),

different_namesakes as (
    select * from {{ ref('int_identity__different_namesakes') }}
),

namesakes as (
    select
        identifiers.profile_key,
        identifiers.identifier_type,
        identifiers.identifier_value,
        full_names.full_name,
        identifiers.first_seen_at
    from identifiers
    inner join full_names
        on identifiers.profile_key = full_names.profile_key
    where identifiers.is_told_apart_by_name
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
        namesakes.profile_key,
        namesakes.identifier_type,
        namesakes.identifier_value,
        namesakes.full_name,
        'shared_identifier_and_name' as link_reason,
        namesakes.first_seen_at
    from namesakes
    left join different_namesakes
        on
            namesakes.identifier_type = different_namesakes.identifier_type
            and namesakes.identifier_value = different_namesakes.identifier_value
            and namesakes.full_name = different_namesakes.full_name
    where different_namesakes.full_name is null
),

-- The earliest profile is the center: a later one adds a link and moves none, so that a run finds
-- what is new among the links of its days.
stars as (
    select
        profile_key,
        identifier_type,
        identifier_value,
        full_name,
        link_reason,
        first_value(profile_key) over earliest_first as center_profile_key,
        first_seen_at,
        first_value(first_seen_at) over earliest_first as center_first_seen_at
    from bridges
    window earliest_first as (
        partition by identifier_type, identifier_value, full_name, link_reason
        order by first_seen_at, profile_key
    )
),

proposed_links as (
    select
        least(left_profiles.profile_key, right_profiles.profile_key) as left_profile_key,
        greatest(left_profiles.profile_key, right_profiles.profile_key) as right_profile_key,
        'forced_merge' as link_reason,
        1 as precedence,
        0 as type_priority,
        cast(null as double) as match_probability,
        cast(null as varchar) as identifier_type,
        cast(null as varchar) as identifier_value,
        cast(null as varchar) as full_name,
        greatest(left_profiles.first_seen_at, right_profiles.first_seen_at) as linked_at
    from identity_decisions
    inner join profiles as left_profiles
        on identity_decisions.left_profile_key = left_profiles.profile_key
    inner join profiles as right_profiles
        on identity_decisions.right_profile_key = right_profiles.profile_key

    union all

    select
        left_profile_key,
        right_profile_key,
        'vendor_merge' as link_reason,
        2 as precedence,
        0 as type_priority,
        cast(null as double) as match_probability,
        cast(null as varchar) as identifier_type,
        cast(null as varchar) as identifier_value,
        cast(null as varchar) as full_name,
        merged_at as linked_at
    from vendor_merges

    union all

    select
        least(stars.center_profile_key, stars.profile_key) as left_profile_key,
        greatest(stars.center_profile_key, stars.profile_key) as right_profile_key,
        stars.link_reason,
        2 as precedence,
        identifier_types.priority as type_priority,
        cast(null as double) as match_probability,
        stars.identifier_type,
        stars.identifier_value,
        stars.full_name,
        greatest(stars.center_first_seen_at, stars.first_seen_at) as linked_at
    from stars
    inner join identifier_types
        on stars.identifier_type = identifier_types.identifier_type
    where stars.profile_key != stars.center_profile_key

    union all

    select
        match_links.left_profile_key,
        match_links.right_profile_key,
        'match' as link_reason,
        3 as precedence,
        0 as type_priority,
        match_links.match_probability,
        cast(null as varchar) as identifier_type,
        cast(null as varchar) as identifier_value,
        cast(null as varchar) as full_name,
        greatest(left_profiles.first_seen_at, right_profiles.first_seen_at) as linked_at
    from match_links
    inner join profiles as left_profiles
        on match_links.left_profile_key = left_profiles.profile_key
    inner join profiles as right_profiles
        on match_links.right_profile_key = right_profiles.profile_key
)

select
    {{ link_key() }} as link_key,
    left_profile_key,
    right_profile_key,
    link_reason,
    precedence,
    type_priority,
    match_probability,
    identifier_type,
    identifier_value,
    full_name,
    linked_at,
    {{ number_hash(['left_profile_key', 'right_profile_key']) }} as link_hash
from proposed_links
