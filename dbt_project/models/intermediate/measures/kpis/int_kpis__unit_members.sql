{{ config(materialized='view') }}

with units as (
    select * from {{ ref('int_kpis__units') }}
),

kpis as (
    select
        metric_slug,
        kind,
        {{ one_row_per(words('dimensions')) }} as dimension
    from {{ ref('kpis') }}
),

dimensions as (
    select * from {{ ref('kpi_dimensions') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

clocks as (
    select * from {{ ref('int_clocks__clocks') }}
),

coverage as (
    select * from {{ ref('int_kpis__coverage') }}
),

-- Where a source that shows the outcome does not cover the whole window, nobody can tell it.
covered_units as (
    select
        {{ all_columns_but('units', ['unit_state']) }},
        case
            when
                units.unit_state = 'eligible'
                and (
                    units.watched_from < coverage.covered_from
                    or {{ list_size(items_where(
                        'coverage.hole_dates',
                        'hole',
                        'cast(hole as timestamp) <= units.matures_at and cast(hole as timestamp) + '
                        ~ duration_of(1, 'day')
                        ~ ' > units.watched_from'
                    )) }} > 0
                )
                then 'excluded'
            else units.unit_state
        end as unit_state,
        coverage.covered_until
    from units
    left join coverage
        on units.metric_slug = coverage.metric_slug
),

judged_units as (
    select
        units.*,
        -- A unit without a customer is a person of its own.
        coalesce(units.customer_key, units.unit_key) as person_key,
        units.unit_state = 'eligible' as is_eligible,
        coalesce(
            units.matures_at < settings.as_of
            and units.matures_at <= coalesce(units.covered_until, settings.as_of),
            true
        ) as is_settled,
        -- A duration that still runs has lasted so far.
        coalesce(
            units.unit_value,
            greatest(0, clocks.seconds_at_as_of - units.clock_started_seconds)
        ) as value_so_far
    from covered_units as units
    cross join settings
    left join clocks
        on units.clock_slug = clocks.clock_slug
    -- A published period holds nothing of a day that is not delivered, be it begun in another zone.
    where coalesce(units.anchor_date < cast(settings.as_of as date), true)
),

unit_members as (
    select
        judged_units.*,
        kpis.kind,
        kpis.dimension,
        dimensions.period_types,
        -- Of several dimensions at once, for a detail mart.
        not dimensions.is_on_scorecard as is_cell,
        -- Who has none is a member too, so that members add up to the total.
        coalesce(case kpis.dimension
            when 'total' then 'all'
            when 'channel' then judged_units.channel_slug
            when 'segment' then judged_units.segment_slug
            when 'contact_reason' then judged_units.contact_reason_slug
            when 'journey' then judged_units.journey_slug
            when 'product' then judged_units.product_key
            when 'store' then judged_units.store_key
            when 'team' then judged_units.team_key
            when 'program' then judged_units.program_slug
            when 'service_cell'
                then {{ surrogate_key([
                    'judged_units.channel_slug',
                    'judged_units.contact_reason_slug',
                    'judged_units.team_key'
                ]) }}
            when 'journey_cell'
                then {{ surrogate_key([
                    'judged_units.journey_slug',
                    'judged_units.segment_slug',
                    'judged_units.channel_slug'
                ]) }}
        end, 'unknown') as member
    from judged_units
    inner join kpis
        on judged_units.metric_slug = kpis.metric_slug
    inner join dimensions
        on kpis.dimension = dimensions.dimension
)

select
    metric_slug,
    kind,
    unit_key,
    person_key,
    dimension,
    member,
    is_cell,
    period_types,
    channel_slug,
    segment_slug,
    contact_reason_slug,
    journey_slug,
    product_key,
    store_key,
    team_key,
    anchor_date,
    -- Decimals add up to the same sum in any order.
    cast(value_so_far as decimal(18, 6)) as unit_value,
    unit_state,
    is_eligible and is_settled as is_counted,
    is_eligible and (not is_settled or clock_slug is not null) as is_immature,
    -- A duration that has not ended is censored: it will be longer.
    is_censored or clock_slug is not null as is_censored
from unit_members
