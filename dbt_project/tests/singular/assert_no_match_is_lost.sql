-- Two profiles that match are one customer, were told apart by a decision or a rule, or wait for a
-- person.
with settled_pairs as (
    select
        left_profile_key,
        right_profile_key
    from {{ ref('todo_identities_to_review') }}
    union
    select
        left_profile_key,
        right_profile_key
    from {{ ref('int_identity__match_links') }}
    union
    select
        least(left_profile_key, right_profile_key) as left_profile_key,
        greatest(left_profile_key, right_profile_key) as right_profile_key
    from {{ ref('identity_decisions') }}
)

select
    matches.left_profile_key,
    matches.right_profile_key
from {{ ref('int_identity__matches') }} as matches
inner join {{ ref('int_identity__customer_profiles') }} as left_profiles
    on matches.left_profile_key = left_profiles.profile_key
inner join {{ ref('int_identity__customer_profiles') }} as right_profiles
    on matches.right_profile_key = right_profiles.profile_key
left join settled_pairs
    on
        matches.left_profile_key = settled_pairs.left_profile_key
        and matches.right_profile_key = settled_pairs.right_profile_key
where
    left_profiles.customer_key != right_profiles.customer_key
    and settled_pairs.left_profile_key is null
