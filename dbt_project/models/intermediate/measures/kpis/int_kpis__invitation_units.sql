with windows as (
    select * from {{ ref('int_company__windows') }}
),

invitations as (
    select
        invitations.invitation_key,
        invitations.profile_key,
        invitations.program_slug,
        case when invitations.is_delivered then 'eligible' else 'excluded' end as delivery_state,
        coalesce(invitations.delivered_at, invitations.sent_at) as invited_at,
        invitations.completed_at,
        invitations.delivered_at + windows.survey_response_window as window_ends_at
    from {{ ref('int_feedback__invitations') }} as invitations
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
    {{ kpi_units('invitations', [
        kpi_unit(
            'survey_response_rate', 'invited_at', 'coalesce(completed_at <= window_ends_at, false)',
            state='delivery_state', matures_at='window_ends_at'
        )
    ]) }}
)

select
    units.metric_slug,
    units.invitation_key as unit_key,
    customer_profiles.customer_key,
    {{ business_date('units.anchored_at', 'settings.default_time_zone') }} as anchor_date,
    'survey' as channel_slug,
    customers.segment_slug,
    units.program_slug,
    units.unit_value,
    units.unit_state,
    units.anchored_at as watched_from,
    units.matures_at
from units
cross join settings
left join customer_profiles
    on units.profile_key = customer_profiles.profile_key
left join customers
    on customer_profiles.customer_key = customers.customer_key
