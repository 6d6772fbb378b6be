-- The beliefs about a profile follow one another without overlap, the last of them is what
-- `int_identity__customer_profiles` says, and there is a standing one for no other profile.
with beliefs as (
    select
        profile_key,
        customer_key,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by profile_key order by valid_from) as next_valid_from
    from {{ ref('int_identity__profile_beliefs') }}
),

standing_beliefs as (
    select * from beliefs
    where valid_to is null
)

select
    profile_key,
    customer_key
from beliefs
where
    valid_to <= valid_from
    or next_valid_from < valid_to
    or (valid_to is null and next_valid_from is not null)

union all

select
    coalesce(standing_beliefs.profile_key, customer_profiles.profile_key) as profile_key,
    standing_beliefs.customer_key
from standing_beliefs
full outer join {{ ref('int_identity__customer_profiles') }} as customer_profiles
    on standing_beliefs.profile_key = customer_profiles.profile_key
where standing_beliefs.customer_key is distinct from customer_profiles.customer_key
