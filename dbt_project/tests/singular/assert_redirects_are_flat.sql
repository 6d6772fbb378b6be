-- An old key must lead to its customer in one step, and no customer may be hidden behind a
-- redirect.
select redirects.old_customer_key
from {{ ref('customer_key_redirects') }} as redirects
inner join {{ ref('int_identity__customer_profiles') }} as customer_profiles
    on redirects.old_customer_key = customer_profiles.customer_key
