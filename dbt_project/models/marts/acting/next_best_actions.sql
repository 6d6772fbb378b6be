-- A rate of success is none of doing nothing: what the action adds is told by its arms, or not yet.
with decisions as (
    select * from {{ ref('int_actions__decisions') }}
),

actions as (
    select * from {{ ref('actions') }}
),

action_outcomes as (
    select * from {{ ref('action_outcomes') }}
    where kind = 'action' and segment_slug = 'all'
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'next_best_actions'
),

-- Several experiments may read one measure of an action: the first by name speaks.
ranked_outcomes as (
    select
        action_outcomes.subject as action_slug,
        action_outcomes.treated_count,
        action_outcomes.treated_success_count,
        action_outcomes.held_out_count,
        action_outcomes.held_out_success_count,
        action_outcomes.verdict,
        row_number() over (
            partition by action_outcomes.subject order by action_outcomes.experiment_slug
        ) as outcome_rank
    from action_outcomes
    inner join actions
        on
            action_outcomes.subject = actions.action_slug
            and action_outcomes.metric_slug = actions.success_slug
),

outcomes as (
    select
        ranked_outcomes.*,
        least(ranked_outcomes.treated_count, ranked_outcomes.held_out_count)
        >= mart_rules.minimum_n as is_shown
    from ranked_outcomes
    cross join mart_rules
    where ranked_outcomes.outcome_rank = 1
)

select
    decisions.customer_key,
    decisions.segment_slug,
    decisions.decided_date,
    decisions.action_slug,
    decisions.priority_class,
    decisions.message_slug,
    decisions.channel_slug,
    decisions.hour_block,
    decisions.success_share,
    case
        when decisions.action_slug = 'nothing' then null
        when decisions.tried_count > 0 then 'reported'
        else 'expected'
    end as success_basis_slug,
    case when decisions.tried_count >= mart_rules.minimum_n then decisions.tried_count end
        as tried_count,
    case when decisions.tried_count >= mart_rules.minimum_n then decisions.tried_success_count end
        as tried_success_count,
    case when outcomes.is_shown then outcomes.treated_count end as treated_count,
    case when outcomes.is_shown then outcomes.treated_success_count end as treated_success_count,
    case when outcomes.is_shown then outcomes.held_out_count end as held_out_count,
    case when outcomes.is_shown then outcomes.held_out_success_count end as held_out_success_count,
    case
        when decisions.action_slug != 'nothing'
            then coalesce(outcomes.verdict, 'nothing_to_read')
    end as uplift_verdict,
    decisions.expected_value,
    decisions.arm,
    decisions.reason_slug,
    decisions.second_reason_slug
from decisions
cross join mart_rules
left join outcomes
    on decisions.action_slug = outcomes.action_slug
