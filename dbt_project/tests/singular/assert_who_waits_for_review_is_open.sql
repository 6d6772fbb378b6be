-- A question that is settled already would waste a person's time, and its answer would change
-- nothing.
with identities_to_review as (
    select * from {{ ref('todo_identities_to_review') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

match_links as (
    select * from {{ ref('int_identity__match_links') }}
),

settled_pairs as (
    select
        left_profile_key,
        right_profile_key
    from match_links
    union
    select
        least(left_profile_key, right_profile_key) as left_profile_key,
        greatest(left_profile_key, right_profile_key) as right_profile_key
    from {{ ref('identity_decisions') }}
)

select
    identities_to_review.left_profile_key,
    identities_to_review.right_profile_key
from identities_to_review
left join customer_profiles as left_profiles
    on identities_to_review.left_profile_key = left_profiles.profile_key
left join customer_profiles as right_profiles
    on identities_to_review.right_profile_key = right_profiles.profile_key
left join settled_pairs
    on
        identities_to_review.left_profile_key = settled_pairs.left_profile_key
        and identities_to_review.right_profile_key = settled_pairs.right_profile_key
where
    identities_to_review.left_customer_key is distinct from left_profiles.customer_key
    or identities_to_review.right_customer_key is distinct from right_profiles.customer_key
    or identities_to_review.left_customer_key = identities_to_review.right_customer_key
    or settled_pairs.left_profile_key is not null
