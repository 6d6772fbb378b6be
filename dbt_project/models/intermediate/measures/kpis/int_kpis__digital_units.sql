with sessions as (
    select * from {{ ref('int_touchpoints__sessions') }}
),

portal_touchpoints as (
    select * from {{ ref('int_touchpoints__accounts') }}
    where touchpoint_type_slug in ('self_service_completed', 'self_service_failed')
),

zone_dwells as (
    select * from {{ ref('int_stores__zone_dwells') }}
),

referrals as (
    select * from {{ ref('int_loyalty__referrals') }}
),

stores as (
    select * from {{ ref('stores') }}
),

source_contact_reasons as (
    select * from {{ ref('source_contact_reasons') }}
),

device_attributions as (
    select * from {{ ref('int_identity__device_attributions') }}
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

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- One column per KPI of a session; the name of the column is the KPI's.
measured_sessions as (
    select
        session_key,
        profile_key,
        channel_slug,
        is_bot,
        started_at,
        case
            when error_count + rage_click_count + failed_search_count > 0 then 1.0
            else 0.0
        end as sessions_with_friction,
        case when error_count > 0 then 1.0 else 0.0 end as sessions_with_error,
        case when has_login then 1.0 else 0.0 end as sessions_signed_in,
        100.0 * error_count as errors_per_100_sessions,
        100.0 * rage_click_count as rage_clicks_per_100_sessions,
        100.0 * failed_search_count as failed_searches_per_100_sessions
    from sessions
),

session_values as (
    select *
    from measured_sessions
    unpivot (
        unit_value for metric_slug in (
            sessions_with_friction,
            sessions_with_error,
            sessions_signed_in,
            errors_per_100_sessions,
            rage_clicks_per_100_sessions,
            failed_searches_per_100_sessions
        )
    )
),

units as (
    select
        metric_slug,
        session_key as unit_key,
        profile_key,
        started_at as anchored_at,
        cast(null as varchar) as time_zone,
        channel_slug,
        cast(null as varchar) as contact_reason_slug,
        cast(null as varchar) as product_key,
        cast(null as varchar) as store_key,
        cast(unit_value as double) as unit_value,
        case when is_bot then 'excluded' else 'eligible' end as unit_state,
        started_at as matures_at
    from session_values

    union all

    select
        'self_service_success' as metric_slug,
        portal_touchpoints.touchpoint_key as unit_key,
        portal_touchpoints.profile_key,
        portal_touchpoints.occurred_at as anchored_at,
        cast(null as varchar) as time_zone,
        portal_touchpoints.channel_slug,
        source_contact_reasons.contact_reason_slug,
        cast(null as varchar) as product_key,
        cast(null as varchar) as store_key,
        case
            when portal_touchpoints.touchpoint_type_slug = 'self_service_completed' then 1.0
            else 0.0
        end as unit_value,
        'eligible' as unit_state,
        portal_touchpoints.occurred_at as matures_at
    from portal_touchpoints
    left join source_contact_reasons
        on
            portal_touchpoints.source_name = source_contact_reasons.source_name
            and portal_touchpoints.source_contact_reason = source_contact_reasons.source_reason

    union all

    select
        'store_zone_dwell' as metric_slug,
        device_attributions.touchpoint_key as unit_key,
        device_attributions.profile_key,
        zone_dwells.entered_at as anchored_at,
        stores.time_zone,
        'store' as channel_slug,
        cast(null as varchar) as contact_reason_slug,
        zone_dwells.product_key,
        zone_dwells.store_key,
        zone_dwells.dwell_seconds as unit_value,
        case when zone_dwells.dwell_seconds is null then 'unknown' else 'eligible' end
            as unit_state,
        zone_dwells.entered_at as matures_at
    from zone_dwells
    inner join device_attributions
        on zone_dwells.touchpoint_key = device_attributions.touchpoint_key
    left join stores
        on zone_dwells.store_key = stores.store_id

    union all

    select
        'referral_conversion' as metric_slug,
        referral_key as unit_key,
        profile_key,
        referred_at as anchored_at,
        cast(null as varchar) as time_zone,
        'loyalty' as channel_slug,
        cast(null as varchar) as contact_reason_slug,
        cast(null as varchar) as product_key,
        cast(null as varchar) as store_key,
        case
            when
                converted_at
                <= referred_at + (select windows.referral_conversion from windows)
                then 1.0
            else 0.0
        end as unit_value,
        'eligible' as unit_state,
        referred_at + (select windows.referral_conversion from windows) as matures_at
    from referrals
)

select
    units.metric_slug,
    units.unit_key,
    customer_profiles.customer_key,
    cast(
        timezone(
            coalesce(units.time_zone, settings.default_time_zone),
            timezone('UTC', units.anchored_at)
        ) as date
    ) as anchor_date,
    units.channel_slug,
    customers.segment_slug,
    units.contact_reason_slug,
    cast(null as varchar) as journey_slug,
    units.product_key,
    units.store_key,
    cast(null as varchar) as team_key,
    units.unit_value,
    units.unit_state,
    units.matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from units
cross join settings
left join customer_profiles
    on units.profile_key = customer_profiles.profile_key
left join customers
    on customer_profiles.customer_key = customers.customer_key
