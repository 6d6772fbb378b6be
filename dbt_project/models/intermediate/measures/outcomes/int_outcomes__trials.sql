-- Whoever was assigned counts in the arm of the assignment, reached or not: who can be reached,
-- opens or clicks is another kind of customer than who does not.
with experiments as (
    select * from {{ ref('int_outcomes__experiments') }}
),

assignments as (
    select * from {{ ref('int_outcomes__assignments') }}
),

events as (
    select * from {{ ref('int_outcomes__events') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

trials as (
    select
        experiments.experiment_slug,
        experiments.metric_slug,
        experiments.event_slug,
        experiments.event_journey,
        experiments.outcome_window,
        assignments.customer_key,
        customers.segment_slug,
        assignments.is_held_out,
        assignments.is_reached,
        assignments.assigned_at,
        assignments.assigned_at + experiments.outcome_window as matures_at
    from experiments
    inner join assignments
        on
            experiments.kind = assignments.kind
            and experiments.subject = assignments.subject
            and (
                experiments.started_date is null
                or assignments.assigned_at >= cast(experiments.started_date as timestamp)
            )
            and (
                experiments.ended_date is null
                or assignments.assigned_at < cast(experiments.ended_date as timestamp)
            )
    inner join customers
        on assignments.customer_key = customers.customer_key
),

counts as (
    select
        trials.experiment_slug,
        trials.customer_key,
        count(*) filter (where events.occurred_at > trials.assigned_at) as count_after,
        count(*) filter (where events.occurred_at <= trials.assigned_at) as count_before,
        sum(events.amount) filter (where events.occurred_at > trials.assigned_at) as amount_after,
        sum(events.amount) filter (where events.occurred_at <= trials.assigned_at)
            as amount_before
    from trials
    inner join events
        on
            trials.customer_key = events.customer_key
            and trials.event_slug = events.event_slug
            and (trials.event_journey is null or trials.event_journey = events.journey_slug)
            and trials.matures_at >= events.occurred_at
            and trials.assigned_at - trials.outcome_window < events.occurred_at
    group by
        trials.experiment_slug,
        trials.customer_key
)

select
    {{ surrogate_key(['trials.experiment_slug', 'trials.customer_key']) }} as trial_key,
    trials.experiment_slug,
    trials.customer_key,
    trials.segment_slug,
    trials.is_held_out,
    trials.is_reached,
    cast(
        case trials.metric_slug
            when 'spends' then coalesce(counts.amount_after, 0)
            when 'no_contact' then cast(coalesce(counts.count_after, 0) = 0 as integer)
            else cast(coalesce(counts.count_after, 0) > 0 as integer)
        end as decimal(18, 2)
    ) as outcome_value,
    cast(
        case trials.metric_slug
            when 'spends' then coalesce(counts.amount_before, 0)
            when 'no_contact' then cast(coalesce(counts.count_before, 0) = 0 as integer)
            else cast(coalesce(counts.count_before, 0) > 0 as integer)
        end as decimal(18, 2)
    ) as value_before,
    trials.assigned_at,
    trials.matures_at
from trials
left join counts
    on
        trials.experiment_slug = counts.experiment_slug
        and trials.customer_key = counts.customer_key
