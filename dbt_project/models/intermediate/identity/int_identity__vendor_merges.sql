with observations as (
    select * from {{ ref('int_identity__observations') }}
    where merged_profile_id is not null
),

profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

-- A person who parts two profiles knows better than the vendor.
identity_decisions as (
    select
        least(left_profile_key, right_profile_key) as left_profile_key,
        greatest(left_profile_key, right_profile_key) as right_profile_key
    from {{ ref('identity_decisions') }}
    where decision = 'split'
),

merged_pairs as (
    select
        least(observations.profile_key, profiles.profile_key) as left_profile_key,
        greatest(observations.profile_key, profiles.profile_key) as right_profile_key,
        min(observations.last_seen_at) as merged_at
    from observations
    inner join profiles
        on
            observations.source_name = profiles.source_name
            and observations.merged_profile_id = profiles.source_profile_id
            and observations.profile_key != profiles.profile_key
    group by
        least(observations.profile_key, profiles.profile_key),
        greatest(observations.profile_key, profiles.profile_key)
)

select
    merged_pairs.left_profile_key,
    merged_pairs.right_profile_key,
    merged_pairs.merged_at
from merged_pairs
left join identity_decisions
    on
        merged_pairs.left_profile_key = identity_decisions.left_profile_key
        and merged_pairs.right_profile_key = identity_decisions.right_profile_key
where identity_decisions.left_profile_key is null
