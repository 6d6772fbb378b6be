-- Profiles of one customer without a path of links between them would be a merge that nobody can
-- explain, nor undo.
select
    customer_profiles.customer_key,
    count(*) as profile_count
from {{ ref('int_identity__customer_profiles') }} as customer_profiles
left join {{ ref('int_identity__components') }} as components
    on customer_profiles.profile_key = components.node_key
group by customer_profiles.customer_key
having
    count(distinct coalesce(components.component_key, customer_profiles.profile_key)) > 1
