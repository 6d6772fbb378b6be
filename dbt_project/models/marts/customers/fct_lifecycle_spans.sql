with lifecycle_spans as (
    select * from {{ ref('int_journeys__lifecycle_spans') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

begun_spans as (
    select
        lifecycle_spans.*,
        settings.as_of,
        lead(lifecycle_spans.lifecycle_stage_slug) over life as next_stage_slug,
        lifecycle_spans.ended_at < settings.as_of as has_ended
    from lifecycle_spans
    cross join settings
    where lifecycle_spans.started_at < settings.as_of
    window life as (
        partition by lifecycle_spans.customer_key order by lifecycle_spans.span_number
    )
)

select
    begun_spans.lifecycle_span_key,
    begun_spans.customer_key,
    customers.segment_slug,
    begun_spans.lifecycle_stage_slug,
    begun_spans.previous_stage_slug,
    begun_spans.next_stage_slug,
    cast(begun_spans.span_number as integer) as span_number,
    (
        {{ seconds_between(
            'begun_spans.started_at',
            'case when begun_spans.has_ended then begun_spans.ended_at else begun_spans.as_of end'
        ) }}
    ) / 86400 as duration_days,
    coalesce(customers.is_identified, false) as is_identified,
    not coalesce(begun_spans.has_ended, false) as is_current,
    begun_spans.started_at,
    case when begun_spans.has_ended then begun_spans.ended_at end as ended_at
from begun_spans
left join customers
    on begun_spans.customer_key = customers.customer_key
