-- Counts add up over days and dimensions alike. Medians and durations don't: they are on the
-- scorecard alone.
with units as (
    select * from {{ ref('int_kpis__unit_members') }}
    -- Every unit is once in the total.
    where dimension = 'total' and kind in ('rate', 'nps', 'mean')
),

-- An unknown member is no member: counts are never grouped by it.
known_units as (
    select
        metric_slug,
        nullif(channel_slug, 'unknown') as channel_slug,
        nullif(segment_slug, 'unknown') as segment_slug,
        nullif(contact_reason_slug, 'unknown') as contact_reason_slug,
        nullif(journey_slug, 'unknown') as journey_slug,
        nullif(product_key, 'unknown') as product_key,
        nullif(store_key, 'unknown') as store_key,
        nullif(team_key, 'unknown') as team_key,
        anchor_date,
        kind,
        unit_value,
        unit_state,
        is_counted,
        is_immature
    from units
)

select
    metric_slug,
    channel_slug,
    segment_slug,
    contact_reason_slug,
    journey_slug,
    product_key,
    store_key,
    team_key,
    anchor_date,
    sum(case when is_counted then unit_value else 0 end) as numerator,
    count(*) filter (where is_counted) as denominator,
    count(*) filter (where is_counted and kind = 'nps' and unit_value > 0) as promoters,
    count(*) filter (where is_counted and kind = 'nps' and unit_value < 0) as detractors,
    count(*) filter (where is_immature) as n_immature,
    count(*) filter (where unit_state = 'unknown') as n_unknown,
    count(*) filter (where unit_state = 'excluded') as n_excluded
from known_units
group by
    metric_slug,
    channel_slug,
    segment_slug,
    contact_reason_slug,
    journey_slug,
    product_key,
    store_key,
    team_key,
    anchor_date
