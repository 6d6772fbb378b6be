with proposed_links as (
    select * from {{ ref('int_identity__proposed_links') }}
),

proposed_components as (
    select * from {{ ref('int_identity__proposed_components') }}
),

conflicts as (
    select * from {{ ref('int_identity__conflicts') }}
),

accepted_links as (
    select * from {{ ref('int_identity__link_decisions') }}
    where is_accepted
),

identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
),

disputed_profiles as (
    select proposed_components.node_key as profile_key
    from proposed_components
    inner join conflicts
        on proposed_components.component_key = conflicts.component_key
    group by proposed_components.node_key
),

decided_links as (
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
        full_name
    from accepted_links
)

select
    proposed_links.link_key,
    proposed_links.left_profile_key,
    proposed_links.right_profile_key,
    proposed_links.link_reason,
    proposed_links.precedence,
    proposed_links.type_priority,
    proposed_links.match_probability,
    proposed_links.identifier_type,
    proposed_links.identifier_value,
    proposed_links.full_name,
    proposed_links.linked_at
from proposed_links
left join disputed_profiles
    on proposed_links.left_profile_key = disputed_profiles.profile_key
where disputed_profiles.profile_key is null

union all

-- A star that was parted has new centers, and so pairs that nobody proposed.
select
    decided_links.link_key,
    decided_links.left_profile_key,
    decided_links.right_profile_key,
    decided_links.link_reason,
    decided_links.precedence,
    decided_links.type_priority,
    decided_links.match_probability,
    decided_links.identifier_type,
    decided_links.identifier_value,
    decided_links.full_name,
    coalesce(
        proposed_links.linked_at,
        greatest(left_identifiers.first_seen_at, right_identifiers.first_seen_at)
    ) as linked_at
from decided_links
left join proposed_links
    on decided_links.link_key = proposed_links.link_key
left join identifiers as left_identifiers
    on
        decided_links.left_profile_key = left_identifiers.profile_key
        and decided_links.identifier_type = left_identifiers.identifier_type
        and decided_links.identifier_value = left_identifiers.identifier_value
left join identifiers as right_identifiers
    on
        decided_links.right_profile_key = right_identifiers.profile_key
        and decided_links.identifier_type = right_identifiers.identifier_type
        and decided_links.identifier_value = right_identifiers.identifier_value
