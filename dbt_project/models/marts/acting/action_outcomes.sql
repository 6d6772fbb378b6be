-- What was tried: by the arms that chance decided, and before and after what everybody got. The
-- verdict goes by the interval that holds however often one looks, since this is published daily.
with experiments as (
    select * from {{ ref('int_outcomes__experiments') }}
),

arm_sums as (
    select * from {{ ref('int_outcomes__arm_sums') }}
),

readouts as (
    select * from {{ ref('int_outcomes__readouts') }}
),

improvements as (
    select * from {{ ref('experiments') }}
    where method = 'before_after'
),

changes as (
    select * from {{ ref('int_outcomes__changes') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'action_outcomes'
),

outcomes as (
    select
        experiments.experiment_slug,
        experiments.experiment_name,
        experiments.kind,
        'randomised' as method_slug,
        experiments.subject,
        experiments.metric_slug,
        experiments.journey_slug,
        cast(null as varchar) as dimension,
        experiments.owner,
        coalesce(arm_sums.segment_slug, 'all') as segment_slug,
        coalesce(arm_sums.treated_count, 0) as treated_count,
        coalesce(arm_sums.treated_reached_count, 0) as treated_reached_count,
        case when experiments.metric_slug != 'spends' then arm_sums.treated_total end
            as treated_success_count,
        readouts.treated_value,
        coalesce(arm_sums.held_out_count, 0) as held_out_count,
        coalesce(arm_sums.held_out_reached_count, 0) as held_out_reached_count,
        case when experiments.metric_slug != 'spends' then arm_sums.held_out_total end
            as held_out_success_count,
        readouts.held_out_value,
        coalesce(arm_sums.immature_count, 0) as immature_count,
        cast(null as bigint) as weeks_before,
        cast(null as bigint) as weeks_after,
        cast(null as double) as value_before,
        cast(null as double) as value_after,
        cast(null as double) as comparison_before,
        cast(null as double) as comparison_after,
        cast(null as double) as pre_trend_p,
        readouts.difference,
        readouts.ci_low,
        readouts.ci_high,
        readouts.sequential_ci_low,
        readouts.sequential_ci_high,
        readouts.adjusted_difference,
        readouts.adjusted_ci_low,
        readouts.adjusted_ci_high,
        readouts.minimum_detectable_difference,
        readouts.sample_ratio_p,
        arm_sums.first_assigned_at,
        arm_sums.last_assigned_at,
        case
            when
                not experiments.is_observable
                or coalesce(arm_sums.treated_count, 0) = 0
                or coalesce(arm_sums.held_out_count, 0) = 0
                then 'nothing_to_read'
            -- Arms that chance makes as uneven once in a thousand times were not made by it.
            when readouts.sample_ratio_p < 0.001 then 'void'
            when least(arm_sums.treated_count, arm_sums.held_out_count) < mart_rules.minimum_n
                then 'too_few'
            when least(readouts.ci_low, readouts.sequential_ci_low) > 0 then 'more'
            when greatest(readouts.ci_high, readouts.sequential_ci_high) < 0 then 'fewer'
            else 'cannot_tell'
        end as verdict
    from experiments
    cross join mart_rules
    left join arm_sums
        on experiments.experiment_slug = arm_sums.experiment_slug
    left join readouts
        on arm_sums.arm_sums_key = readouts.arm_sums_key

    union all

    select
        improvements.experiment_slug,
        improvements.experiment_name,
        improvements.kind,
        improvements.method as method_slug,
        improvements.member as subject,
        improvements.metric_slug,
        cast(null as varchar) as journey_slug,
        improvements.dimension,
        improvements.owner,
        'all' as segment_slug,
        cast(null as bigint) as treated_count,
        cast(null as bigint) as treated_reached_count,
        cast(null as bigint) as treated_success_count,
        cast(null as double) as treated_value,
        cast(null as bigint) as held_out_count,
        cast(null as bigint) as held_out_reached_count,
        cast(null as bigint) as held_out_success_count,
        cast(null as double) as held_out_value,
        cast(null as bigint) as immature_count,
        coalesce(changes.weeks_before, 0) as weeks_before,
        coalesce(changes.weeks_after, 0) as weeks_after,
        changes.value_before,
        changes.value_after,
        changes.comparison_before,
        changes.comparison_after,
        changes.pre_trend_p,
        changes.difference,
        changes.ci_low,
        changes.ci_high,
        cast(null as double) as sequential_ci_low,
        cast(null as double) as sequential_ci_high,
        cast(null as double) as adjusted_difference,
        cast(null as double) as adjusted_ci_low,
        cast(null as double) as adjusted_ci_high,
        changes.minimum_detectable_difference,
        cast(null as double) as sample_ratio_p,
        cast(improvements.started as timestamp) as first_assigned_at,
        cast(null as timestamp) as last_assigned_at,
        case
            when coalesce(changes.weeks_before, 0) = 0 or coalesce(changes.weeks_after, 0) = 0
                then 'nothing_to_read'
            -- With fewer weeks neither a trend nor their spread can be told.
            when
                least(changes.weeks_before, changes.weeks_after) < 4
                or least(changes.unit_count, changes.comparison_unit_count) < mart_rules.minimum_n
                then 'too_few'
            -- The two series went apart before: what follows may be no more than that.
            when changes.pre_trend_p < 0.05 then 'cannot_tell'
            when changes.ci_low > 0 or changes.ci_high < 0 then 'changed'
            when changes.change_ci_low > 0 or changes.change_ci_high < 0
                then 'changed_like_comparison'
            else 'cannot_tell'
        end as verdict
    from improvements
    cross join mart_rules
    left join changes
        on improvements.experiment_slug = changes.experiment_slug
)

select
    {{ surrogate_key(['outcomes.experiment_slug', 'outcomes.segment_slug']) }}
        as action_outcome_key,
    outcomes.experiment_slug,
    outcomes.experiment_name,
    outcomes.kind,
    outcomes.method_slug,
    outcomes.subject,
    outcomes.metric_slug,
    outcomes.journey_slug,
    outcomes.dimension,
    outcomes.owner,
    outcomes.segment_slug,
    outcomes.treated_count,
    outcomes.treated_reached_count,
    cast(outcomes.treated_success_count as bigint) as treated_success_count,
    outcomes.treated_value,
    outcomes.held_out_count,
    outcomes.held_out_reached_count,
    cast(outcomes.held_out_success_count as bigint) as held_out_success_count,
    outcomes.held_out_value,
    outcomes.immature_count,
    cast(outcomes.weeks_before as integer) as weeks_before,
    cast(outcomes.weeks_after as integer) as weeks_after,
    outcomes.value_before,
    outcomes.value_after,
    outcomes.comparison_before,
    outcomes.comparison_after,
    outcomes.pre_trend_p,
    outcomes.difference,
    outcomes.ci_low,
    outcomes.ci_high,
    outcomes.sequential_ci_low,
    outcomes.sequential_ci_high,
    outcomes.adjusted_difference,
    outcomes.adjusted_ci_low,
    outcomes.adjusted_ci_high,
    outcomes.minimum_detectable_difference,
    outcomes.sample_ratio_p,
    outcomes.verdict,
    outcomes.first_assigned_at,
    outcomes.last_assigned_at,
    mart_rules.definition_version
from outcomes
cross join mart_rules
