-- A placeholder says nothing about a person: it is taken out before anything is counted, joined or
-- compared. What is left is what the profiles themselves showed.
with observations as (
    select * from {{ ref('int_shapes__observations') }}
),

phone_numbers as (
    select * from {{ ref('int_identity__phone_numbers') }}
),

blocked_values as (
    select * from {{ ref('blocked_values') }}
),

placeholder_names as (
    select
        {{ folded_words('placeholder_word') }} as word,
        hides_contacts,
        is_enough_for_half,
        is_enough_in_any_name
    from {{ ref('placeholder_names') }}
),

placeholder_traits as (
    select * from {{ ref('placeholder_traits') }}
),

settings as (
    select
        max(case when setting = 'placeholder_date_names' then setting_value end) as date_names,
        max(case when setting = 'placeholder_date_share' then setting_value end) as date_share
    from {{ ref('identity_settings') }}
),

-- names
spoken_names as (
    select
        coalesce(given_name, '') || '|' || coalesce(surname, '') as spoken_name,
        given_name,
        surname
    from observations
    where given_name is not null or surname is not null
    group by given_name, surname
),

name_words as (
    select
        spoken_name,
        'given_name' as half,
        {{ one_row_per(words(folded_words('given_name'))) }} as word
    from spoken_names

    union all

    select
        spoken_name,
        'surname' as half,
        {{ one_row_per(words(folded_words('surname'))) }} as word
    from spoken_names
),

-- A number beside a placeholder ("Deleted user 4711") is one too.
judged_words as (
    select
        name_words.spoken_name,
        name_words.half,
        placeholder_names.word is not null as is_listed,
        placeholder_names.word is not null
        or {{ matched_part('name_words.word', '(\\d)') }} != '' as is_no_name,
        coalesce(placeholder_names.hides_contacts, false) as hides_contacts,
        coalesce(placeholder_names.is_enough_for_half, false) as is_enough_for_half,
        coalesce(placeholder_names.is_enough_in_any_name, false) as is_enough_in_any_name
    from name_words
    left join placeholder_names
        on name_words.word = placeholder_names.word
),

judged_names as (
    select
        spoken_name,
        bool_and(is_no_name) or bool_or(is_enough_in_any_name) as is_no_name,
        coalesce(
            bool_and(is_no_name) filter (where half = 'given_name')
            and bool_or(is_enough_for_half) filter (where half = 'given_name'), false
        ) as is_no_given_name,
        coalesce(
            bool_and(is_no_name) filter (where half = 'surname')
            and bool_or(is_enough_for_half) filter (where half = 'surname'), false
        ) as is_no_surname,
        bool_or(hides_contacts) as hides_contacts
    from judged_words
    group by spoken_name
    having bool_or(is_listed) or bool_and(is_no_name)
),

-- birth dates
dated_persons as (
    select
        birth_date,
        count(distinct coalesce({{ folded_name("given_name || surname") }}, profile_key))
            as person_count
    from observations
    where birth_date is not null
    group by birth_date
),

person_counts as (
    select sum(person_count) as person_count
    from dated_persons
),

no_birth_dates as (
    select dated_persons.birth_date
    from dated_persons
    inner join placeholder_traits
        on
            placeholder_traits.trait_slug = 'birth_date'
            and case placeholder_traits.match_kind
                when 'exact'
                    then
                        cast(dated_persons.birth_date as varchar)
                        = placeholder_traits.placeholder_value
                when 'before'
                    then
                        dated_persons.birth_date
                        < {{ dbt.safe_cast('placeholder_traits.placeholder_value', 'date') }}
                when 'after'
                    then
                        dated_persons.birth_date
                        > {{ dbt.safe_cast('placeholder_traits.placeholder_value', 'date') }}
            end

    union

    -- Birthdays are spread over the years: a day that so many share was set by a program.
    select dated_persons.birth_date
    from dated_persons
    cross join person_counts
    cross join settings
    where
        dated_persons.person_count >= settings.date_names
        and dated_persons.person_count > person_counts.person_count * settings.date_share
),

-- addresses
no_postcodes as (
    select placeholder_value
    from placeholder_traits
    where trait_slug = 'postcode'
),

no_cities as (
    select placeholder_value
    from placeholder_traits
    where trait_slug = 'city'
),

