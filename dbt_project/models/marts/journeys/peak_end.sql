-- Journeys are compared within bands of their number of scored moments: the most extreme of many
-- moments is more extreme than that of few.
with journeys as (
    select * from {{ ref('fct_journeys') }}
    where peak_end_score is not null
),

-- The journey of an anonymous visitor may be half of a known customer's.
known_customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'peak_end'
),

splits as (
    select {{ one_row_per(["'segment'", "'journey'"]) }} as split
),

banded_journeys as (
    select
        journeys.*,
        cast(least(journeys.scored_moment_count, windows.maximum_band_moments) as integer)
            as moment_band,
        case when splits.split = 'segment' then journeys.segment_slug else 'all' end
            as member_slug
    from journeys
    inner join known_customers
        on journeys.customer_key = known_customers.customer_key
    cross join windows
    cross join splits
),

bands as (
    select
        journey_slug,
        member_slug as segment_slug,
        moment_band,
        count(*) as journey_count,
        count(distinct customer_key) as customer_count,
        avg(cast(first_score as decimal(18, 9))) as mean_first_score,
        avg(cast(most_extreme_score as decimal(18, 9))) as mean_most_extreme_score,
        avg(cast(last_score as decimal(18, 9))) as mean_last_score,
        avg(cast(peak_end_score as decimal(18, 9))) as mean_peak_end_score,
        avg(cast(mean_touchpoint_score as decimal(18, 9))) as mean_touchpoint_score,
        avg(cast(journey_score as decimal(18, 9))) as mean_journey_score,
        count(journey_score) as journey_score_count,
        count(*) filter (where most_extreme_score < 0.5) as negative_peak_count,
        count(*) filter (where last_score > first_score) as improved_count,
        stddev_samp(peak_end_score) / sqrt(count(*)) as standard_error
    from banded_journeys
    where member_slug is not null
    group by
        journey_slug,
        member_slug,
        moment_band
),

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

bounded_bands as (
    select
        bands.*,
        coalesce(
            t_quantiles.t_quantile,
            {{ t_quantile_of_many('nullif(cast(bands.journey_count - 1 as double), 0)') }}
        ) * bands.standard_error as half_width
    from bands
    left join t_quantiles
        on bands.journey_count - 1 = t_quantiles.degrees_of_freedom
)

select
    {{ surrogate_key([
        'bounded_bands.journey_slug', 'bounded_bands.segment_slug', 'bounded_bands.moment_band'
    ]) }} as peak_end_key,
    bounded_bands.journey_slug,
    bounded_bands.segment_slug,
    bounded_bands.moment_band,
    bounded_bands.journey_count,
    bounded_bands.customer_count,
    bounded_bands.mean_first_score,
    bounded_bands.mean_most_extreme_score,
    bounded_bands.mean_last_score,
    bounded_bands.mean_peak_end_score,
    {{ mean_bound(
        '-', 'bounded_bands.mean_peak_end_score', 'bounded_bands.half_width', '0', '1'
    ) }} as ci_low,
    {{ mean_bound(
        '+', 'bounded_bands.mean_peak_end_score', 'bounded_bands.half_width', '0', '1'
    ) }} as ci_high,
    bounded_bands.mean_touchpoint_score,
    bounded_bands.mean_journey_score,
    bounded_bands.journey_score_count,
    bounded_bands.negative_peak_count,
    bounded_bands.improved_count,
    bounded_bands.journey_count >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from bounded_bands
cross join mart_rules
