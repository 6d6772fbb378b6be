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
        count(case when not is_known then 1 end) as unknown_count,
        count(case when is_counted then 1 end) as checkout_count,
        count(case when is_counted and outcome_slug = 'completed' then 1 end) as completed_count,
        count(case when is_counted and outcome_slug = 'completed_elsewhere' then 1 end)
            as completed_elsewhere_count,
        count(case when is_counted and outcome_slug = 'abandoned' then 1 end) as abandoned_count,
        count(
            case when is_counted and outcome_slug = 'abandoned' then completed_at end
        ) as recovered_count,
        count(case when is_immature then 1 end) as immature_count,
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
        cast(sum(checkout_count) as bigint) as checkout_count,
        cast(sum(completed_count) as bigint) as completed_count,
        cast(sum(completed_elsewhere_count) as bigint) as completed_elsewhere_count,
        cast(sum(abandoned_count) as bigint) as abandoned_count,
        cast(sum(recovered_count) as bigint) as recovered_count,
        cast(sum(immature_count) as bigint) as immature_count,
        cast(sum(unknown_count) as bigint) as unknown_count,
        sum(abandoned_amount) as abandoned_amount,
        sum(abandoned_count) / nullif(cast(sum(checkout_count) as double), 0) as abandonment_rate,
        count(case when checkout_count > 0 then 1 end) as customer_count,
        sum(checkout_count * checkout_count) as checkout_square_sum,
        sum(abandoned_count * checkout_count) as cross_sum,
        sum(abandoned_count * abandoned_count) as abandoned_square_sum
    from customer_weeks
    group by
        period_start_date,
        channel_slug
),

bounded_weeks as (
    select
        *,
        nullif(checkout_count, 0) / {{ design_effect(
            'abandonment_rate', 'checkout_count', 'customer_count', 'checkout_square_sum',
            'cross_sum', 'abandoned_square_sum'
        ) }} as effective_n
    from weeks
)

select
    bounded_weeks.period_start_date,
    bounded_weeks.channel_slug,
    bounded_weeks.checkout_count,
    bounded_weeks.completed_count,
    bounded_weeks.completed_elsewhere_count,
    bounded_weeks.abandoned_count,
    bounded_weeks.recovered_count,
    bounded_weeks.immature_count,
    bounded_weeks.unknown_count,
    cast(bounded_weeks.abandoned_amount as decimal(18, 2)) as abandoned_amount,
    bounded_weeks.abandonment_rate,
    {{ wilson_bound('-', 'bounded_weeks.abandonment_rate', 'bounded_weeks.effective_n') }}
        as ci_low,
    {{ wilson_bound('+', 'bounded_weeks.abandonment_rate', 'bounded_weeks.effective_n') }}
        as ci_high,
    bounded_weeks.immature_count = 0 as is_mature,
    bounded_weeks.checkout_count >= kpis.minimum_n as is_min_n,
    kpis.definition_version
from bounded_weeks
cross join kpis
