with observations as (
    select * from {{ ref('int_identity__observations') }}
),

profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

phone_numbers as (
    select * from {{ ref('int_identity__phone_numbers') }}
),

blocked_values as (
    select * from {{ ref('blocked_values') }}
),

settings as (
    select
        company_settings.default_country,
        identity_settings.setting_value = 1 as email_plus_tag_is_folded
    from {{ ref('int_company__settings') }} as company_settings
    cross join {{ ref('identity_settings') }} as identity_settings
    where identity_settings.setting = 'email_plus_tag_is_folded'
),

-- A contact's id means something only next to its source.
shown as (
    select
        profile_key,
        country_code,
        first_seen_at,
        last_seen_at,
        {{ one_row_per_place({
            'identifier_type': [
                "'account_id'",
                "'loyalty_card'",
                "'government_id'",
                "'email'",
                "'phone'",
                "'social_handle'",
                "'contact_id'",
                "'device_id'"
            ],
            'raw_value': [
                'trim(account_id)',
                'trim(loyalty_card)',
                'trim(government_id)',
                'trim(email)',
                'trim(phone)',
                'trim(social_handle)',
                "source_name || ':' || trim(contact_id)",
                'trim(device_id)'
            ]
        }) }}
    from observations
),

raw_identifiers as (
    select
        profile_key,
        country_code,
        identifier_type,
        raw_value,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from shown
    where raw_value != ''
    group by profile_key, country_code, identifier_type, raw_value
),

normalized as (
    select
        raw_identifiers.profile_key,
        raw_identifiers.identifier_type,
        raw_identifiers.raw_value,
        case raw_identifiers.identifier_type
            when 'email'
                then {{ linking_email('raw_identifiers.raw_value', 'email_plus_tag_is_folded') }}
            when 'phone' then phone_numbers.phone
            when 'government_id'
                then upper(replace({{ folded_words('raw_identifiers.raw_value') }}, ' ', ''))
            when 'loyalty_card'
                then upper({{ replaced_matches('raw_identifiers.raw_value', '[\\s\\-]', '') }})
            when 'social_handle' then lower(trim(leading '@' from raw_identifiers.raw_value))
            else raw_identifiers.raw_value
        end as normalized_value,
        raw_identifiers.first_seen_at,
        raw_identifiers.last_seen_at
    from raw_identifiers
    cross join settings
    left join phone_numbers
        on
            raw_identifiers.identifier_type = 'phone'
            and raw_identifiers.raw_value = phone_numbers.raw_phone
            and coalesce(raw_identifiers.country_code, settings.default_country)
            = phone_numbers.country_code

    union all

    select
        profile_key,
        'personal_details' as identifier_type,
        concat_ws(' ', given_name, surname, birth_date, postcode) as raw_value,
        concat_ws(
            ' ',
            {{ folded_name(first_word('given_name')) }},
            {{ folded_name('surname') }},
            birth_date,
            upper({{ replaced_matches('postcode', '[\\s\\-]', '') }})
        ) as normalized_value,
        first_seen_at,
        last_seen_at
    from profiles
    where
        {{ folded_name(first_word('given_name')) }} is not null
        and {{ folded_name('surname') }} is not null
        and birth_date is not null
        and postcode is not null
),

-- A value that does not normalise is kept as it came, and never links.
identifiers as (
    select
        profile_key,
        identifier_type,
        coalesce(normalized_value, raw_value) as identifier_value,
        bool_and(normalized_value is not null) as is_normalized,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from normalized
    group by profile_key, identifier_type, coalesce(normalized_value, raw_value)
),

distinct_values as (
    select
        identifier_type,
        identifier_value,
        lower(identifier_value) as lower_value
    from identifiers
    group by identifier_type, identifier_value
),

junk as (
    select
        distinct_values.identifier_type,
        distinct_values.identifier_value,
        min(blocked_values.reason) as reason
    from distinct_values
    inner join blocked_values
        on
            blocked_values.identifier_type in ('any', distinct_values.identifier_type)
            and {{ is_blocked_value('distinct_values.lower_value') }}
    group by distinct_values.identifier_type, distinct_values.identifier_value
),

-- Who is known by an extension shares the number before it with a whole firm.
switchboards as (
    select split_part(identifier_value, ';ext=', 1) as identifier_value
    from distinct_values
    where identifier_type = 'phone' and contains(identifier_value, ';ext=')
    group by split_part(identifier_value, ';ext=', 1)
)

select
    identifiers.profile_key,
    identifiers.identifier_type,
    identifiers.identifier_value,
    case
        when junk.reason is not null then junk.reason
        when switchboards.identifier_value is not null then 'Switchboard: its extensions are known'
        when not identifiers.is_normalized then 'Not a value of its type'
    end as junk_reason,
    identifiers.first_seen_at,
    identifiers.last_seen_at
from identifiers
left join junk
    on
        identifiers.identifier_type = junk.identifier_type
        and identifiers.identifier_value = junk.identifier_value
left join switchboards
    on
        identifiers.identifier_type = 'phone'
        and identifiers.identifier_value = switchboards.identifier_value
