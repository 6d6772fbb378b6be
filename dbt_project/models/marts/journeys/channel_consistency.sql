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
    channel_spreads.value,
    channel_spreads.standard_error,
    channel_spreads.value - {{ confidence_z() }} * channel_spreads.standard_error as ci_low,
    channel_spreads.value + {{ confidence_z() }} * channel_spreads.standard_error as ci_high,
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
