-- Over the shortest horizon: it is the one that most customers have.
with band_effects as (
    select * from {{ ref('int_value__band_effects') }}
    where is_highest
),

horizons as (
    select min(horizon_days) as horizon_days
    from {{ ref('value_horizons') }}
)

select
    band_effects.program_slug,
    band_effects.metric_slug,
    band_effects.scale_slug,
    band_effects.segment_slug,
    band_effects.horizon_days,
    band_effects.customer_count,
    band_effects.reference_customer_count,
    band_effects.money_per_point_amount,
    band_effects.money_ci_low as ci_low,
    band_effects.money_ci_high as ci_high,
    coalesce(band_effects.money_ci_low > 0, false) as is_proven,
    cast(band_effects.money_draws as {{ list_type('double') }}) as draws
from band_effects
inner join horizons
    on band_effects.horizon_days = horizons.horizon_days
