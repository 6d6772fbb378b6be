with zone_dwells as (
    select * from {{ ref('int_stores__zone_dwells') }}
),

stores as (
    select * from {{ ref('stores') }}
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

units as (
    {{ kpi_units('zone_dwells', [
        kpi_unit(
            'store_zone_dwell', 'entered_at', 'dwell_seconds',
            state="case when dwell_seconds is null then 'unknown' else 'eligible' end"
        )
    ]) }}
)

select
    units.metric_slug,
    device_attributions.touchpoint_key as unit_key,
    customer_profiles.customer_key,
    {{ business_date(
        'units.anchored_at', 'coalesce(stores.time_zone, settings.default_time_zone)'
    ) }} as anchor_date,
    'store' as channel_slug,
    customers.segment_slug,
    units.product_key,
    units.store_key,
    units.unit_value,
    units.unit_state,
    units.matures_at
from units
inner join device_attributions
    on units.touchpoint_key = device_attributions.touchpoint_key
cross join settings
left join stores
    on units.store_key = stores.store_id
left join customer_profiles
    on device_attributions.profile_key = customer_profiles.profile_key
left join customers
    on customer_profiles.customer_key = customers.customer_key
