-- The closed list of what can be hoped for. `contacts` is what `no_contact` hopes not to see.
with orders as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase and customer_key is not null
),

answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where is_valid and customer_key is not null
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where not is_bot and customer_key is not null
),

journeys as (
    select * from {{ ref('int_journeys__journeys') }}
    where ended_outcome_slug = 'reached'
),

contacts as (
    select * from {{ ref('int_cases__contacts') }}
    where is_human_contact and customer_key is not null
),

cases as (
    select * from {{ ref('int_cases__cases') }}
    where started_by != 'agent'
)

select
    'buys' as event_slug,
    cast(null as varchar) as journey_slug,
    customer_key,
    ordered_at as occurred_at,
    amount
from orders

union all

select
    'answers' as event_slug,
    cast(null as varchar) as journey_slug,
    customer_key,
    answered_at as occurred_at,
    cast(null as decimal(18, 2)) as amount
from answers

union all

select
    'responds' as event_slug,
    cast(null as varchar) as journey_slug,
    customer_key,
    occurred_at,
    cast(null as decimal(18, 2)) as amount
from touchpoints
where touchpoint_type_slug in ('email_opened', 'email_clicked', 'push_opened', 'sms_replied')

union all

select
    'reaches_goal' as event_slug,
    journey_slug,
    customer_key,
    closed_at as occurred_at,
    cast(null as decimal(18, 2)) as amount
from journeys

union all

select
    'contacts' as event_slug,
    cast(null as varchar) as journey_slug,
    contacts.customer_key,
    contacts.started_at as occurred_at,
    cast(null as decimal(18, 2)) as amount
from contacts
inner join cases
    on contacts.case_key = cases.case_key
