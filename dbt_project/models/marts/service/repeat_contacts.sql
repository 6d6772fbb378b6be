with service_rates as (
    select * from {{ ref('int_kpis__service_rates') }}
    where metric_slug = 'repeat_contact'
),

chains as (
    select * from {{ ref('int_kpis__contact_units') }}
    where metric_slug = 'contacts_per_issue' and unit_state = 'eligible'
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

-- A chain begins with a contact, so its week, channel, reason and team have a row of contacts too.
issues as (
    select
        cast(date_trunc('week', chains.anchor_date) as date) as period_start_date,
        chains.channel_slug,
        chains.contact_reason_slug,
        chains.team_key,
        count(*) as issue_count,
        cast(sum(chains.unit_value) as bigint) as chained_contact_count
    from chains
    inner join settings
        on chains.matures_at < settings.as_of
    group by
        cast(date_trunc('week', chains.anchor_date) as date),
        chains.channel_slug,
        chains.contact_reason_slug,
        chains.team_key
)

select
    service_rates.cell_key,
    service_rates.metric_slug,
    service_rates.period_start_date,
    service_rates.channel_slug,
    service_rates.contact_reason_slug,
    service_rates.team_key,
    service_rates.numerator,
    service_rates.denominator,
    service_rates.rate,
    service_rates.ci_low,
    service_rates.ci_high,
    service_rates.immature_count,
    service_rates.unknown_count,
    service_rates.excluded_count,
    service_rates.is_mature,
    service_rates.is_minimum_n,
    service_rates.definition_version,
    coalesce(issues.issue_count, 0) as issue_count,
    coalesce(issues.chained_contact_count, 0) as chained_contact_count,
    issues.chained_contact_count / cast(issues.issue_count as double) as contacts_per_issue
from service_rates
left join issues
    on
        service_rates.period_start_date = issues.period_start_date
        and service_rates.channel_slug = issues.channel_slug
        and service_rates.contact_reason_slug = issues.contact_reason_slug
        and coalesce(service_rates.team_key, '') = coalesce(issues.team_key, '')
