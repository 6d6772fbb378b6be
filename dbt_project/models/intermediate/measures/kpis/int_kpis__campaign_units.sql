{{ config(materialized='view') }}

with customers as (
    select * from {{ ref('int_identity__customers') }}
),

contacts as (
    select
        campaign_contacts.*,
        customers.segment_slug,
        coalesce(customers.is_identified, false) as is_identified
    from {{ ref('int_campaigns__contacts') }} as campaign_contacts
    left join customers
        on campaign_contacts.customer_key = customers.customer_key
),

-- What a channel cannot show is no unit there: a text message tells no opening, a letter no click.
units as (
    select
        'campaign_open' as metric_slug,
        campaign_contact_key,
        opened_at is not null as is_counted,
        'eligible' as unit_state,
        response_matures_at as matures_at
    from contacts
    where channel_slug in ('email', 'push')

    union all

    select
        'campaign_click' as metric_slug,
        campaign_contact_key,
        clicked_at is not null as is_counted,
        'eligible' as unit_state,
        response_matures_at as matures_at
    from contacts
    where channel_slug = 'email'

    union all

    select
        'campaign_reply' as metric_slug,
        campaign_contact_key,
        replied_at is not null as is_counted,
        'eligible' as unit_state,
        response_matures_at as matures_at
    from contacts
    where channel_slug = 'sms'

    union all

    select
        'campaign_unsubscribe' as metric_slug,
        campaign_contact_key,
        unsubscribed_at is not null as is_counted,
        'eligible' as unit_state,
        response_matures_at as matures_at
    from contacts
    where channel_slug in ('email', 'sms')

    union all

    select
        'campaign_conversion' as metric_slug,
        campaign_contact_key,
        converted_at is not null as is_counted,
        case when is_identified then 'eligible' else 'unknown' end as unit_state,
        conversion_matures_at as matures_at
    from contacts
)

select
    units.metric_slug,
    units.campaign_contact_key as unit_key,
    contacts.customer_key,
    contacts.delivered_date as anchor_date,
    contacts.channel_slug,
    contacts.segment_slug,
    cast(null as varchar) as contact_reason_slug,
    cast(null as varchar) as journey_slug,
    cast(null as varchar) as product_key,
    cast(null as varchar) as store_key,
    cast(null as varchar) as team_key,
    cast(units.is_counted as double) as unit_value,
    units.unit_state,
    units.matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from units
inner join contacts
    on units.campaign_contact_key = contacts.campaign_contact_key
