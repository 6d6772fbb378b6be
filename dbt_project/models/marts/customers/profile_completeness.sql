with profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

dated_profiles as (
    select
        profiles.*,
        {{ business_date('profiles.first_seen_at', 'settings.default_time_zone') }}
            as first_seen_date
    from profiles
    cross join settings
),

counted_profiles as (
    select
        source_name,
        first_seen_date,
        count(*) as profile_count,
        count(coalesce(given_name, surname)) as name_count,
        count(email) as email_count,
        count(phone) as phone_count,
        count(birth_date) as birth_date_count,
        count(gender) as gender_count,
        count(language) as language_count,
        count(country_code) as country_count,
        count(coalesce(city, postcode, street_address)) as address_count,
        count(segment_slug) as segment_count
    from dated_profiles
    group by
        source_name,
        first_seen_date
)

select
    source_name,
    first_seen_date,
    profile_count,
    name_count,
    email_count,
    phone_count,
    birth_date_count,
    gender_count,
    language_count,
    country_count,
    address_count,
    segment_count,
    (
        name_count
        + email_count
        + phone_count
        + birth_date_count
        + gender_count
        + language_count
        + country_count
        + address_count
        + segment_count
    ) / (9.0 * profile_count) as completeness_share
from counted_profiles
