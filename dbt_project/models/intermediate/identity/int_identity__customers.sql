with customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

golden_records as (
    select * from {{ ref('int_identity__golden_records') }}
),

personal_profiles as (
    select * from {{ ref('int_identity__personal_profiles') }}
),

counted as (
    select
        customer_profiles.customer_key,
        count(*) as profile_count,
        count(distinct profiles.source_name) as source_count,
        bool_or(personal_profiles.profile_key is not null) as is_identified,
        min(profiles.first_seen_at) as first_seen_at,
        max(profiles.last_seen_at) as last_seen_at
    from customer_profiles
    inner join profiles
        on customer_profiles.profile_key = profiles.profile_key
    left join personal_profiles
        on profiles.profile_key = personal_profiles.profile_key
    group by customer_profiles.customer_key
)

select
    counted.customer_key,
    golden_records.segment_slug,
    counted.profile_count,
    counted.source_count,
    counted.is_identified,
    counted.first_seen_at,
    counted.last_seen_at
from counted
left join golden_records
    on counted.customer_key = golden_records.customer_key
