with customer_weeks as (
    select * from {{ ref('int_campaigns__customer_weeks') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

judged_weeks as (
    select
        customer_weeks.customer_key,
        customer_weeks.week_start_date,
        customers.segment_slug,
        customer_weeks.is_over_limit,
        case when customers.is_identified then 'eligible' else 'unknown' end as person_state
    from customer_weeks
    left join customers
        on customer_weeks.customer_key = customers.customer_key
),

-- More messages may come until the week is over.
units as (
    {{ kpi_units('judged_weeks', [
        kpi_unit(
            'contact_pressure', 'week_start_date', 'is_over_limit',
            state='person_state', matures_at='week_start_date + 7'
        )
    ]) }}
)

select
    metric_slug,
    {{ surrogate_key(['customer_key', 'week_start_date']) }} as unit_key,
    customer_key,
    week_start_date as anchor_date,
    segment_slug,
    unit_value,
    unit_state,
    matures_at
from units
