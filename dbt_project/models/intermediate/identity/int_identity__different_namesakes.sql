-- Father and son: one full name on one line, but two birth dates, two logins, or two mailboxes
-- beside the number of their home.
with identifier_types as (
    select * from {{ ref('identifier_types') }}
),

identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
    where is_linking and not is_junk
),

evidence as (
    select * from {{ ref('int_identity__evidence') }}
),

full_names as (
    select * from {{ ref('int_identity__full_names') }}
),

namesakes as (
    select
        identifiers.profile_key,
        identifiers.identifier_type,
        identifiers.identifier_value,
        full_names.full_name
    from identifiers
    inner join full_names
        on identifiers.profile_key = full_names.profile_key
    where identifiers.is_told_apart_by_name
),

-- Own contacts of a profile are mailboxes and numbers that nobody else shows.
own_contacts as (
    select
        identifiers.profile_key,
        identifiers.identifier_type,
        identifiers.identifier_value
    from identifiers
    inner join identifier_types
        on identifiers.identifier_type = identifier_types.identifier_type
    where identifier_types.maximum_told_apart > 0 and not identifiers.is_blocked
),

differences as (
    select
        namesakes.identifier_type,
        namesakes.identifier_value,
        namesakes.full_name,
        evidence.evidence_kind,
        evidence.evidence_value
    from namesakes
    inner join evidence
        on namesakes.profile_key = evidence.profile_key
    where evidence.evidence_kind not in ('given_name', 'surname')

    union all

    select
        namesakes.identifier_type,
        namesakes.identifier_value,
        namesakes.full_name,
        own_contacts.identifier_type as evidence_kind,
        own_contacts.identifier_value as evidence_value
    from namesakes
    inner join own_contacts
        on
            namesakes.profile_key = own_contacts.profile_key
            and namesakes.identifier_type != own_contacts.identifier_type
)

select
    disputed.identifier_type,
    disputed.identifier_value,
    disputed.full_name,
    -- A date is mistyped more easily than a login or a mailbox that others know.
    bool_or(disputed.evidence_kind != 'birth_date') as is_beyond_birth_dates
from (
    select
        identifier_type,
        identifier_value,
        full_name,
        evidence_kind
    from differences
    group by identifier_type, identifier_value, full_name, evidence_kind
    having count(distinct evidence_value) > 1
) as disputed
group by disputed.identifier_type, disputed.identifier_value, disputed.full_name
