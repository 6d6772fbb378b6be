-- Read twice, over all components and over the few that have a conflict: storing it costs more.
{{ config(materialized='view') }}

with proposed_components as (
    select * from {{ ref('int_identity__proposed_components') }}
),

identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
    where not is_junk
),

identifier_types as (
    select * from {{ ref('identifier_types') }}
    where is_unique_per_person or maximum_per_customer is not null
),

evidence as (
    select * from {{ ref('int_identity__evidence') }}
),

full_names as (
    select * from {{ ref('int_identity__full_names') }}
),

marks as (
    select
        identifiers.profile_key,
        identifiers.identifier_type as mark_kind,
        identifiers.identifier_value as mark_value,
        identifier_types.is_unique_per_person and not identifiers.is_blocked as is_vouching
    from identifiers
    inner join identifier_types
        on identifiers.identifier_type = identifier_types.identifier_type

    union all

    select
        profile_key,
        evidence_kind as mark_kind,
        evidence_value as mark_value,
        false as is_vouching
    from evidence
    where evidence_kind = 'birth_date'

    union all

    select
        profile_key,
        'full_name' as mark_kind,
        full_name as mark_value,
        false as is_vouching
    from full_names
)

select
    proposed_components.component_key,
    marks.profile_key,
    marks.mark_kind,
    marks.mark_value,
    marks.is_vouching
from marks
inner join proposed_components
    on marks.profile_key = proposed_components.node_key
