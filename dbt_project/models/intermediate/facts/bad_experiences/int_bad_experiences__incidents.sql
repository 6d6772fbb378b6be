with incident_signs as (
    select * from {{ ref('int_bad_experiences__incident_signs') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

incidents as (
    select
        bad_experience_key,
        first_bad_sign_key,
        customer_key,
        incident_type,
        min_by(rule_slug, {{ sort_key(['occurred_at', 'bad_sign_key']) }}) as first_rule_slug,
        min_by(channel_slug, {{ sort_key(['occurred_at', 'bad_sign_key']) }}) as channel_slug,
        min_by(contact_reason_slug, {{ sort_key(['occurred_at', 'bad_sign_key']) }})
            as contact_reason_slug,
        max(case_key) as case_key,
        max(order_key) as order_key,
        min(occurred_at) as occurred_at
    from incident_signs
    group by
        bad_experience_key,
        first_bad_sign_key,
        customer_key,
        incident_type
)

select
    incidents.bad_experience_key,
    incidents.customer_key,
    incidents.case_key,
    incidents.order_key,
    incidents.incident_type,
    incidents.first_rule_slug,
    incidents.channel_slug,
    incidents.contact_reason_slug,
    customers.segment_slug,
    -- Incidents still to come have the highest numbers, so they change no other number.
    row_number() over (
        partition by incidents.customer_key
        order by incidents.occurred_at, incidents.first_bad_sign_key
    ) as experience_number,
    incidents.occurred_at,
    {{ business_date('incidents.occurred_at', 'settings.default_time_zone') }} as occurred_date
from incidents
cross join settings
left join customers
    on incidents.customer_key = customers.customer_key
