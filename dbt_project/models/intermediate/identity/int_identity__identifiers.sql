with identifiers as (
    select * from {{ ref('int_identity__normalized_identifiers') }}
),

shared_values as (
    select * from {{ ref('int_identity__shared_values') }}
),

identifier_types as (
    select * from {{ ref('identifier_types') }}
)

select
    identifiers.profile_key,
    identifiers.identifier_type,
    identifiers.identifier_value,
    coalesce(identifiers.junk_reason, shared_values.shared_reason) as blocked_reason,
    coalesce(identifiers.junk_reason, shared_values.shared_reason) is not null as is_blocked,
    identifiers.junk_reason is not null as is_junk,
    identifier_types.is_linking,
    coalesce(shared_values.is_told_apart_by_name, false) as is_told_apart_by_name,
    identifiers.first_seen_at,
    identifiers.last_seen_at
from identifiers
inner join identifier_types
    on identifiers.identifier_type = identifier_types.identifier_type
left join shared_values
    on
        identifiers.identifier_type = shared_values.identifier_type
        and identifiers.identifier_value = shared_values.identifier_value
