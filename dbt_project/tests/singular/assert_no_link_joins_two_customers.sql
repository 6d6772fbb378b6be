-- A closure that stops early cuts people in two and raises no error anywhere else.
select
    links.left_profile_key,
    links.right_profile_key
from {{ ref('int_identity__links') }} as links
inner join {{ ref('int_identity__customer_profiles') }} as left_profiles
    on links.left_profile_key = left_profiles.profile_key
inner join {{ ref('int_identity__customer_profiles') }} as right_profiles
    on links.right_profile_key = right_profiles.profile_key
where left_profiles.customer_key != right_profiles.customer_key
