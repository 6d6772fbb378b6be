with bad_signs as (
    select * from {{ ref('int_feedback__bad_signs') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

gaps as (
    select setting_value * interval '1 day' as largest_gap
    from {{ ref('kpi_windows') }}
    where setting = 'bad_experience_gap_days'
),

signs_in_order as (
    select
        *,
        case
            when case_key is not null then 'case'
            when order_key is not null then 'order'
            else 'period'
        end as incident_type,
        coalesce(case_key, order_key) as subject_key,
        lag(occurred_at) over (
            partition by customer_key, coalesce(case_key, order_key)
            order by occurred_at, bad_sign_key
        ) as previous_at
    from bad_signs
),

-- Signs without a case or an order are one incident as long as they follow each other closely.
numbered_signs as (
    select
        signs_in_order.*,
        sum(
            case
                when signs_in_order.subject_key is not null then 0
                when signs_in_order.previous_at is null then 1
                when signs_in_order.occurred_at <= signs_in_order.previous_at + gaps.largest_gap
                    then 0
                else 1
            end
        ) over (
            partition by signs_in_order.customer_key, signs_in_order.subject_key
            order by signs_in_order.occurred_at, signs_in_order.bad_sign_key
            rows unbounded preceding
        ) as period_number
    from signs_in_order
    cross join gaps
),

incidents as (
    select
        customer_key,
        incident_type,
        subject_key,
        period_number,
        min_by(bad_sign_key, row(occurred_at, bad_sign_key)) as first_bad_sign_key,
        min_by(rule_slug, row(occurred_at, bad_sign_key)) as first_rule_slug,
        min_by(channel_slug, row(occurred_at, bad_sign_key)) as channel_slug,
        min_by(contact_reason_slug, row(occurred_at, bad_sign_key)) as contact_reason_slug,
        max(case_key) as case_key,
        max(order_key) as order_key,
        count(*) as sign_count,
        count(distinct rule_slug) as rule_count,
        max(rule_version) as rule_version,
        min(occurred_at) as occurred_at
    from numbered_signs
    group by
        customer_key,
        incident_type,
        subject_key,
        period_number
)

select
    {{ surrogate_key(['incidents.first_bad_sign_key']) }} as bad_experience_key,
    incidents.customer_key,
    incidents.case_key,
    incidents.order_key,
    incidents.incident_type,
    incidents.first_rule_slug,
    incidents.channel_slug,
    incidents.contact_reason_slug,
    customers.segment_slug,
    incidents.sign_count,
    incidents.rule_count,
    row_number() over (
        partition by incidents.customer_key
        order by incidents.occurred_at, incidents.first_bad_sign_key
    ) as experience_number,
    incidents.rule_version,
    incidents.occurred_at,
    {{ business_date('incidents.occurred_at', 'settings.default_time_zone') }} as occurred_date
from incidents
cross join settings
left join customers
    on incidents.customer_key = customers.customer_key
