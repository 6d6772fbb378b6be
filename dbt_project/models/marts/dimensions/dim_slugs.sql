with touchpoint_outcomes as (
    select * from {{ ref('touchpoint_outcomes') }}
),

lifecycle_stages as (
    select * from {{ ref('lifecycle_stages') }}
),

journey_events as (
    select * from {{ ref('journey_events') }}
),

campaign_stages as (
    select * from {{ ref('campaign_stages') }}
),

loyalty_tiers as (
    select * from {{ ref('loyalty_tiers') }}
),

bad_experience_rules as (
    select * from {{ ref('bad_experience_rules') }}
)

select
    'outcome' as list_slug,
    outcome_slug as slug,
    min(outcome_name) as slug_name,
    cast(null as bigint) as slug_order
from touchpoint_outcomes
group by outcome_slug

union all

select
    'lifecycle_stage' as list_slug,
    lifecycle_stage_slug as slug,
    lifecycle_stage_name as slug_name,
    cast(stage_order as bigint) as slug_order
from lifecycle_stages

union all

-- A journey's stages are their own names.
select
    'journey_stage' as list_slug,
    stage_slug as slug,
    {{ slug_in_words('stage_slug') }} as slug_name,
    cast(null as bigint) as slug_order
from journey_events
where stage_slug is not null
group by stage_slug

union all

select
    'campaign_stage' as list_slug,
    stage_slug as slug,
    stage_name as slug_name,
    cast(stage_order as bigint) as slug_order
from campaign_stages

union all

select
    'tier' as list_slug,
    tier_slug as slug,
    tier_name as slug_name,
    cast(tier_rank as bigint) as slug_order
from loyalty_tiers

union all

-- A tier that the programme has and the list does not.
select
    'tier' as list_slug,
    'unknown' as slug,
    'Unknown' as slug_name,
    cast(null as bigint) as slug_order

union all

select
    'bad_experience_rule' as list_slug,
    rule_slug as slug,
    rule_name as slug_name,
    cast(null as bigint) as slug_order
from bad_experience_rules
