with band_effects as (
    select * from {{ ref('int_value__band_effects') }}
),

definition as (
    select cast(max(setting_value) as integer) as definition_version
    from {{ ref('value_settings') }}
    where setting = 'value_definition_version'
)

select
    {{ surrogate_key([
        'band_effects.program_slug', 'band_effects.metric_slug', 'band_effects.segment_slug',
        'band_effects.horizon_days', 'band_effects.band'
    ]) }} as value_of_experience_key,
    band_effects.program_slug,
    band_effects.metric_slug,
    band_effects.scale_slug,
    band_effects.segment_slug,
    cast(band_effects.horizon_days as integer) as horizon_days,
    band_effects.band,
    cast(band_effects.band_rank as integer) as band_rank,
    band_effects.customer_count,
    band_effects.reference_customer_count,
    band_effects.immature_count,
    band_effects.uncovered_count,
    band_effects.too_new_count,
    band_effects.margin_unknown_count,
    band_effects.mean_score,
    band_effects.margin_before_amount,
    band_effects.margin_after_amount,
    band_effects.difference_amount,
    band_effects.ci_low,
    band_effects.ci_high,
    case
        when band_effects.customer_count = 0 and band_effects.immature_count > 0 then 'immature'
        when band_effects.customer_count = 0 and band_effects.uncovered_count > 0
            then 'not_covered'
        when not band_effects.is_min_n then 'too_few'
        when band_effects.is_reference then 'reference'
        when band_effects.ci_low > 0 then 'more'
        when band_effects.ci_high < 0 then 'less'
        else 'cannot_tell'
    end as finding_slug,
    band_effects.immature_count = 0 as is_mature,
    band_effects.is_min_n,
    definition.definition_version
from band_effects
cross join definition