no_streets as (
    select placeholder_value
    from placeholder_traits
    where trait_slug = 'street_address'
),

-- profiles that a source knows by the identifier alone
named_by_values as (
    select
        source_name,
        source_profile_id,
        {{ one_row_per_place({
            'identifier_type': [
                "'any'", "'phone'", "'email'", "'loyalty_card'", "'account_id'", "'social_handle'"
            ],
            'shown_value': [
                'source_profile_id',
                'phone',
                'email',
                'loyalty_card',
                'account_id',
                'social_handle'
            ]
        }) }}
    from observations
),

named_by as (
    select
        source_name,
        source_profile_id,
        identifier_type,
        lower(trim(source_profile_id)) as lower_value
    from named_by_values
    where trim(shown_value) = trim(source_profile_id)
    group by source_name, source_profile_id, identifier_type
),

switchboards as (
    select split_part(phone, ';ext=', 1) as phone
    from phone_numbers
    where contains(phone, ';ext=')
    group by split_part(phone, ';ext=', 1)
),

nobodies as (
    select
        named_by.source_name,
        named_by.source_profile_id
    from named_by
    inner join blocked_values
        on
            blocked_values.identifier_type in ('any', named_by.identifier_type)
            and {{ is_blocked_value('named_by.lower_value') }}

    union

    select
        named_by.source_name,
        named_by.source_profile_id
    from named_by
    inner join phone_numbers
        on named_by.lower_value = lower(phone_numbers.raw_phone)
    inner join switchboards
        on phone_numbers.phone = switchboards.phone
    where named_by.identifier_type = 'phone'
),

-- Some redact the name and leave the address that their program sends to in its place.
cleaned as (
    select
        observations.source_name,
        observations.source_profile_id,
        observations.profile_key,
        observations.email,
        observations.phone,
        observations.social_handle,
        observations.loyalty_card,
        observations.account_id,
        observations.device_id,
        observations.contact_id,
        observations.government_id,
        case
            when not coalesce(judged_names.is_no_name or judged_names.is_no_given_name, false)
                then observations.given_name
        end as given_name,
        case
            when not coalesce(judged_names.is_no_name or judged_names.is_no_surname, false)
                then observations.surname
        end as surname,
        case when no_birth_dates.birth_date is null then observations.birth_date end as birth_date,
        observations.gender,
        observations.language,
        observations.country_code,
        case when no_cities.placeholder_value is null then observations.city end as city,
        case when no_postcodes.placeholder_value is null then observations.postcode end
            as postcode,
        case when no_streets.placeholder_value is null then observations.street_address end
            as street_address,
        observations.region,
        observations.segment_slug,
        observations.merged_profile_id,
        coalesce(judged_names.is_no_name and judged_names.hides_contacts, false) as is_redacted,
        observations.first_seen_at,
        observations.last_seen_at,
        observations._load_id
    from observations
    left join judged_names
        on
            coalesce(observations.given_name, '') || '|' || coalesce(observations.surname, '')
            = judged_names.spoken_name
    left join no_birth_dates
        on observations.birth_date = no_birth_dates.birth_date
    left join no_cities
        on {{ folded_words('observations.city') }} = no_cities.placeholder_value
    left join no_postcodes
        on
            upper({{ replaced_matches('observations.postcode', '[^0-9A-Za-z]', '') }})
            = no_postcodes.placeholder_value
    left join no_streets
        on {{ folded_words('observations.street_address') }} = no_streets.placeholder_value
    left join nobodies
        on
            observations.source_name = nobodies.source_name
            and observations.source_profile_id = nobodies.source_profile_id
    where nobodies.source_profile_id is null
)

select
    source_name,
    source_profile_id,
    profile_key,
    case when not is_redacted then email end as email,
    case when not is_redacted then phone end as phone,
    case when not is_redacted then social_handle end as social_handle,
    loyalty_card,
    account_id,
    device_id,
    contact_id,
    government_id,
    given_name,
    surname,
    birth_date,
    gender,
    language,
    country_code,
    city,
    postcode,
    street_address,
    region,
    segment_slug,
    merged_profile_id,
    first_seen_at,
    last_seen_at,
    _load_id
from cleaned
