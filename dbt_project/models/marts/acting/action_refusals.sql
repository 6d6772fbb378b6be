-- Of those whom an action is meant for: how many it may be done for, and which rule refused the
-- others. A count of fewer customers than may be shown is null.
with judged as (
    select * from {{ ref('int_actions__judged') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

minimums as (
    select max(setting_value) as minimum_customers
    from {{ ref('identity_settings') }}
    where setting = 'minimum_customers_per_public_cell'
),

counts as (
    select
        action_slug,
        coalesce(refusal_slug, 'allowed') as verdict_slug,
        count(*) as customer_count
    from judged
    group by
        action_slug,
        coalesce(refusal_slug, 'allowed')
)

select
    {{ surrogate_key(['counts.action_slug', 'counts.verdict_slug']) }} as action_refusal_key,
    cast(settings.as_of as date) as decided_date,
    counts.action_slug,
    counts.verdict_slug,
    case when counts.customer_count >= minimums.minimum_customers then counts.customer_count end
        as customer_count
from counts
cross join settings
cross join minimums
