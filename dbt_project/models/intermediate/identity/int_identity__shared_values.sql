-- Counted over all living profiles and before any closure: a limit over customers would depend on
-- what it decides.
with identifier_types as (
    select * from {{ ref('identifier_types') }}
    where is_linking
),

identifiers as (
    select * from {{ ref('int_identity__normalized_identifiers') }}
    where junk_reason is null
),

evidence as (
    select * from {{ ref('int_identity__evidence') }}
),

settings as (
    select
        max(case when setting = 'typo_rarity' then setting_value end) as typo_rarity,
        max(case when setting = 'typo_edits' then setting_value end) as typo_edits,
        max(case when setting = 'typo_maximum_names' then setting_value end) as typo_maximum_names
    from {{ ref('identity_settings') }}
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

value_evidence as (
    select
        identifiers.identifier_type,
        identifiers.identifier_value,
        evidence.evidence_kind,
        evidence.evidence_value,
        min(evidence.bearer_count) as bearer_count
    from value_profiles
    inner join identifiers
        on
            value_profiles.identifier_type = identifiers.identifier_type
            and value_profiles.identifier_value = identifiers.identifier_value
    inner join evidence
        on identifiers.profile_key = evidence.profile_key
    group by
        identifiers.identifier_type,
        identifiers.identifier_value,
        evidence.evidence_kind,
        evidence.evidence_value
),

-- A value whose profiles all agree needs no further look; nearly all values are like that.
disagreements as (
    select
        identifier_type,
        identifier_value,
        evidence_kind,
        count(*) as different_count
    from value_evidence
    group by identifier_type, identifier_value, evidence_kind
    having count(*) > 1
),

disputed_names as (
    select
        value_evidence.identifier_type,
        value_evidence.identifier_value,
        value_evidence.evidence_kind,
        value_evidence.evidence_value,
        value_evidence.bearer_count
    from disagreements
    inner join value_evidence
        on
            disagreements.identifier_type = value_evidence.identifier_type
            and disagreements.identifier_value = value_evidence.identifier_value
            and disagreements.evidence_kind = value_evidence.evidence_kind
    cross join settings
    where
        disagreements.evidence_kind in ('given_name', 'surname')
        and disagreements.different_count <= settings.typo_maximum_names
),

-- An initial, or a rare spelling close to a common one, is the same name.
misspelled_names as (
    select
        disputed_names.identifier_type,
        disputed_names.identifier_value,
        disputed_names.evidence_kind,
        count(distinct disputed_names.evidence_value) as misspelled_count
    from disputed_names
    inner join disputed_names as meant_names
        on
            disputed_names.identifier_type = meant_names.identifier_type
            and disputed_names.identifier_value = meant_names.identifier_value
            and disputed_names.evidence_kind = meant_names.evidence_kind
            and disputed_names.evidence_value != meant_names.evidence_value
    cross join settings
    where
        (
            length(disputed_names.evidence_value) = 1
            and {{ begins_with('meant_names.evidence_value', 'disputed_names.evidence_value') }}
        )
        or (
            disputed_names.bearer_count * settings.typo_rarity <= meant_names.bearer_count
            and {{ edit_distance('disputed_names.evidence_value', 'meant_names.evidence_value') }}
            <= settings.typo_edits
        )
    group by
        disputed_names.identifier_type,
        disputed_names.identifier_value,
        disputed_names.evidence_kind
),

people as (
    select
        disagreements.identifier_type,
        disagreements.identifier_value,
        disagreements.evidence_kind,
        disagreements.different_count - coalesce(misspelled_names.misspelled_count, 0)
            as different_count
    from disagreements
    left join misspelled_names
        on
            disagreements.identifier_type = misspelled_names.identifier_type
            and disagreements.identifier_value = misspelled_names.identifier_value
            and disagreements.evidence_kind = misspelled_names.evidence_kind
),

counted as (
    select
        value_profiles.identifier_type,
        value_profiles.identifier_value,
        value_profiles.profile_count,
        coalesce(max(
            case when people.evidence_kind = 'given_name' then people.different_count end
        ), 1) as given_name_count,
        coalesce(max(
            case when people.evidence_kind = 'surname' then people.different_count end
        ), 1) as surname_count,
        coalesce(max(
            case when people.evidence_kind = 'birth_date' then people.different_count end
        ), 1) as birth_date_count,
        coalesce(max(
            case
                when people.evidence_kind not in ('given_name', 'surname', 'birth_date')
                    then people.different_count
            end
        ), 1) as unique_id_count
    from value_profiles
    left join people
        on
            value_profiles.identifier_type = people.identifier_type
            and value_profiles.identifier_value = people.identifier_value
    group by
        value_profiles.identifier_type,
        value_profiles.identifier_value,
        value_profiles.profile_count
),

judged as (
    select
        counted.identifier_type,
        counted.identifier_value,
        counted.given_name_count,
        counted.surname_count,
        counted.birth_date_count,
        counted.unique_id_count,
        counted.profile_count,
        case
            when counted.given_name_count > identifier_types.maximum_given_names
                then 'Shared by ' || counted.given_name_count || ' given names'
            when counted.surname_count > identifier_types.maximum_surnames
                then 'Shared by ' || counted.surname_count || ' surnames'
            when counted.birth_date_count > identifier_types.maximum_birth_dates
                then 'Shared by ' || counted.birth_date_count || ' birth dates'
            when counted.unique_id_count > 1
                then 'Shared by ' || counted.unique_id_count || ' unique ids'
            when counted.profile_count > identifier_types.maximum_profiles
                then 'Shared by ' || counted.profile_count || ' profiles'
        end as shared_reason,
        counted.given_name_count <= identifier_types.maximum_told_apart
        and counted.profile_count <= identifier_types.maximum_profiles as is_told_apart_by_name
    from counted
    inner join identifier_types
        on counted.identifier_type = identifier_types.identifier_type
)

select
    identifier_type,
    identifier_value,
    shared_reason,
    given_name_count,
    surname_count,
    birth_date_count,
    unique_id_count,
    profile_count,
    is_told_apart_by_name
from judged
where shared_reason is not null
