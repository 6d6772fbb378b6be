with service_rates as (
    select * from {{ ref('int_kpis__service_rates') }}
    where metric_slug in ('call_abandonment')
)

select
    cell_key,
    metric_slug,
    period_start_date,
    channel_slug,
    contact_reason_slug,
    team_key,
    numerator,
    denominator,
    rate,
    ci_low,
    ci_high,
    immature_count,
    unknown_count,
    excluded_count,
    is_mature,
    is_minimum_n,
    definition_version
from service_rates
