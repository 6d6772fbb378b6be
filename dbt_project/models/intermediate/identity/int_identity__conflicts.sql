-- Never misses a component with a conflict, but may name one that turns out to have none:
-- `orchestration/identity/resolution.py` decides.
with marks as (
    select * from {{ ref('int_identity__marks') }}
),

identifier_types as (
    select * from {{ ref('identifier_types') }}
),

identity_decisions as (
    select * from {{ ref('identity_decisions') }}
    where decision = 'split'
),

proposed_components as (
    select * from {{ ref('int_identity__proposed_components') }}
),

settings as (
    select max(setting_value) as name_conflict_edits
    from {{ ref('identity_settings') }}
    where setting = 'name_conflict_edits'
),

counted as (
    select
        component_key,
        mark_kind,
        count(distinct mark_value) as value_count
    from marks
    group by component_key, mark_kind
    having count(distinct mark_value) > 1
),

given_names as (
    select
        marks.component_key,
        split_part(marks.mark_value, ' ', 1) as given_name
    from counted
    inner join marks
        on
            counted.component_key = marks.component_key
            and counted.mark_kind = marks.mark_kind
    where counted.mark_kind = 'full_name'
    group by marks.component_key, split_part(marks.mark_value, ' ', 1)
),

conflicts as (
    select
        counted.component_key,
        counted.mark_kind as conflict_kind
    from counted
    left join identifier_types
        on counted.mark_kind = identifier_types.identifier_type
    where
        counted.mark_kind = 'birth_date'
        or identifier_types.conflict_edits is not null
        or counted.value_count > identifier_types.maximum_per_customer

    union all

    select
        given_names.component_key,
        'full_name' as conflict_kind
    from given_names
    inner join given_names as other_given_names
        on
            given_names.component_key = other_given_names.component_key
            and given_names.given_name < other_given_names.given_name
    cross join settings
    where
        not (
            length(given_names.given_name) = 1
            and {{ begins_with('other_given_names.given_name', 'given_names.given_name') }}
        )
        and {{ edit_distance('given_names.given_name', 'other_given_names.given_name') }} > least(
            settings.name_conflict_edits,
            {{ whole_quotient(
                'greatest(length(given_names.given_name), length(other_given_names.given_name))', 3
            ) }}
        )
    group by given_names.component_key

    union all

    select
        left_components.component_key,
        'forced_split' as conflict_kind
    from identity_decisions
    inner join proposed_components as left_components
        on identity_decisions.left_profile_key = left_components.node_key
    inner join proposed_components as right_components
        on identity_decisions.right_profile_key = right_components.node_key
    where left_components.component_key = right_components.component_key
    group by left_components.component_key
)

select
    component_key,
    conflict_kind
from conflicts
