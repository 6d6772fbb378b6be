-- No bound lies where no value can be: counts, costs and durations are not negative, and a share
-- lies between 0 and 1. Each line is a mart, a lower and an upper bound, and the ends of their
-- scale; a convention test sees to it that no mart with an interval is missing.
{%- set scales = [
    (
        'action_outcomes', 'ci_low', 'ci_high',
        "case when kind != 'improvement' and metric_slug != 'spends' then -1 end",
        "case when kind != 'improvement' and metric_slug != 'spends' then 1 end"
    ),
    (
        'action_outcomes', 'sequential_ci_low', 'sequential_ci_high',
        "case when metric_slug != 'spends' then -1 end",
        "case when metric_slug != 'spends' then 1 end"
    ),
    ('action_outcomes', 'adjusted_ci_low', 'adjusted_ci_high', 'null', 'null'),
    ('advocacy', 'favourable_review_ci_low', 'favourable_review_ci_high', '0', '1'),
    ('advocacy', 'favourable_mention_ci_low', 'favourable_mention_ci_high', '0', '1'),
    ('campaign_response', 'ci_low', 'ci_high', '0', '1'),
    ('cart_abandonment', 'ci_low', 'ci_high', '0', '1'),
    (
        'channel_consistency', 'ci_low', 'ci_high', '0',
        "case when measure_slug != 'wait' then 1 end"
    ),
    ('channel_consistency', 'tau_ci_low', 'tau_ci_high', '0', 'null'),
    ('churn', 'ci_low', 'ci_high', '0', '1'),
    ('contact_topics', 'negative_share_ci_low', 'negative_share_ci_high', '0', '1'),
    ('contact_topics', 'positive_share_ci_low', 'positive_share_ci_high', '0', '1'),
    ('customer_health', 'sentiment_trend_ci_low', 'sentiment_trend_ci_high', '-2', '2'),
    ('defection_curve', 'ci_low', 'ci_high', '0', '1'),
    ('defection_hazards', 'ci_low', 'ci_high', '0', 'null'),
    ('digital_friction', 'errors_ci_low', 'errors_ci_high', '0', 'null'),
    ('digital_friction', 'failed_searches_ci_low', 'failed_searches_ci_high', '0', 'null'),
    ('digital_friction', 'rage_clicks_ci_low', 'rage_clicks_ci_high', '0', 'null'),
    ('effort_agreement', 'ci_low', 'ci_high', '-1', '1'),
    ('journey_vs_touchpoint', 'difference_ci_low', 'difference_ci_high', '-2', '2'),
    ('journey_vs_touchpoint', 'journey_ci_low', 'journey_ci_high', '-1', '1'),
    ('journey_vs_touchpoint', 'touchpoint_ci_low', 'touchpoint_ci_high', '-1', '1'),
    ('listening_coverage', 'ci_low', 'ci_high', '0', '1'),
    ('loyalty', 'ci_low', 'ci_high', '0', '1'),
    ('peak_end', 'ci_low', 'ci_high', '0', '1'),
    ('repurchase', 'ci_low', 'ci_high', '0', '1'),
    ('retention_cohorts', 'ci_low', 'ci_high', '0', '1'),
    ('session_funnel', 'ci_low', 'ci_high', '0', '1'),
    ('text_model_quality', 'balanced_accuracy_ci_low', 'balanced_accuracy_ci_high', '0', '1'),
    ('value_of_experience', 'ci_low', 'ci_high', 'null', 'null'),
] %}
{%- set scales_of_kpis = [
    'cx_scorecard',
    'journey_performance',
    'service_experience',
    'service_performance',
] %}

with bounds as (
    {%- for mart, low, high, lowest, highest in scales %}
        select
            '{{ mart }}' as mart,
            cast({{ low }} as double) as ci_low,
            cast({{ high }} as double) as ci_high,
            cast({{ lowest }} as double) as lowest,
            cast({{ highest }} as double) as highest
        from {{ ref(mart) }}

        union all
    {% endfor %}
    {%- for mart in scales_of_kpis %}
        select
            '{{ mart }}' as mart,
            estimates.ci_low,
            estimates.ci_high,
            kpis.lowest,
            kpis.highest
        from {{ ref(mart) }} as estimates
        inner join {{ ref('kpis') }} as kpis
            on estimates.metric_slug = kpis.metric_slug
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    mart,
    ci_low,
    ci_high,
    lowest,
    highest
from bounds
where ci_low < lowest or ci_high > highest or ci_low > ci_high
