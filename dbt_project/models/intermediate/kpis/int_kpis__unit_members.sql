{{ config(materialized='view') }}

with units as (
    select * from {{ ref('int_kpis__units') }}
),

kpis as (
    select * from {{ ref('kpis') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

dimensions as (
    select * from {{ ref('kpi_dimensions') }}
),

judged_units as (
    select
        units.*,
        kpis.kind,
        -- Without a customer, a unit is its own person.
        coalesce(units.customer_key, units.unit_key) as person_key,
        -- Decimals add up to the same sum in any order.
        cast(units.unit_value as decimal(18, 6)) as exact_value,
        units.unit_state = 'eligible'
        and coalesce(units.matures_at < settings.as_of, true) as is_counted,
        units.unit_state = 'eligible'
        and coalesce(units.matures_at >= settings.as_of, false) as is_immature
    from units
    inner join kpis
        on units.metric_slug = kpis.metric_slug
    cross join settings
),

unit_members as (
    select
        judged_units.*,
        dimensions.dimension,
        case dimensions.dimension
            when 'total' then 'all'
            when 'channel' then judged_units.channel_slug
            when 'segment' then judged_units.segment_slug
            when 'contact_reason' then judged_units.contact_reason_slug
            when 'journey' then judged_units.journey_slug
            when 'product' then judged_units.product_key
            when 'store' then judged_units.store_key
            when 'team' then judged_units.team_key
        end as member
    from judged_units
    cross join dimensions
)

select
    metric_slug,
    kind,
    unit_key,
    person_key,
    dimension,
    member,
    anchor_date,
    exact_value as unit_value,
    unit_state,
    is_counted,
    is_immature
from unit_members
where member != 'unknown'
