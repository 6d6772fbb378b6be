-- Values that belong together survive together: a given name of one source and a surname of another
-- would make a person who does not exist.
with customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

customers as (
    select customer_key
    from customer_profiles
    group by customer_key
),

contact_points as (
    select * from {{ ref('int_identity__identifiers') }}
    where identifier_type in ('email', 'phone') and not is_junk
),

trait_sources as (
    select * from {{ ref('trait_sources') }}
),

survivorship_rules as (
    select
        attribute_slug,
        max(case when rule_order = 1 then survivorship_rule end) as first_rule,
        max(case when rule_order = 2 then survivorship_rule end) as second_rule,
        max(case when rule_order = 3 then survivorship_rule end) as third_rule
    from {{ ref('survivorship_rules') }}
    group by attribute_slug
),

sources as (
    select source_name
    from profiles
    group by source_name
),

-- A source that no row names is trusted last.
source_trust as (
    select
        survivorship_rules.attribute_slug,
        sources.source_name,
        coalesce(of_attribute.trait_priority, of_any.trait_priority, 1000) as trait_priority
    from survivorship_rules
    cross join sources
    left join trait_sources as of_attribute
        on
            survivorship_rules.attribute_slug = of_attribute.attribute_slug
            and sources.source_name = of_attribute.source_name
    left join trait_sources as of_any
        on
            of_any.attribute_slug = 'any'
            and sources.source_name = of_any.source_name
),

told_values as (
    select
        profile_key,
        source_name,
        {{ one_row_per_place({
            'attribute_slug': [
                "'name'", "'birth_date'", "'gender'", "'language'", "'address'", "'segment'"
            ],
            'parts': [
                list_of(['given_name', 'surname']),
                list_of(['cast(birth_date as varchar)']),
                list_of(['gender']),
                list_of(['language']),
                list_of(['street_address', 'postcode', 'city', 'country_code']),
                list_of(['segment_slug'])
            ]
        }) }},
        coalesce(last_seen_at, timestamp '1970-01-01') as last_seen_at
    from profiles

    union all

    select
        contact_points.profile_key,
        profiles.source_name,
        contact_points.identifier_type as attribute_slug,
        {{ list_of(['contact_points.identifier_value']) }} as parts,
        coalesce(contact_points.last_seen_at, timestamp '1970-01-01') as last_seen_at
    from contact_points
    inner join profiles
        on contact_points.profile_key = profiles.profile_key
),

ranked_values as (
    select
        customer_profiles.customer_key,
        told_values.attribute_slug,
        told_values.parts,
        told_values.source_name,
        coalesce({{ survivorship_rank('survivorship_rules.first_rule') }}, 0) as first_rank,
        coalesce({{ survivorship_rank('survivorship_rules.second_rule') }}, 0) as second_rank,
        coalesce({{ survivorship_rank('survivorship_rules.third_rule') }}, 0) as third_rank
    from told_values
    inner join customer_profiles
        on told_values.profile_key = customer_profiles.profile_key
    inner join survivorship_rules
        on told_values.attribute_slug = survivorship_rules.attribute_slug
    inner join source_trust
        on
            told_values.attribute_slug = source_trust.attribute_slug
            and told_values.source_name = source_trust.source_name
    where {{ known_count('told_values.parts') }} > 0
),

-- The least of structs is that of their first fields, then of the second: half a window's work.
least_values as (
    select
        customer_key,
        attribute_slug,
        min(
            {{ struct_of({
                'first_rank': 'first_rank',
                'second_rank': 'second_rank',
                'third_rank': 'third_rank',
                'parts': 'parts',
                'source_name': 'source_name'
            }) }}
        ) as survivor
    from ranked_values
    group by
        customer_key,
        attribute_slug
),

survivors as (
    select
        least_values.customer_key,
        least_values.attribute_slug,
        least_values.survivor.parts,
        least_values.survivor.source_name
    from least_values
)

select
    customers.customer_key,

    -- attributes
    max({{ list_item('survivors.parts', 1) }}) filter (where survivors.attribute_slug = 'name')
        as given_name,
    max({{ list_item('survivors.parts', 2) }}) filter (where survivors.attribute_slug = 'name')
        as surname,
    cast(
        max({{ list_item(
            'survivors.parts', 1
        ) }}) filter (where survivors.attribute_slug = 'birth_date') as date
    ) as birth_date,
    max({{ list_item('survivors.parts', 1) }}) filter (where survivors.attribute_slug = 'gender')
        as gender,
    max({{ list_item('survivors.parts', 1) }}) filter (where survivors.attribute_slug = 'language')
        as language,
    max({{ list_item('survivors.parts', 1) }}) filter (where survivors.attribute_slug = 'email')
        as email,
    max({{ list_item('survivors.parts', 1) }}) filter (where survivors.attribute_slug = 'phone')
        as phone,
    max({{ list_item('survivors.parts', 1) }}) filter (where survivors.attribute_slug = 'address')
        as street_address,
    max({{ list_item('survivors.parts', 2) }}) filter (where survivors.attribute_slug = 'address')
        as postcode,
    max({{ list_item('survivors.parts', 3) }}) filter (where survivors.attribute_slug = 'address')
        as city,
    max({{ list_item('survivors.parts', 4) }}) filter (where survivors.attribute_slug = 'address')
        as country_code,
    max({{ list_item('survivors.parts', 1) }}) filter (where survivors.attribute_slug = 'segment')
        as segment_slug,

    -- the source of each
    max(survivors.source_name) filter (where survivors.attribute_slug = 'name') as name_source,
    max(survivors.source_name) filter (where survivors.attribute_slug = 'birth_date')
        as birth_date_source,
    max(survivors.source_name) filter (where survivors.attribute_slug = 'gender') as gender_source,
    max(survivors.source_name) filter (where survivors.attribute_slug = 'language')
        as language_source,
    max(survivors.source_name) filter (where survivors.attribute_slug = 'email') as email_source,
    max(survivors.source_name) filter (where survivors.attribute_slug = 'phone') as phone_source,
    max(survivors.source_name) filter (where survivors.attribute_slug = 'address')
        as address_source,
    max(survivors.source_name) filter (where survivors.attribute_slug = 'segment') as segment_source
from customers
left join survivors
    on customers.customer_key = survivors.customer_key
group by customers.customer_key
