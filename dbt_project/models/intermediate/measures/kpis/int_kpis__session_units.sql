with all_sessions as (
    select * from {{ ref('int_touchpoints__sessions') }}
),

purchases as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase and customer_key is not null
),

windows as (
    select * from {{ ref('int_company__windows') }}
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

session_customers as (
    select
        all_sessions.*,
        customer_profiles.customer_key,
        customers.segment_slug,
        customers.is_identified
    from all_sessions
    left join customer_profiles
        on all_sessions.profile_key = customer_profiles.profile_key
    left join customers
        on customer_profiles.customer_key = customers.customer_key
),

-- A cart is kept if its customer buys in time, in whatever channel.
kept_carts as (
    select distinct session_customers.session_key
    from session_customers
    cross join windows
    inner join purchases
        on
            session_customers.customer_key = purchases.customer_key
            and session_customers.started_at < purchases.ordered_at
            and session_customers.started_at + windows.cart_window >= purchases.ordered_at
    where session_customers.has_cart
),

sessions as (
    select
        session_customers.*,
        case when session_customers.is_bot then 'excluded' else 'eligible' end as session_state,
        case
            when session_customers.is_bot then 'excluded'
            -- Nobody can tell whether an unknown customer bought elsewhere.
            when not coalesce(session_customers.is_identified, false) then 'unknown'
            else 'eligible'
        end as cart_state,
        kept_carts.session_key is null as is_cart_left,
        session_customers.started_at + windows.cart_window as cart_known_at
    from session_customers
    cross join windows
    left join kept_carts
        on session_customers.session_key = kept_carts.session_key
),

units as (
    {{ kpi_units('sessions', [
        kpi_unit(
            'cart_abandonment', 'started_at', 'is_cart_left', among='has_cart',
            state='cart_state', matures_at='cart_known_at'
        ),
        kpi_unit(
            'sessions_with_friction', 'started_at',
            'error_count + rage_click_count + failed_search_count > 0', state='session_state'
        ),
        kpi_unit('sessions_with_error', 'started_at', 'error_count > 0', state='session_state'),
        kpi_unit('sessions_signed_in', 'started_at', 'has_login', state='session_state'),
        kpi_unit('errors_per_100_sessions', 'started_at', 'error_count', state='session_state'),
        kpi_unit(
            'rage_clicks_per_100_sessions', 'started_at', 'rage_click_count',
            state='session_state'
        ),
        kpi_unit(
            'failed_searches_per_100_sessions', 'started_at', 'failed_search_count',
            state='session_state'
        )
    ]) }}
)

select
    units.metric_slug,
    units.session_key as unit_key,
    units.customer_key,
    {{ business_date('units.anchored_at', 'settings.default_time_zone') }} as anchor_date,
    units.channel_slug,
    units.segment_slug,
    units.unit_value,
    units.unit_state,
    units.anchored_at as watched_from,
    units.matures_at
from units
cross join settings
