-- The only reader of these settings: elsewhere a window is a column, an interval or a number; an
-- interval bears the name of its setting without the unit. A day has 24 hours here.
with kpi_windows as (
    select * from {{ ref('kpi_windows') }}
),

journey_settings as (
    select * from {{ ref('journey_settings') }}
),

settings as (
    select
        setting,
        setting_value,
        {{ duration_of(
            "setting_value * case unit when 'days' then 86400 when 'hours' then 3600 else 1 end",
            'second'
        ) }} as duration
    from (
        select * from kpi_windows
        union all
        select * from journey_settings
    ) as all_settings
)

select
    max(duration) filter (where setting = 'device_look_back_days') as device_look_back,
    max(duration) filter (where setting = 'first_order_look_back_days') as first_order_look_back,
    max(duration) filter (where setting = 'fcr_window_days') as fcr_window,
    max(duration) filter (where setting = 'repeat_contact_window_days') as repeat_contact_window,
    max(duration) filter (where setting = 'short_wait_seconds') as short_wait,
    max(duration) filter (where setting = 'solve_maturity_days') as solve_maturity,
    max(duration) filter (where setting = 'bot_containment_window_hours') as bot_containment_window,
    max(duration) filter (where setting = 'referral_conversion_days') as referral_conversion,
    max(duration) filter (where setting = 'survey_response_window_days') as survey_response_window,
    max(duration) filter (where setting = 'double_event_seconds') as double_event,
    max(duration) filter (where setting = 'double_submission_seconds') as double_submission,
    max(duration) filter (where setting = 'repeated_answer_hours') as repeated_answer,
    max(setting_value) filter (where setting = 'speeding_share') as speeding_share,
    cast(max(setting_value) filter (where setting = 'straight_line_items') as bigint)
        as straight_line_items,
    max(duration) filter (where setting = 'checkout_window_days') as checkout_window,
    max(duration) filter (where setting = 'cart_window_days') as cart_window,
    max(duration) filter (where setting = 'checkout_recovery_days') as checkout_recovery,
    max(duration) filter (where setting = 'refund_window_days') as refund_window,
    max(duration) filter (where setting = 'retention_month_days') as retention_month,
    max(duration) filter (where setting = 'campaign_response_days') as campaign_response,
    max(duration) filter (where setting = 'machine_click_seconds') as machine_click,
    max(duration) filter (where setting = 'machine_burst_seconds') as machine_burst,
    max(duration) filter (where setting = 'campaign_conversion_days') as campaign_conversion,
    max(duration) filter (where setting = 'bad_experience_gap_days') as bad_experience_gap,
    max(setting_value) filter (where setting = 'churn_percentile') as churn_percentile,
    max(setting_value) filter (where setting = 'at_risk_percentile') as at_risk_percentile,
    cast(max(setting_value) filter (where setting = 'churn_minimum_gaps') as bigint)
        as churn_minimum_gaps,
    cast(max(setting_value) filter (where setting = 'churn_segment_weight') as bigint)
        as churn_segment_weight,
    cast(max(setting_value) filter (where setting = 'churn_minimum_returns') as bigint)
        as churn_minimum_returns,
    cast(max(setting_value) filter (where setting = 'churn_minimum_at_risk') as bigint)
        as churn_minimum_at_risk,
    cast(max(setting_value) filter (where setting = 'defection_controls') as bigint)
        as defection_controls,
    cast(max(setting_value) filter (where setting = 'defection_minimum_at_risk') as bigint)
        as defection_minimum_at_risk,
    max(duration) filter (where setting = 'closed_loop_hours') as closed_loop,
    max(duration) filter (where setting = 'detractor_recovery_days') as detractor_recovery,
    cast(max(setting_value) filter (where setting = 'contact_pressure_limit') as bigint)
        as contact_pressure_limit,
    max(duration) filter (where setting = 'health_look_back_days') as health_look_back,
    cast(max(setting_value) filter (where setting = 'preference_minimum_uses') as bigint)
        as preference_minimum_uses,
    max(setting_value) filter (where setting = 'low_satisfaction_share') as low_satisfaction_share,
    cast(max(setting_value) filter (where setting = 'search_term_minimum_people') as bigint)
        as search_term_minimum_people,
    max(setting_value) filter (where setting = 'favourable_sentiment') as favourable_sentiment,
    max(duration) filter (where setting = 'action_look_back_days') as action_look_back,
    cast(max(setting_value) filter (where setting = 'action_prior_customers') as bigint)
        as action_prior_customers,
    max(duration) filter (where setting = 'driver_history_days') as driver_history,
    cast(max(setting_value) filter (where setting = 'minimum_scored_moments') as bigint)
        as minimum_scored_moments,
    cast(max(setting_value) filter (where setting = 'minimum_touchpoints') as bigint)
        as minimum_touchpoints,
    max(duration) filter (where setting = 'outcome_horizon_days') as outcome_horizon,
    cast(max(setting_value) filter (where setting = 'bootstrap_replicates') as bigint)
        as bootstrap_replicates,
    cast(max(setting_value) filter (where setting = 'bootstrap_seed') as bigint) as bootstrap_seed,
    cast(max(setting_value) filter (where setting = 'path_positions') as bigint) as path_positions,
    cast(max(setting_value) filter (where setting = 'minimum_channel_units') as bigint)
        as minimum_channel_units,
    cast(max(setting_value) filter (where setting = 'maximum_band_moments') as bigint)
        as maximum_band_moments
from settings
