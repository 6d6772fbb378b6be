with checkouts as (
    select
        *,
        cast(date_trunc('week', started_date) as date) as period_start_date
    from {{ ref('int_orders__checkouts') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

judged_checkouts as (
    select
        checkouts.*,
        checkouts.customer_key is null as is_unknown,
        checkouts.customer_key is not null and checkouts.matures_at >= settings.as_of
            as is_immature,
        checkouts.customer_key is not null and checkouts.matures_at < settings.as_of as is_counted
    from checkouts
    cross join settings
),

weeks as (
    select
        period_start_date,
        channel_slug,
        count(*) filter (where is_counted) as checkout_count,
        count(*) filter (where is_counted and outcome_slug = 'completed') as completed_count,
        count(*) filter (where is_counted and outcome_slug = 'completed_elsewhere')
            as completed_elsewhere_count,
        count(*) filter (where is_counted and outcome_slug = 'abandoned') as abandoned_count,
        count(*) filter (
            where is_counted and outcome_slug = 'abandoned' and completed_at is not null
        ) as recovered_count,
        count(*) filter (where is_immature) as immature_count,
        count(*) filter (where is_unknown) as unknown_count,
        coalesce(sum(amount) filter (where is_counted and outcome_slug = 'abandoned'), 0)
            as abandoned_amount
    from judged_checkouts
    group by
        period_start_date,
        channel_slug
)

select
    period_start_date,
    channel_slug,
    checkout_count,
    completed_count,
    completed_elsewhere_count,
    abandoned_count,
    recovered_count,
    immature_count,
    unknown_count,
    cast(abandoned_amount as decimal(18, 2)) as abandoned_amount,
    abandoned_count / nullif(checkout_count, 0) as abandonment_rate,
    immature_count = 0 as is_mature
from weeks
