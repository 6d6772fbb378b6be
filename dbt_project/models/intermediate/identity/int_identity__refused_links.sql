with refused_links as (
    select * from {{ ref('int_identity__link_decisions') }}
    where not is_accepted
)

select
    {{ link_key() }} as link_key,
    left_profile_key,
    right_profile_key,
    link_reason,
    identifier_type,
    identifier_value,
    full_name,
    match_probability,
    refusal_reason,
    conflict_kind,
    left_value,
    right_value
from refused_links
