with observations as (
    select * from {{ ref('int_identity__observations') }}
)

select
    profile_key,
    min(source_name) as source_name,
    min(source_profile_id) as source_profile_id,
    {{ latest_value('email', 'last_seen_at') }} as email,
    {{ latest_value('phone', 'last_seen_at') }} as phone,
    {{ latest_value('given_name', 'last_seen_at') }} as given_name,
    {{ latest_value('surname', 'last_seen_at') }} as surname,
    {{ latest_value('birth_date', 'last_seen_at') }} as birth_date,
    {{ latest_value('gender', 'last_seen_at') }} as gender,
    {{ latest_value('language', 'last_seen_at') }} as language,
    {{ latest_value('country_code', 'last_seen_at') }} as country_code,
    {{ latest_value('city', 'last_seen_at') }} as city,
    {{ latest_value('postcode', 'last_seen_at') }} as postcode,
    {{ latest_value('street_address', 'last_seen_at') }} as street_address,
    {{ latest_value('region', 'last_seen_at') }} as region,
    {{ latest_value('segment_slug', 'last_seen_at') }} as segment_slug,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    max(_load_id) as _load_id
from observations
group by profile_key
