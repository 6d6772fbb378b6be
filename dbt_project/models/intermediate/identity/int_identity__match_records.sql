-- Who shows one attribute alone is like too many others to be found by likeness.
with profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

-- What several names share says nothing of who shows it; two birth dates may be a typo.
identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
    where not is_blocked or blocked_reason like 'Shared by % birth dates'
),

identifying_values as (
    select
        profile_key,
        max_by(identifier_value, row(last_seen_at, identifier_value)) filter (
            where identifier_type = 'email'
        ) as email,
        max_by(identifier_value, row(last_seen_at, identifier_value)) filter (
            where identifier_type = 'phone'
        ) as phone,
        max_by(identifier_value, row(last_seen_at, identifier_value)) filter (
            where identifier_type = 'government_id'
        ) as government_id,
        list(identifier_type || ' ' || identifier_value order by all) filter (
            where is_linking and not is_blocked
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
        identifying_values.phone,
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
    phone,
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
        'phone',
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
        phone,
        street_address,
        city,
        postcode,
        government_id
    ]) >= 2
