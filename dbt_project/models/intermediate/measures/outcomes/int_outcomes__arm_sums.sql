-- All that a read-out needs of the customers of both arms: few sums, however many they are.
with trials as (
    select * from {{ ref('int_outcomes__trials') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

judged_trials as (
    select
        trials.*,
        settings.as_of <= trials.matures_at as is_immature,
        settings.as_of > trials.matures_at and not trials.is_held_out as is_treated,
        settings.as_of > trials.matures_at and trials.is_held_out as is_control
    from trials
    cross join settings
),

segment_trials as (
    select
        *,
        'all' as read_segment_slug
    from judged_trials

    union all

    select
        *,
        segment_slug as read_segment_slug
    from judged_trials
    where segment_slug is not null
)

select
    {{ surrogate_key(['experiment_slug', 'read_segment_slug']) }} as arm_sums_key,
    experiment_slug,
    read_segment_slug as segment_slug,
    count(*) filter (where is_immature) as immature_count,
    min(assigned_at) filter (where not is_immature) as first_assigned_at,
    max(assigned_at) filter (where not is_immature) as last_assigned_at,
    count(*) filter (where is_treated) as treated_count,
    count(*) filter (where is_treated and is_reached) as treated_reached_count,
    coalesce(sum(outcome_value) filter (where is_treated), 0) as treated_total,
    coalesce(sum(outcome_value * outcome_value) filter (where is_treated), 0) as treated_squares,
    coalesce(sum(value_before) filter (where is_treated), 0) as treated_before_total,
    coalesce(sum(value_before * value_before) filter (where is_treated), 0)
        as treated_before_squares,
    coalesce(sum(outcome_value * value_before) filter (where is_treated), 0) as treated_products,
    count(*) filter (where is_control) as held_out_count,
    count(*) filter (where is_control and is_reached) as held_out_reached_count,
    coalesce(sum(outcome_value) filter (where is_control), 0) as held_out_total,
    coalesce(sum(outcome_value * outcome_value) filter (where is_control), 0) as held_out_squares,
    coalesce(sum(value_before) filter (where is_control), 0) as held_out_before_total,
    coalesce(sum(value_before * value_before) filter (where is_control), 0)
        as held_out_before_squares,
    coalesce(sum(outcome_value * value_before) filter (where is_control), 0) as held_out_products
from segment_trials
group by
    experiment_slug,
    read_segment_slug
