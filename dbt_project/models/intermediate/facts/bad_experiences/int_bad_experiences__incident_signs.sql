-- Nothing here depends on `as_of`: a sign that is still to come stands among those of its incident.
with bad_signs as (
    select * from {{ ref('int_bad_experiences__signs') }}
    -- Signs of an unknown customer cannot be added up to experiences.
    where customer_key is not null
),

windows as (
    select * from {{ ref('int_company__windows') }}
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
                when
                    signs_in_order.occurred_at
                    <= signs_in_order.previous_at + windows.bad_experience_gap
                    then 0
                else 1
            end
        ) over (
            partition by signs_in_order.customer_key, signs_in_order.subject_key
            order by signs_in_order.occurred_at, signs_in_order.bad_sign_key
            rows unbounded preceding
        ) as period_number
    from signs_in_order
    cross join windows
),

incident_signs as (
    select
        *,
        first_value(bad_sign_key) over (
            partition by customer_key, subject_key, period_number
            order by occurred_at, bad_sign_key
        ) as first_bad_sign_key
    from numbered_signs
)

select
    bad_sign_key,
    {{ surrogate_key(['first_bad_sign_key']) }} as bad_experience_key,
    first_bad_sign_key,
    customer_key,
    case_key,
    order_key,
    incident_type,
    channel_slug,
    contact_reason_slug,
    rule_slug,
    rule_version,
    occurred_at
from incident_signs
