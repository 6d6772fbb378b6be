with matches as (
    select * from {{ ref('int_identity__matches') }}
),

match_links as (
    select * from {{ ref('int_identity__match_links') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

identity_decisions as (
    select
        least(left_profile_key, right_profile_key) as left_profile_key,
        greatest(left_profile_key, right_profile_key) as right_profile_key
    from {{ ref('identity_decisions') }}
),

records as (
    select * from {{ ref('int_identity__match_records') }}
),

-- A match that links is decided, and two profiles of one customer need no decision.
open_matches as (
    select
        matches.left_profile_key,
        matches.right_profile_key,
        matches.match_probability,
        matches.model_version,
        left_profiles.customer_key as left_customer_key,
        right_profiles.customer_key as right_customer_key
    from matches
    inner join customer_profiles as left_profiles
        on matches.left_profile_key = left_profiles.profile_key
    inner join customer_profiles as right_profiles
        on matches.right_profile_key = right_profiles.profile_key
    left join match_links
        on
            matches.left_profile_key = match_links.left_profile_key
            and matches.right_profile_key = match_links.right_profile_key
    left join identity_decisions
        on
            matches.left_profile_key = identity_decisions.left_profile_key
            and matches.right_profile_key = identity_decisions.right_profile_key
    where
        left_profiles.customer_key != right_profiles.customer_key
        and match_links.left_profile_key is null
        and identity_decisions.left_profile_key is null
),

-- A row per attribute that is known.
attributes as (
    select
        profile_key,
        attribute_slug,
        attribute_value
    from records
    unpivot (
        attribute_value for attribute_slug in (
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
            government_id
        )
    )
),

agreements as (
    select
        open_matches.left_profile_key,
        open_matches.right_profile_key,
        left_attributes.attribute_slug,
        case
            when left_attributes.attribute_value = right_attributes.attribute_value then 'same'
            when
                {{ text_likeness(
                    'left_attributes.attribute_value', 'right_attributes.attribute_value'
                ) }} >= 0.85
                then 'alike'
            else 'different'
        end as agreement
    from open_matches
    inner join attributes as left_attributes
        on open_matches.left_profile_key = left_attributes.profile_key
    inner join attributes as right_attributes
        on
            open_matches.right_profile_key = right_attributes.profile_key
            and left_attributes.attribute_slug = right_attributes.attribute_slug
),

described as (
    select
        left_profile_key,
        right_profile_key,
        {{ dbt.listagg('attribute_slug', "', '", 'order by attribute_slug') }} filter (
            where agreement = 'same'
        ) as same_attributes,
        {{ dbt.listagg('attribute_slug', "', '", 'order by attribute_slug') }} filter (
            where agreement = 'alike'
        ) as alike_attributes,
        {{ dbt.listagg('attribute_slug', "', '", 'order by attribute_slug') }} filter (
            where agreement = 'different'
        ) as different_attributes
    from agreements
    group by left_profile_key, right_profile_key
)

select
    open_matches.left_profile_key,
    open_matches.right_profile_key,
    open_matches.left_customer_key,
    open_matches.right_customer_key,
    described.same_attributes,
    described.alike_attributes,
    described.different_attributes,
    open_matches.match_probability,
    open_matches.model_version
from open_matches
left join described
    on
        open_matches.left_profile_key = described.left_profile_key
        and open_matches.right_profile_key = described.right_profile_key
