-- A profile has one value per kind: its latest name and birth date, and one of its unique ids.
with profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

unique_identifiers as (
    select
        identifiers.profile_key,
        identifiers.identifier_type,
        max(identifiers.identifier_value) as identifier_value
    from {{ ref('int_identity__normalized_identifiers') }} as identifiers
    inner join {{ ref('identifier_types') }} as identifier_types
        on identifiers.identifier_type = identifier_types.identifier_type
    where identifier_types.conflict_edits = 0 and identifiers.junk_reason is null
    group by identifiers.profile_key, identifiers.identifier_type
),

spoken as (
    select
        profile_key,
        'given_name' as evidence_kind,
        {{ folded_name(first_word('given_name')) }} as evidence_value
    from profiles

    union all

    select
        profile_key,
        'surname' as evidence_kind,
        {{ folded_name('surname') }} as evidence_value
    from profiles

    union all

    select
        profile_key,
        'birth_date' as evidence_kind,
        cast(birth_date as varchar) as evidence_value
    from profiles

    union all

    select
        profile_key,
        identifier_type as evidence_kind,
        identifier_value as evidence_value
    from unique_identifiers
)

select
    profile_key,
    evidence_kind,
    evidence_value,
    count(*) over (partition by evidence_kind, evidence_value) as bearer_count
from spoken
where evidence_value is not null
