-- What is read by arms: each experiment of the seed, each campaign by who buys and each action by
-- what it hopes for, unless the seed says so. An outcome that no source ever showed did not stay
-- away: nobody looked.
with declared_experiments as (
    select * from {{ ref('experiments') }}
    where method = 'randomised'
),

actions as (
    select * from {{ ref('actions') }}
    -- Which journey's goal only an experiment of the seed can say.
    where success_slug != 'reaches_goal'
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

assignments as (
    select * from {{ ref('int_outcomes__assignments') }}
),

events as (
    select * from {{ ref('int_outcomes__events') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

tried_campaigns as (
    select subject as campaign_key
    from assignments
    where kind = 'campaign'
    group by subject
),

experiments as (
    select
        experiment_slug,
        experiment_name,
        kind,
        subject,
        metric_slug,
        journey_slug,
        {{ duration_of('window_days', 'day') }} as outcome_window,
        held_out_share,
        started as started_date,
        ended as ended_date,
        owner
    from declared_experiments

    union all

    select
        'campaign_' || tried_campaigns.campaign_key as experiment_slug,
        coalesce(campaigns.campaign_name, tried_campaigns.campaign_key) as experiment_name,
        'campaign' as kind,
        tried_campaigns.campaign_key as subject,
        'buys' as metric_slug,
        cast(null as varchar) as journey_slug,
        windows.campaign_conversion as outcome_window,
        cast(null as double) as held_out_share,
        cast(null as date) as started_date,
        cast(null as date) as ended_date,
        -- Nobody has declared it, so nobody answers for it.
        declared_experiments.owner
    from tried_campaigns
    cross join windows
    left join campaigns
        on tried_campaigns.campaign_key = campaigns.campaign_key
    left join declared_experiments
        on
            declared_experiments.kind = 'campaign'
            and tried_campaigns.campaign_key = declared_experiments.subject
            and declared_experiments.metric_slug = 'buys'
    where declared_experiments.experiment_slug is null

    union all

    select
        'action_' || actions.action_slug as experiment_slug,
        actions.action_name as experiment_name,
        'action' as kind,
        actions.action_slug as subject,
        actions.success_slug as metric_slug,
        cast(null as varchar) as journey_slug,
        {{ duration_of('actions.success_days', 'day') }} as outcome_window,
        actions.held_out_share,
        actions.valid_from as started_date,
        actions.valid_until as ended_date,
        actions.owner
    from actions
    left join declared_experiments
        on
            declared_experiments.kind = 'action'
            and actions.action_slug = declared_experiments.subject
            and actions.success_slug = declared_experiments.metric_slug
    where declared_experiments.experiment_slug is null
),

sought_experiments as (
    select
        *,
        case metric_slug
            when 'spends' then 'buys'
            when 'renews' then 'reaches_goal'
            when 'no_contact' then 'contacts'
            else metric_slug
        end as event_slug,
        case metric_slug when 'renews' then 'renewal' else journey_slug end as event_journey
    from experiments
),

-- All of an event, and of each journey.
seen_events as (
    select distinct
        event_slug,
        journey_slug as event_journey
    from events

    union

    select distinct
        event_slug,
        cast(null as varchar) as event_journey
    from events
)

select
    sought_experiments.*,
    seen_events.event_slug is not null as is_observable
from sought_experiments
left join seen_events
    on
        sought_experiments.event_slug = seen_events.event_slug
        and sought_experiments.event_journey is not distinct from seen_events.event_journey
