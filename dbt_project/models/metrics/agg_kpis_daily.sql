-- Counts add up over days and dimensions alike. Medians and durations don't: they are on the
-- scorecard alone.
with units as (
    select * from {{ ref('int_kpis__unit_members') }}
    -- Every unit is once in the total.
    where dimension = 'total' and kind in ('rate', 'nps', 'mean')
),

-- As on the scorecard: what has no member that is known is `unknown`, so that members add up.
member_units as (
    select
        metric_slug,
        coalesce(channel_slug, 'unknown') as channel_slug,
        coalesce(segment_slug, 'unknown') as segment_slug,
        coalesce(contact_reason_slug, 'unknown') as contact_reason_slug,
        coalesce(journey_slug, 'unknown') as journey_slug,
        coalesce(product_key, 'unknown') as product_key,
        coalesce(store_key, 'unknown') as store_key,
        coalesce(team_key, 'unknown') as team_key,
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
from member_units
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
