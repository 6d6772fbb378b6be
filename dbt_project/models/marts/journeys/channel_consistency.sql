{# Waits have no end; all else is a share. #}
{%- set highest = "case when channel_spreads.measure_slug != 'wait' then 1.0 end" -%}
with channel_spreads as (
    select * from {{ ref('int_journeys__channel_spreads') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'channel_consistency'
)

select
    {{ surrogate_key([
        'channel_spreads.measure_slug',
        'channel_spreads.contact_reason_slug',
        'channel_spreads.channel_slug'
    ]) }} as channel_consistency_key,
    channel_spreads.measure_slug,
    channel_spreads.contact_reason_slug,
    channel_spreads.channel_slug,
    channel_spreads.unit_count,
    channel_spreads.customer_count,
    -- Waits are averaged as logarithms, or a long one would carry the mean away.
    case when channel_spreads.measure_slug = 'wait' then 'log seconds' else 'share' end as unit,
    channel_spreads.value,
    case when channel_spreads.measure_slug = 'wait' then exp(channel_spreads.value) - 1 end
        as typical_seconds,
    channel_spreads.standard_error,
    {{ mean_bound(
        '-',
        'channel_spreads.value',
        '(' ~ confidence_z() ~ ' * channel_spreads.standard_error)',
        '0',
        highest
    ) }} as ci_low,
    {{ mean_bound(
        '+',
        'channel_spreads.value',
        '(' ~ confidence_z() ~ ' * channel_spreads.standard_error)',
        '0',
        highest
    ) }} as ci_high,
    channel_spreads.pooled_value,
    channel_spreads.value - channel_spreads.pooled_value as difference_from_pooled,
    channel_spreads.compared_channel_count,
    channel_spreads.tau,
    channel_spreads.tau_ci_low,
    channel_spreads.tau_ci_high,
    channel_spreads.is_compared,
    channel_spreads.unit_count >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from channel_spreads
cross join mart_rules
