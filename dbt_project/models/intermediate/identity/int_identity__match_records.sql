{% set attributes = [
    'given_name',
    'surname',
    'birth_date',
    'email',
    'shared_email',
    'phone',
    'shared_phone',
    'street_address',
    'city',
    'postcode',
    'region',
    'country_code',
    'government_id'
] -%}

-- Who shows one attribute alone is like too many others to be found by likeness; a region or a
-- country is too wide to count.
with profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

-- A value under two birth dates may be due to a typo. Under two names it tells where somebody is,
-- not who; under too many it tells nothing.
identifiers as (
    select
        profile_key,
        case
            when is_blocked and blocked_reason not like 'Shared by % birth dates'
                then 'shared_' || identifier_type
            else identifier_type
        end as identifier_type,
        identifier_value,
        is_linking and not is_blocked as is_joining,
        last_seen_at
    from {{ ref('int_identity__identifiers') }}
    where not is_junk and (not is_blocked or is_told_apart_by_name)
),

identifying_values as (
    select
        profile_key,
        {{ latest_value(
            "case when identifier_type = 'email' then identifier_value end", 'last_seen_at'
        ) }} as email,
        {{ latest_value(
            "case when identifier_type = 'shared_email' then identifier_value end", 'last_seen_at'
        ) }} as shared_email,
        -- Two extensions of one switchboard are two people, and look like a typo.
        {{ latest_value(
            "case when identifier_type = 'phone' and not contains(identifier_value, ';ext=') "
            ~ "then identifier_value end", 'last_seen_at'
        ) }} as phone,
        {{ latest_value(
            "case when identifier_type = 'shared_phone' and not contains(identifier_value, ';ext=') "
            ~ "then identifier_value end", 'last_seen_at'
        ) }} as shared_phone,
        {{ latest_value(
            "case when identifier_type = 'government_id' then identifier_value end", 'last_seen_at'
        ) }} as government_id,
        {{ sorted_values("identifier_type || ' ' || identifier_value", 'is_joining') }}
            as linking_values
    from identifiers
    group by profile_key
),

records as (
    select
        profiles.profile_key,
        {{ folded_name(first_word('profiles.given_name')) }} as given_name,
        {{ folded_name('profiles.surname') }} as surname,
        {{ compact_date('profiles.birth_date') }} as birth_date,
        identifying_values.email,
        identifying_values.shared_email,
        identifying_values.phone,
        identifying_values.shared_phone,
        {{ folded_words('profiles.street_address') }} as street_address,
        {{ folded_name('profiles.city') }} as city,
        upper(replace({{ folded_words('profiles.postcode') }}, ' ', '')) as postcode,
        {{ folded_name('profiles.region') }} as region,
        upper(trim(profiles.country_code)) as country_code,
        identifying_values.government_id,
        coalesce(identifying_values.linking_values, {{ list_of([]) }}) as linking_values
    from profiles
    left join identifying_values
        on profiles.profile_key = identifying_values.profile_key
)

select
    profile_key,
    {{ attributes | join(',\n    ') }},
    linking_values,
    {{ surrogate_key(attributes + ['linking_values']) }} as record_hash
from records
where
    {{ known_count(
        list_of([attributes | reject('in', ['region', 'country_code']) | join(',\n ')])
    ) }} >= 2
