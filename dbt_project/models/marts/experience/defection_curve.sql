-- Kaplan–Meier: a customer who cannot be watched any longer counts for as long as they were.
with defections as (
    select * from {{ ref('int_churn__defections') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'defection_curve'
),

ends as (
    select
        defections.experience_number,
        defections.group_slug,
        defections.index_at,
        coalesce(
            defections.churned_at < settings.as_of
            and coalesce(defections.churned_at <= defections.censored_at, true),
            false
        ) as is_churned,
        least(
            settings.as_of,
            coalesce(defections.churned_at, settings.as_of),
            coalesce(defections.censored_at, settings.as_of)
        ) as watched_until
    from defections
    inner join settings
        on defections.index_at < settings.as_of
),

days as (
    select
        experience_number,
        group_slug,
        cast(floor({{ seconds_between('index_at', 'watched_until') }} / 86400) as integer)
            as day_number,
        count(*) as end_count,
        count(*) filter (where is_churned) as churned_count
    from ends
    group by
        experience_number,
        group_slug,
        day_number
),

risks as (
    select
        *,
        sum(end_count) over (
            partition by
                experience_number,
                group_slug
            order by day_number desc
            rows between unbounded preceding and current row
        ) as at_risk_count,
        sum(end_count) over (
            partition by
                experience_number,
                group_slug
        ) as customer_count
    from days
),

survivals as (
    select
        *,
        {{ survival('churned_count', 'at_risk_count') }} as survival_share,
        {{ greenwood_sum('churned_count', 'at_risk_count') }} as greenwood
    from risks
    window cell as (
        partition by
            experience_number,
            group_slug
        order by day_number
        rows between unbounded preceding and current row
    )
)

select
    cast(survivals.experience_number as integer) as experience_number,
    survivals.group_slug,
    survivals.day_number,
    cast(survivals.customer_count as bigint) as customer_count,
    cast(survivals.at_risk_count as bigint) as at_risk_count,
    survivals.churned_count,
    survivals.end_count - survivals.churned_count as censored_count,
    -- A product of logarithms is a hair off: more digits than these mean nothing.
    round(survivals.survival_share, 6) as survival_share,
    round({{ survival_bound('-', 'survivals.survival_share', 'survivals.greenwood') }}, 6)
        as ci_low,
    round({{ survival_bound('+', 'survivals.survival_share', 'survivals.greenwood') }}, 6)
        as ci_high,
    survivals.customer_count >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from survivals
cross join mart_rules
inner join windows
    on survivals.at_risk_count >= windows.defection_minimum_at_risk
