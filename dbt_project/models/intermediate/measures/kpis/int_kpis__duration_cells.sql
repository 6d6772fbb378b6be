-- Kaplan–Meier: a wait that still runs counts with its length so far, or a busy week would look
-- fast.
with duration_units as (
    select * from {{ ref('int_kpis__unit_members') }}
    where kind = 'duration' and is_counted
),

dated_units as (
    {{ units_by_period('duration_units') }}
),

lengths as (
    select
        metric_slug,
        period_type,
        period_start_date,
        dimension,
        member,
        unit_value,
        count(*) as unit_count,
        count(*) filter (where not is_censored) as ended_count
    from dated_units
    group by
        metric_slug,
        period_type,
        period_start_date,
        dimension,
        member,
        unit_value
),

risks as (
    select
        *,
        sum(unit_count) over (
            partition by
                metric_slug,
                period_type,
                period_start_date,
                dimension,
                member
            order by unit_value desc
            rows between unbounded preceding and current row
        ) as at_risk_count
    from lengths
),

ends as (
    select
        *,
        {{ survival('ended_count', 'at_risk_count') }} as running_share,
        {{ greenwood_sum('ended_count', 'at_risk_count') }} as greenwood,
        lead(unit_value) over cell as next_value
    from risks
    where ended_count > 0
    window cell as (
        partition by
            metric_slug,
            period_type,
            period_start_date,
            dimension,
            member
        order by unit_value
        rows between unbounded preceding and current row
    )
),

-- Where exactly half still run, the median lies between this end and the next, as among values
-- without censoring. A product of shares is a hair off one half where it should meet it.
medians as (
    select
        *,
        case
            when abs(running_share - 0.5) < 1e-9
                then (unit_value + coalesce(next_value, unit_value)) / 2
            when running_share < 0.5 then unit_value
        end as median_value,
        case
            when {{ survival_bound('-', 'running_share', 'greenwood') }} <= 0.5 then unit_value
        end as ci_low,
        case
            when {{ survival_bound('+', 'running_share', 'greenwood') }} <= 0.5 then unit_value
        end as ci_high
    from ends
)

select
    {{ kpi_cell_key() }} as cell_key,
    cast(sum(ended_count) as bigint) as ended_count,
    cast(min(median_value) as double) as median_value,
    cast(min(ci_low) as double) as ci_low,
    cast(min(ci_high) as double) as ci_high
from medians
group by
    metric_slug,
    period_type,
    period_start_date,
    dimension,
    member
