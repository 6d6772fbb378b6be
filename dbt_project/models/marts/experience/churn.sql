-- The rate by month and segment, beside the limits then in force and where customers stand now.
with estimates as (
    select * from {{ ref('int_kpis__estimates') }}
    where
        metric_slug = 'churn'
        and period_type = 'month'
        and dimension in ('segment', 'total')
),

silences as (
    select * from {{ ref('int_churn__silences') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

limits as (
    select * from {{ ref('int_churn__limits') }}
),

segment_rhythms as (
    select * from {{ ref('int_churn__segment_rhythms') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

-- As in the KPI: a person must be known to be missed.
identified_silences as (
    select silences.*
    from silences
    inner join customers
        on silences.customer_key = customers.customer_key
),

last_silences as (
    select
        month_start_date,
        at_risk_at,
        churns_at,
        {{ one_row_per_place({
            'dimension': ["'segment'", "'total'"],
            'member': ["coalesce(segment_slug, 'unknown')", "'all'"]
        }) }}
    from identified_silences
    where next_ordered_at is null
),

standings as (
    select
        last_silences.month_start_date,
        last_silences.dimension,
        last_silences.member,
        count(*) filter (where last_silences.at_risk_at >= settings.as_of) as active_count,
        count(*) filter (
            where
            last_silences.at_risk_at < settings.as_of
            and last_silences.churns_at >= settings.as_of
        ) as at_risk_count,
        count(*) filter (where last_silences.churns_at < settings.as_of) as churned_count
    from last_silences
    cross join settings
    group by
        last_silences.month_start_date,
        last_silences.dimension,
        last_silences.member
),

-- Of those who outlasted their limit some come back: by construction about one return in twenty.
silence_places as (
    select
        churns_at,
        next_ordered_at,
        month_start_date,
        {{ one_row_per_place({
            'dimension': ["'segment'", "'total'"],
            'member': ["coalesce(segment_slug, 'unknown')", "'all'"]
        }) }}
    from identified_silences
),

returns as (
    select
        silence_places.month_start_date,
        silence_places.dimension,
        silence_places.member,
        count(*) as returned_count
    from silence_places
    inner join settings
        on
            silence_places.churns_at < settings.as_of
            and silence_places.next_ordered_at < settings.as_of
            and silence_places.churns_at < silence_places.next_ordered_at
    group by
        silence_places.month_start_date,
        silence_places.dimension,
        silence_places.member
)

select
    estimates.cell_key,
    estimates.period_start_date as month_start_date,
    {{ period_columns("'month'", 'estimates.period_start_date') }},
    case when estimates.dimension = 'segment' then estimates.member end as segment_slug,
    estimates.numerator,
    coalesce(returns.returned_count, 0) as returned_count,
    estimates.denominator,
    estimates.value,
    estimates.ci_low,
    estimates.ci_high,
    estimates.n_immature,
    estimates.n_unknown,
    estimates.n_excluded,
    segment_rhythms.gap_count as known_gap_count,
    segment_rhythms.median_gap_days,
    limits.return_count as known_return_count,
    limits.at_risk_factor,
    limits.churn_factor,
    coalesce(standings.active_count, 0) as active_customer_count,
    coalesce(standings.at_risk_count, 0) as at_risk_customer_count,
    coalesce(standings.churned_count, 0) as churned_customer_count,
    estimates.is_mature,
    estimates.is_min_n,
    estimates.definition_version
from estimates
left join limits
    on estimates.period_start_date = limits.month_start_date
left join segment_rhythms
    on
        estimates.period_start_date = segment_rhythms.month_start_date
        and estimates.dimension = segment_rhythms.dimension
        and estimates.member = segment_rhythms.member
left join returns
    on
        estimates.period_start_date = returns.month_start_date
        and estimates.dimension = returns.dimension
        and estimates.member = returns.member
left join standings
    on
        estimates.period_start_date = standings.month_start_date
        and estimates.dimension = standings.dimension
        and estimates.member = standings.member
{{ joined_periods("'month'", 'estimates.period_start_date') }}
