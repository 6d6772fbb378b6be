with windows as (
    select * from {{ ref('int_company__windows') }}
),

referrals as (
    select
        referrals.referral_key,
        referrals.profile_key,
        referrals.referred_at,
        referrals.converted_at,
        referrals.referred_at + windows.referral_conversion as conversion_known_at
    from {{ ref('int_loyalty__referrals') }} as referrals
    cross join windows
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
    {{ kpi_units('referrals', [
        kpi_unit(
            'referral_conversion', 'referred_at',
            'coalesce(converted_at <= conversion_known_at, false)', matures_at='conversion_known_at'
        )
    ]) }}
)

select
    units.metric_slug,
    units.referral_key as unit_key,
    customer_profiles.customer_key,
    {{ business_date('units.anchored_at', 'settings.default_time_zone') }} as anchor_date,
    'loyalty' as channel_slug,
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
