-- Of those whom an action was meant for on a day: how many it could be done for, and which rule
-- refused the others. A count of fewer customers than may be shown is null.
with refusals as (
    select * from {{ ref('int_actions__refusal_history') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

minimums as (
    select max(setting_value) as minimum_customers
    from {{ ref('identity_settings') }}
    where setting = 'minimum_customers_per_public_cell'
)

select
    refusals.action_refusal_key,
    refusals.decided_date,
    refusals.action_slug,
    refusals.verdict_slug,
    case
        when refusals.customer_count >= minimums.minimum_customers then refusals.customer_count
    end as customer_count,
    refusals.decided_date = cast(settings.as_of as date) as is_current
from refusals
cross join settings
cross join minimums
