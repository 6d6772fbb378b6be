with customers as (
    select * from {{ ref('int_identity__customers') }}
),

messages as (
    select
        marketing_messages.*,
        customers.segment_slug,
        case
            when not marketing_messages.is_consent_shown then 'excluded'
            when not coalesce(customers.is_identified, false) then 'unknown'
            else 'eligible'
        end as message_state
    from {{ ref('int_campaigns__marketing_messages') }} as marketing_messages
    left join customers
        on marketing_messages.customer_key = customers.customer_key
),

units as (
    {{ kpi_units('messages', [
        kpi_unit('sent_without_consent', 'sent_at', 'not is_allowed', state='message_state')
    ]) }}
)

select
    metric_slug,
    touchpoint_key as unit_key,
    customer_key,
    sent_date as anchor_date,
    channel_slug,
    segment_slug,
    unit_value,
    unit_state,
    matures_at
from units
