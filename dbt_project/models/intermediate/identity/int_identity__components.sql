with proposed_components as (
    select * from {{ ref('int_identity__proposed_components') }}
),

conflicts as (
    select * from {{ ref('int_identity__conflicts') }}
),

accepted_links as (
    select * from {{ ref('int_identity__link_decisions') }}
    where is_accepted
),

resolved_profiles as (
    select
        left_profile_key as node_key,
        component_key
    from accepted_links
    union
    select
        right_profile_key as node_key,
        component_key
    from accepted_links
)

select
    proposed_components.node_key,
    proposed_components.component_key
from proposed_components
left join conflicts
    on proposed_components.component_key = conflicts.component_key
where conflicts.component_key is null

union all

select
    node_key,
    component_key
from resolved_profiles
