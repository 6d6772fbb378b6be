-- Counted over all living profiles, each with its latest name, and before any closure: a limit
-- over customers would depend on what it decides.
with identifier_types as (
    select * from {{ ref('identifier_types') }}
    where is_linking
),

identifiers as (
    select * from {{ ref('int_identity__normalized_identifiers') }}
    where junk_reason is null
),

settings as (
    select
        max(case when setting = 'typo_rarity' then setting_value end) as typo_rarity,
        max(case when setting = 'typo_edits' then setting_value end) as typo_edits
    from {{ ref('identity_settings') }}
),

profile_names as (
    select
        profile_key,
        'given_name' as name_kind,
        {{ folded_name(first_word('given_name')) }} as folded_name
    from {{ ref('int_identity__profiles') }}
    where given_name is not null

    union all

    select
        profile_key,
        'surname' as name_kind,
        {{ folded_name('surname') }} as folded_name
    from {{ ref('int_identity__profiles') }}
    where surname is not null
),

name_frequencies as (
    select
        name_kind,
        folded_name,
        count(*) as bearer_count
    from profile_names
    where folded_name is not null
    group by name_kind, folded_name
),

value_profiles as (
    select
        identifiers.identifier_type,
        identifiers.identifier_value,
        count(*) as profile_count
    from identifiers
    inner join identifier_types
        on identifiers.identifier_type = identifier_types.identifier_type
    group by identifiers.identifier_type, identifiers.identifier_value
    having count(*) > 1
),

value_names as (
    select
        identifiers.identifier_type,
        identifiers.identifier_value,
        profile_names.name_kind,
        profile_names.folded_name,
        min(name_frequencies.bearer_count) as bearer_count
    from value_profiles
    inner join identifiers
        on
            value_profiles.identifier_type = identifiers.identifier_type
            and value_profiles.identifier_value = identifiers.identifier_value
    inner join profile_names
        on identifiers.profile_key = profile_names.profile_key
    inner join name_frequencies
        on
            profile_names.name_kind = name_frequencies.name_kind
            and profile_names.folded_name = name_frequencies.folded_name
    group by
        identifiers.identifier_type,
        identifiers.identifier_value,
        profile_names.name_kind,
        profile_names.folded_name
),

value_name_counts as (
    select
        identifier_type,
        identifier_value,
        name_kind,
        count(*) as name_count
    from value_names
    group by identifier_type, identifier_value, name_kind
),

-- An initial, or a rare spelling close to a common one, is the same name. Only where few names
-- meet: with many, the value is shared whatever their spelling.
misspelled_names as (
    select
        value_names.identifier_type,
        value_names.identifier_value,
        value_names.name_kind,
        count(distinct value_names.folded_name) as misspelled_count
    from value_names
    inner join value_name_counts
        on
            value_names.identifier_type = value_name_counts.identifier_type
            and value_names.identifier_value = value_name_counts.identifier_value
            and value_names.name_kind = value_name_counts.name_kind
            and value_name_counts.name_count between 2 and 10
    inner join value_names as meant_names
        on
            value_names.identifier_type = meant_names.identifier_type
            and value_names.identifier_value = meant_names.identifier_value
            and value_names.name_kind = meant_names.name_kind
            and value_names.folded_name != meant_names.folded_name
    cross join settings
    where
        (
            length(value_names.folded_name) = 1
            and starts_with(meant_names.folded_name, value_names.folded_name)
        )
        or (
            value_names.bearer_count * settings.typo_rarity <= meant_names.bearer_count
            and damerau_levenshtein(value_names.folded_name, meant_names.folded_name)
            <= settings.typo_edits
        )
    group by value_names.identifier_type, value_names.identifier_value, value_names.name_kind
),

counted as (
    select
        value_profiles.identifier_type,
        value_profiles.identifier_value,
        value_profiles.profile_count,
        coalesce(max(case
            when value_name_counts.name_kind = 'given_name'
                then value_name_counts.name_count - coalesce(misspelled_names.misspelled_count, 0)
        end), 0) as given_name_count,
        coalesce(max(case
            when value_name_counts.name_kind = 'surname'
                then value_name_counts.name_count - coalesce(misspelled_names.misspelled_count, 0)
        end), 0) as surname_count
    from value_profiles
    left join value_name_counts
        on
            value_profiles.identifier_type = value_name_counts.identifier_type
            and value_profiles.identifier_value = value_name_counts.identifier_value
    left join misspelled_names
        on
            value_name_counts.identifier_type = misspelled_names.identifier_type
            and value_name_counts.identifier_value = misspelled_names.identifier_value
            and value_name_counts.name_kind = misspelled_names.name_kind
    group by
        value_profiles.identifier_type,
        value_profiles.identifier_value,
        value_profiles.profile_count
)

select
    counted.identifier_type,
    counted.identifier_value,
    counted.given_name_count,
    counted.surname_count,
    counted.profile_count,
    counted.given_name_count <= identifier_types.maximum_told_apart
    and counted.profile_count <= identifier_types.maximum_profiles as is_told_apart_by_name,
    case
        when counted.given_name_count > identifier_types.maximum_given_names
            then 'Shared by ' || counted.given_name_count || ' given names'
        when counted.surname_count > identifier_types.maximum_surnames
            then 'Shared by ' || counted.surname_count || ' surnames'
        else 'Shared by ' || counted.profile_count || ' profiles'
    end as shared_reason
from counted
inner join identifier_types
    on counted.identifier_type = identifier_types.identifier_type
where
    counted.given_name_count > identifier_types.maximum_given_names
    or counted.surname_count > identifier_types.maximum_surnames
    or counted.profile_count > identifier_types.maximum_profiles
