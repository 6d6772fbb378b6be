with sessions as (
    select
        *,
        case when is_bot then 'excluded' else 'eligible' end as session_state
    from {{ ref('int_touchpoints__sessions') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

units as (
    {{ kpi_units('sessions', [
        kpi_unit(
            'sessions_with_friction', 'started_at',
            'error_count + rage_click_count + failed_search_count > 0', state='session_state'
        ),
        kpi_unit('sessions_with_error', 'started_at', 'error_count > 0', state='session_state'),
        kpi_unit('sessions_signed_in', 'started_at', 'has_login', state='session_state'),
        kpi_unit(
            'errors_per_100_sessions', 'started_at', '100 * error_count', state='session_state'
        ),
        kpi_unit(
            'rage_clicks_per_100_sessions', 'started_at', '100 * rage_click_count',
            state='session_state'
        ),
        kpi_unit(
            'failed_searches_per_100_sessions', 'started_at', '100 * failed_search_count',
            state='session_state'
        )
    ]) }}
)

select
    units.metric_slug,
    units.session_key as unit_key,
    customer_profiles.customer_key,
    {{ business_date('units.anchored_at', 'settings.default_time_zone') }} as anchor_date,
    units.channel_slug,
    customers.segment_slug,
    units.unit_value,
    units.unit_state,
    units.matures_at
from units
cross join settings
left join customer_profiles
    on units.profile_key = customer_profiles.profile_key
left join customers
    on customer_profiles.customer_key = customers.customer_key
