with portal_touchpoints as (
    select * from {{ ref('int_touchpoints__accounts') }}
    where touchpoint_type_slug in ('self_service_completed', 'self_service_failed')
),

source_contact_reasons as (
    select * from {{ ref('source_contact_reasons') }}
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
    {{ kpi_units('portal_touchpoints', [
        kpi_unit(
            'self_service_success', 'occurred_at',
            "touchpoint_type_slug = 'self_service_completed'"
        )
    ]) }}
)

select
    units.metric_slug,
    units.touchpoint_key as unit_key,
    customer_profiles.customer_key,
    {{ business_date('units.anchored_at', 'settings.default_time_zone') }} as anchor_date,
    units.channel_slug,
    customers.segment_slug,
    source_contact_reasons.contact_reason_slug,
    units.unit_value,
    units.unit_state,
    units.matures_at
from units
cross join settings
left join source_contact_reasons
    on
        units.source_name = source_contact_reasons.source_name
        and units.source_contact_reason = source_contact_reasons.source_reason
left join customer_profiles
    on units.profile_key = customer_profiles.profile_key
left join customers
    on customer_profiles.customer_key = customers.customer_key
