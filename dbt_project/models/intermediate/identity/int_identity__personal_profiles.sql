-- A device alone is a visitor, not yet a person.
with identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
    where not is_junk
),

identifier_types as (
    select * from {{ ref('identifier_types') }}
    where is_personal
)

select identifiers.profile_key
from identifiers
inner join identifier_types
    on identifiers.identifier_type = identifier_types.identifier_type
group by identifiers.profile_key
