with customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

golden_records as (
    select * from {{ ref('int_identity__golden_records') }}
),

identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
    where not is_junk
),

identifier_types as (
    select * from {{ ref('identifier_types') }}
),

shared_values as (
    select * from {{ ref('int_identity__shared_values') }}
),

counted as (
    select
        customer_profiles.customer_key,
        count(*) as profile_count,
        count(distinct profiles.source_name) as source_count,
        bool_or(profiles.given_name is not null or profiles.surname is not null) as is_named,
        min(profiles.first_seen_at) as first_seen_at,
        max(profiles.last_seen_at) as last_seen_at
    from customer_profiles
    inner join profiles
        on customer_profiles.profile_key = profiles.profile_key
    group by customer_profiles.customer_key
),

-- A device alone is a visitor, not yet a person.
holdings as (
    select
        customer_profiles.customer_key,
        bool_or(identifier_types.is_personal) as is_personal,
        bool_or(identifiers.identifier_type != 'device_id') as is_beyond_devices,
        bool_or(identifier_types.is_personal and not identifiers.is_blocked) as has_own_identifier,
        bool_or(identifier_types.is_enough_alone) as has_enough,
        count(distinct identifiers.identifier_type || ':' || identifiers.identifier_value)
        filter (where identifier_types.is_personal) as personal_count,
        max(greatest(
            shared_values.given_name_count,
            shared_values.surname_count,
            shared_values.unique_id_count,
            shared_values.birth_date_count
        )) as sharing_count
    from customer_profiles
    inner join identifiers
        on customer_profiles.profile_key = identifiers.profile_key
    inner join identifier_types
        on identifiers.identifier_type = identifier_types.identifier_type
    left join shared_values
        on
            identifiers.identifier_type = shared_values.identifier_type
            and identifiers.identifier_value = shared_values.identifier_value
    group by customer_profiles.customer_key
),

judged as (
    select
        counted.customer_key,
        counted.profile_count,
        counted.source_count,
        counted.first_seen_at,
        counted.last_seen_at,
        coalesce(holdings.is_personal, false) as is_personal,
        not counted.is_named and not coalesce(holdings.is_beyond_devices, false) as is_device_only,
        -- Whoever writes from there may be any of those who share it.
        not counted.is_named
        and coalesce(holdings.is_personal and not holdings.has_own_identifier, false)
            as is_shared_mailbox,
        -- One number or address that nothing else leads to: it may be that of a known person.
        not counted.is_named
        and counted.profile_count = 1
        and coalesce(
            holdings.has_own_identifier
            and holdings.personal_count = 1
            and not holdings.has_enough,
            false
        ) as is_lone_identifier,
        holdings.sharing_count
    from counted
    left join holdings
        on counted.customer_key = holdings.customer_key
)

select
    judged.customer_key,
    golden_records.segment_slug,
    judged.profile_count,
    judged.source_count,
    case when judged.is_shared_mailbox then judged.sharing_count end as sharing_person_count,
    judged.is_personal and not judged.is_shared_mailbox and not judged.is_lone_identifier
        as is_identified,
    judged.is_shared_mailbox,
    judged.is_lone_identifier,
    judged.is_device_only,
    judged.first_seen_at,
    judged.last_seen_at
from judged
left join golden_records
    on judged.customer_key = golden_records.customer_key
