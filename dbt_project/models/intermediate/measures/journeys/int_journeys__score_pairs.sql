-- Pairs of two scores of one journey, or of a score and an outcome, cell by cell. Each customer has
-- one journey here, the one answered first. Outcomes lie within a fixed time after the answer,
-- which must be over.
with journeys as (
    select * from {{ ref('int_journeys__journeys') }}
),

scores as (
    select * from {{ ref('int_journeys__scores') }}
),

efforts as (
    select * from {{ ref('int_journeys__efforts') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

orders as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase
),

silences as (
    select * from {{ ref('int_churn__silences') }}
    where churns_at is not null
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

answered_journeys as (
    select
        journeys.journey_key,
        journeys.customer_key,
        journeys.journey_slug,
        customers.segment_slug,
        scores.journey_score,
        scores.mean_touchpoint_score,
        scores.journey_scored_at,
        scores.journey_scored_at + windows.outcome_horizon as judged_at
    from journeys
    inner join scores
        on journeys.journey_key = scores.journey_key
    inner join customers
        on journeys.customer_key = customers.customer_key
    cross join windows
    cross join settings
    where
        scores.journey_score is not null
        and scores.mean_touchpoint_score is not null
        and journeys.touchpoint_count >= windows.minimum_touchpoints
        and scores.journey_scored_at + windows.outcome_horizon < settings.as_of
),

repurchases as (
    select
        answered_journeys.journey_key,
        'repurchase' as outcome_slug,
        max(case when orders.order_key is not null then 1.0 else 0.0 end) as outcome_value
    from answered_journeys
    left join orders
        on
            answered_journeys.customer_key = orders.customer_key
            and answered_journeys.journey_scored_at < orders.ordered_at
            and answered_journeys.judged_at >= orders.ordered_at
    group by answered_journeys.journey_key
),

-- Only customers whose rhythm was known and who had not gone before they answered.
living_customers as (
    select
        answered_journeys.journey_key,
        answered_journeys.customer_key,
        answered_journeys.journey_scored_at,
        answered_journeys.judged_at
    from answered_journeys
    inner join silences
        on
            answered_journeys.customer_key = silences.customer_key
            and answered_journeys.journey_scored_at >= silences.ordered_at
            and coalesce(answered_journeys.journey_scored_at < silences.next_ordered_at, true)
            and answered_journeys.journey_scored_at < silences.churns_at
),

churns as (
    select
        living_customers.journey_key,
        'churn' as outcome_slug,
        max(case when silences.order_key is not null then 1.0 else 0.0 end) as outcome_value
    from living_customers
    left join silences
        on
            living_customers.customer_key = silences.customer_key
            and living_customers.journey_scored_at < silences.churns_at
            and living_customers.judged_at >= silences.churns_at
            and coalesce(silences.churns_at < silences.next_ordered_at, true)
    group by living_customers.journey_key
),

outcomes as (
    select * from repurchases
    union all
    select * from churns
),

judged_journeys as (
    select
        'journey_vs_touchpoint' as comparison_slug,
        answered_journeys.journey_slug,
        answered_journeys.segment_slug,
        outcomes.outcome_slug,
        answered_journeys.journey_key,
        answered_journeys.customer_key,
        answered_journeys.journey_scored_at as chosen_by,
        answered_journeys.journey_score as left_score,
        answered_journeys.mean_touchpoint_score as right_score,
        outcomes.outcome_value
    from answered_journeys
    inner join outcomes
        on answered_journeys.journey_key = outcomes.journey_key

    union all

    select
        'effort_agreement' as comparison_slug,
        journeys.journey_slug,
        customers.segment_slug,
        'ces' as outcome_slug,
        journeys.journey_key,
        journeys.customer_key,
        journeys.started_at as chosen_by,
        efforts.effort_score as left_score,
        cast(null as double) as right_score,
        cast(scores.ces_score as double) as outcome_value
    from journeys
    inner join scores
        on journeys.journey_key = scores.journey_key
    inner join efforts
        on journeys.journey_key = efforts.journey_key
    inner join customers
        on journeys.customer_key = customers.customer_key
    where scores.ces_score is not null
),

-- By journey and segment, by journey, and all together.
splits as (
    select {{ one_row_per(["'segment'", "'journey'", "'all'"]) }} as split
),

cell_journeys as (
    select
        judged_journeys.comparison_slug,
        case when splits.split = 'all' then 'all' else judged_journeys.journey_slug end
            as journey_slug,
        case when splits.split = 'segment' then judged_journeys.segment_slug else 'all' end
            as segment_slug,
        judged_journeys.outcome_slug,
        judged_journeys.journey_key,
        judged_journeys.left_score,
        judged_journeys.right_score,
        judged_journeys.outcome_value,
        row_number() over (
            partition by
                splits.split,
                judged_journeys.comparison_slug,
                judged_journeys.outcome_slug,
                case when splits.split != 'all' then judged_journeys.journey_slug end,
                judged_journeys.customer_key
            order by judged_journeys.chosen_by, judged_journeys.journey_key
        ) as choice
    from judged_journeys
    cross join splits
)

select
    {{ surrogate_key([
        'comparison_slug', 'journey_slug', 'segment_slug', 'outcome_slug', 'journey_key'
    ]) }} as score_pair_key,
    comparison_slug,
    journey_slug,
    segment_slug,
    outcome_slug,
    journey_key,
    left_score,
    right_score,
    outcome_value
from cell_journeys
where choice = 1 and segment_slug is not null
