with checkouts as (
    select
        *,
        cast(date_trunc('week', started_date) as date) as period_start_date
    from {{ ref('int_orders__checkouts') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'cart_abandonment'
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

judged_checkouts as (
    select
        checkouts.*,
        coalesce(customers.is_identified, false) as is_known,
        customers.is_identified and checkouts.matures_at < settings.as_of as is_counted,
        customers.is_identified and checkouts.matures_at >= settings.as_of as is_immature
    from checkouts
    cross join settings
    left join customers
        on checkouts.customer_key = customers.customer_key
),

-- By customer first: checkouts of one customer are not independent of each other.
customer_counts as (
    select
        period_start_date,
        channel_slug,
        customer_key,
        count(*) as unit_count,
        count(*) filter (where outcome_slug = 'abandoned') as success_count
    from judged_checkouts
    where is_counted
    group by
        period_start_date,
        channel_slug,
        customer_key
),

abandonment_rates as (
    {{ clustered_rates('customer_counts', ['period_start_date', 'channel_slug']) }}
),

weeks as (
    select
        period_start_date,
        channel_slug,
        count(*) filter (where is_counted and outcome_slug = 'completed') as completed_count,
        count(*) filter (where is_counted and outcome_slug = 'completed_elsewhere')
            as completed_elsewhere_count,
        count(completed_at) filter (where is_counted and outcome_slug = 'abandoned')
            as recovered_count,
        count(*) filter (where is_immature) as n_immature,
        count(*) filter (where not is_known) as n_unknown,
        sum(case when is_counted and outcome_slug = 'abandoned' then amount else 0 end)
            as abandoned_amount
    from judged_checkouts
    group by
        period_start_date,
        channel_slug
)

select
    weeks.period_start_date,
    {{ period_columns("'week'", 'weeks.period_start_date') }},
    weeks.channel_slug,
    coalesce(abandonment_rates.denominator, 0) as denominator,
    weeks.completed_count,
    weeks.completed_elsewhere_count,
    coalesce(abandonment_rates.numerator, 0) as numerator,
    weeks.recovered_count,
    weeks.n_immature,
    weeks.n_unknown,
    cast(weeks.abandoned_amount as decimal(18, 2)) as abandoned_amount,
    abandonment_rates.value,
    abandonment_rates.ci_low,
    abandonment_rates.ci_high,
    weeks.n_immature = 0 as is_mature,
    coalesce(abandonment_rates.denominator, 0) >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from weeks
cross join mart_rules
left join abandonment_rates
    on
        weeks.period_start_date = abandonment_rates.period_start_date
        and weeks.channel_slug = abandonment_rates.channel_slug
{{ joined_periods("'week'", 'weeks.period_start_date') }}
