-- Who shows one attribute alone is like too many others to be found by likeness.
with profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

-- Two birth dates of one value may be a typo; under two names it tells where somebody is, not who;
-- under too many it tells nothing.
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
        {%- for type in ['email', 'shared_email', 'phone', 'shared_phone', 'government_id'] %}
            max_by(identifier_value, row(last_seen_at, identifier_value)) filter (
                where identifier_type = '{{ type }}'
            ) as {{ type }},
        {%- endfor %}
        list_sort(
            list(identifier_type || ' ' || identifier_value) filter (where is_joining)
        ) as linking_values
    from identifiers
    group by profile_key
),

attributes as (
    select
        profiles.profile_key,
        {{ folded_name(first_word('profiles.given_name')) }} as given_name,
        {{ folded_name('profiles.surname') }} as surname,
        strftime(profiles.birth_date, '%Y%m%d') as birth_date,
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
        coalesce(identifying_values.linking_values, []) as linking_values
    from profiles
    left join identifying_values
        on profiles.profile_key = identifying_values.profile_key
)

select
    profile_key,
    given_name,
    surname,
    birth_date,
    email,
    shared_email,
    phone,
    shared_phone,
    street_address,
    city,
    postcode,
    region,
    country_code,
    government_id,
    linking_values,
    {{ surrogate_key([
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
        'government_id',
        'linking_values'
    ]) }} as record_hash
from attributes
where
    list_count([
        given_name,
        surname,
        birth_date,
        email,
        shared_email,
        phone,
        shared_phone,
        street_address,
        city,
        postcode,
        government_id
    ]) >= 2
