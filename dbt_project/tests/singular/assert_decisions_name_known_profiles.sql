-- A warning only: an erasure takes a profile away, and the decision about it stays behind.
{{ config(severity='warn') }}

with decided_profiles as (
    select left_profile_key as profile_key from {{ ref('identity_decisions') }}
    union
    select right_profile_key as profile_key from {{ ref('identity_decisions') }}
)

select decided_profiles.profile_key
from decided_profiles
left join {{ ref('int_identity__profiles') }} as profiles
    on decided_profiles.profile_key = profiles.profile_key
where profiles.profile_key is null
