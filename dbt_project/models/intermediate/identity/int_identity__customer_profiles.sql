with customer_keys as (
    select * from {{ ref('int_identity__customer_keys') }}
    where is_live
),

profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

members as (
    select
        {{ one_row_per('profile_keys') }} as profile_key,
        customer_key,
        anchor_profile_key
    from customer_keys
)

select
    profiles.profile_key,
    members.customer_key,
    profiles.source_name,
    members.anchor_profile_key,
    profiles.first_seen_at
from profiles
inner join members
    on profiles.profile_key = members.profile_key
