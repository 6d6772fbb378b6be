-- For whom an action is meant: it is valid today, and all of its conditions hold.
with customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

customer_measures as (
    select * from {{ ref('int_actions__customer_measures') }}
),

actions as (
    select * from {{ ref('actions') }}
),

conditions as (
    select * from {{ ref('action_conditions') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

valid_actions as (
    select actions.*
    from actions
    cross join settings
    where
        actions.valid_from <= cast(settings.as_of as date)
        and coalesce(actions.valid_until > cast(settings.as_of as date), true)
),

measures as (
    select distinct measure from conditions
),

known as (
    select
        customers.customer_key,
        measures.measure,
        coalesce(
            customer_measures.measure_value,
            case when not measures.measure like 'days_%' then 0 end
        ) as measure_value
    from customers
    cross join measures
    left join customer_measures
        on
            customers.customer_key = customer_measures.customer_key
            and measures.measure = customer_measures.measure
),

judged_conditions as (
    select
        valid_actions.action_slug,
        known.customer_key,
        conditions.measure,
        conditions.comparison,
        coalesce(
            case conditions.comparison
                when 'at_least' then known.measure_value >= conditions.bound
                when 'at_most' then known.measure_value <= conditions.bound
            end,
            false
        ) as is_met
    from valid_actions
    inner join conditions
        on valid_actions.action_slug = conditions.action_slug
    inner join known
        on conditions.measure = known.measure
)

select
    action_slug,
    customer_key,
    -- What the customer has is a reason; what they lack is none.
    coalesce(min(case when comparison = 'at_least' then measure end), min(measure))
        as condition_measure
from judged_conditions
group by
    action_slug,
    customer_key
having bool_and(is_met)
