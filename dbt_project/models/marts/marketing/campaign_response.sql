with contacts as (
    select * from {{ ref('fct_campaign_contacts') }}
),

stages as (
    select * from {{ ref('campaign_stages') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'campaign_response'
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

responses as (
    select
        campaign_key,
        campaign_name,
        campaign_kind,
        channel_slug,
        lifecycle_stage_slug,
        delivered_at,
        {{ one_row_per_place({
            'stage_slug': [
                "'delivered'",
                "'opened'",
                "'clicked'",
                "'replied'",
                "'redeemed'",
                "'converted'",
                "'bought'",
                "'bought_before'",
                "'unsubscribed'"
            ],
            'reached_at': [
                'delivered_at',
                'opened_at',
                'clicked_at',
                'replied_at',
                'redeemed_at',
                'converted_at',
                'bought_at',
                'bought_before_at',
                'unsubscribed_at'
            ],
            'matures_at': [
                'delivered_at',
                'response_matures_at',
                'response_matures_at',
                'response_matures_at',
                'conversion_matures_at',
                'conversion_matures_at',
                'conversion_matures_at',
                'conversion_matures_at',
                'response_matures_at'
            ]
        }) }}
    from contacts
),

counted as (
    select
        responses.campaign_key,
        responses.campaign_name,
        responses.campaign_kind,
        responses.channel_slug,
        responses.lifecycle_stage_slug,
        responses.stage_slug,
        count(*) filter (where responses.matures_at < settings.as_of) as denominator,
        count(responses.reached_at) filter (where responses.matures_at < settings.as_of)
            as numerator,
        count(*) filter (where responses.matures_at >= settings.as_of) as n_immature,
        count(responses.reached_at) as reached_count,
        min(responses.delivered_at) as first_delivered_at,
        max(responses.matures_at) as matures_at
    from responses
    cross join settings
    group by
        responses.campaign_key,
        responses.campaign_name,
        responses.campaign_kind,
        responses.channel_slug,
        responses.lifecycle_stage_slug,
        responses.stage_slug
),

rates as (
    select
        *,
        numerator / nullif(cast(denominator as double), 0) as rate
    from counted
)

select
    {{ surrogate_key([
        'rates.campaign_key', 'rates.stage_slug', 'rates.channel_slug', 'rates.lifecycle_stage_slug'
    ]) }} as cell_key,
    rates.campaign_key,
    rates.stage_slug,
    stages.stage_name,
    stages.stage_order,
    rates.campaign_name,
    rates.campaign_kind,
    rates.channel_slug,
    rates.lifecycle_stage_slug,
    rates.numerator,
    rates.denominator,
    rates.rate as value,
    {{ wilson_bound('-', 'rates.rate', 'rates.denominator') }} as ci_low,
    {{ wilson_bound('+', 'rates.rate', 'rates.denominator') }} as ci_high,
    rates.n_immature,
    rates.reached_count,
    rates.n_immature = 0 as is_mature,
    rates.denominator >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version,
    rates.first_delivered_at,
    rates.matures_at
from rates
cross join mart_rules
inner join stages
    on
        rates.stage_slug = stages.stage_slug
        and array_contains({{ words('stages.channels') }}, rates.channel_slug)
