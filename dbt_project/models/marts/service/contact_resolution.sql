with service_rates as (
    select * from {{ ref('int_kpis__service_rates') }}
    where metric_slug in (
        'fcr',
        'fcr_any_reason',
        'fcr_issue',
        'fcr_stated',
        'fcr_stated_agreement',
        'one_touch_resolution',
        'no_touch_resolution',
        'reopening',
        'transfer'
    )
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
