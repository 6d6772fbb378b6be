-- Sums of units by customer, channel and contact reason: the units of one customer are not
-- independent.
with resolution_units as (
    select * from {{ ref('int_kpis__unit_members') }}
    where metric_slug = 'fcr_all_kinds' and dimension = 'total' and is_counted
),

contacts as (
    select * from {{ ref('int_cases__contacts') }}
    where is_customer_known and first_human_reply_at >= clock_started_at
),

journeys as (
    select * from {{ ref('int_journeys__journeys') }}
    where entry_reason_slug is not null
),

efforts as (
    select * from {{ ref('int_journeys__efforts') }}
),

counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where is_counted and metric_slug = 'csat' and customer_key is not null
),

customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

units as (
    select
        'resolution' as measure_slug,
        true as is_share,
        contact_reason_slug,
        channel_slug,
        person_key as customer_key,
        unit_value
    from resolution_units

    union all

    -- Waits differ by factors: their logarithm has a mean that a long one does not carry away.
    select
        'wait' as measure_slug,
        false as is_share,
        contact_reason_slug,
        channel_slug,
        customer_key,
        ln(1 + {{ seconds_between('clock_started_at', 'first_human_reply_at') }}) as unit_value
    from contacts

    union all

    select
        'effort' as measure_slug,
        true as is_share,
        journeys.entry_reason_slug as contact_reason_slug,
        journeys.entry_channel_slug as channel_slug,
        journeys.customer_key,
        efforts.effort_score / 100 as unit_value
    from journeys
    inner join efforts
        on journeys.journey_key = efforts.journey_key
    cross join settings
    where
        journeys.started_at + {{ duration_of('journeys.horizon_days', 'day') }}
        < settings.as_of

    union all

    select
        'satisfaction' as measure_slug,
        true as is_share,
        contact_reason_slug,
        channel_slug,
        customer_key,
        score_share as unit_value
    from counted_answers
)

select
    {{ surrogate_key([
        'units.measure_slug', 'units.contact_reason_slug', 'units.channel_slug',
        'units.customer_key'
    ]) }} as consistency_unit_key,
    units.measure_slug,
    units.is_share,
    units.contact_reason_slug,
    units.channel_slug,
    units.customer_key,
    count(*) as unit_count,
    cast(sum(cast(units.unit_value as decimal(18, 9))) as double) as value_sum
from units
inner join customers
    on units.customer_key = customers.customer_key
where units.contact_reason_slug is not null
group by
    units.measure_slug,
    units.is_share,
    units.contact_reason_slug,
    units.channel_slug,
    units.customer_key
