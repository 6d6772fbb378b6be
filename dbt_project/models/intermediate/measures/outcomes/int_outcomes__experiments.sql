-- What is read by arms: each experiment of the seed, and each campaign by who buys, unless the seed
-- says so. An outcome that no source ever showed did not stay away: nobody looked.
with declared_experiments as (
    select * from {{ ref('experiments') }}
    where method = 'randomised'
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
        ended as ended_date
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
        cast(null as date) as ended_date
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
