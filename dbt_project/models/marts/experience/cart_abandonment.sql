with checkouts as (
    select
        *,
        cast(date_trunc('week', started_date) as date) as period_start_date
    from {{ ref('int_orders__checkouts') }}
),

kpis as (
    select * from {{ ref('kpis') }}
    where metric_slug = 'checkout_abandonment'
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
customer_weeks as (
    select
        period_start_date,
        channel_slug,
        customer_key,
        count(case when not is_known then 1 end) as n_unknown,
        count(case when is_counted then 1 end) as denominator,
        count(case when is_counted and outcome_slug = 'completed' then 1 end) as completed_count,
        count(case when is_counted and outcome_slug = 'completed_elsewhere' then 1 end)
            as completed_elsewhere_count,
        count(case when is_counted and outcome_slug = 'abandoned' then 1 end) as numerator,
        count(
            case when is_counted and outcome_slug = 'abandoned' then completed_at end
        ) as recovered_count,
        count(case when is_immature then 1 end) as n_immature,
        sum(case when is_counted and outcome_slug = 'abandoned' then amount else 0 end)
            as abandoned_amount
    from judged_checkouts
    group by
        period_start_date,
        channel_slug,
        customer_key
),

weeks as (
    select
        period_start_date,
        channel_slug,
        cast(sum(denominator) as bigint) as denominator,
        cast(sum(completed_count) as bigint) as completed_count,
        cast(sum(completed_elsewhere_count) as bigint) as completed_elsewhere_count,
        cast(sum(numerator) as bigint) as numerator,
        cast(sum(recovered_count) as bigint) as recovered_count,
        cast(sum(n_immature) as bigint) as n_immature,
        cast(sum(n_unknown) as bigint) as n_unknown,
        sum(abandoned_amount) as abandoned_amount,
        sum(numerator) / nullif(cast(sum(denominator) as double), 0) as value,
        count(case when denominator > 0 then 1 end) as customer_count,
        sum(denominator * denominator) as checkout_square_sum,
        sum(numerator * denominator) as cross_sum,
        sum(numerator * numerator) as abandoned_square_sum
    from customer_weeks
    group by
        period_start_date,
        channel_slug
),

bounded_weeks as (
    select
        *,
        nullif(denominator, 0) / {{ design_effect(
            'value', 'denominator', 'customer_count', 'checkout_square_sum',
            'cross_sum', 'abandoned_square_sum'
        ) }} as effective_n
    from weeks
)

select
    bounded_weeks.period_start_date,
    bounded_weeks.channel_slug,
    bounded_weeks.denominator,
    bounded_weeks.completed_count,
    bounded_weeks.completed_elsewhere_count,
    bounded_weeks.numerator,
    bounded_weeks.recovered_count,
    bounded_weeks.n_immature,
    bounded_weeks.n_unknown,
    cast(bounded_weeks.abandoned_amount as decimal(18, 2)) as abandoned_amount,
    bounded_weeks.value,
    {{ wilson_bound('-', 'bounded_weeks.value', 'bounded_weeks.effective_n') }}
        as ci_low,
    {{ wilson_bound('+', 'bounded_weeks.value', 'bounded_weeks.effective_n') }}
        as ci_high,
    bounded_weeks.n_immature = 0 as is_mature,
    bounded_weeks.denominator >= kpis.minimum_n as is_min_n,
    kpis.definition_version
from bounded_weeks
cross join kpis
