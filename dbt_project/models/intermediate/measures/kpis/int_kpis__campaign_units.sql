{{ config(materialized='view') }}

with customers as (
    select * from {{ ref('int_identity__customers') }}
),

contacts as (
    select
        campaign_contacts.*,
        customers.segment_slug,
        case when customers.is_identified then 'eligible' else 'unknown' end as person_state
    from {{ ref('int_campaigns__contacts') }} as campaign_contacts
    left join customers
        on campaign_contacts.customer_key = customers.customer_key
),

-- A channel has no units of what it cannot show: a text message tells no opening, a letter no
-- click.
units as (
    {{ kpi_units('contacts', [
        kpi_unit(
            'campaign_open', 'delivered_at', 'opened_at is not null',
            among="channel_slug in ('email', 'push')", matures_at='response_matures_at'
        ),
        kpi_unit(
            'campaign_click', 'delivered_at', 'clicked_at is not null',
            among="channel_slug = 'email'", matures_at='response_matures_at'
        ),
        kpi_unit(
            'campaign_reply', 'delivered_at', 'replied_at is not null',
            among="channel_slug = 'sms'", matures_at='response_matures_at'
        ),
        kpi_unit(
            'campaign_unsubscribe', 'delivered_at', 'unsubscribed_at is not null',
            among="channel_slug in ('email', 'sms')", matures_at='response_matures_at'
        ),
        kpi_unit(
            'campaign_conversion', 'delivered_at', 'converted_at is not null',
            state='person_state', matures_at='conversion_matures_at'
        )
    ]) }}
)

select
    metric_slug,
    campaign_contact_key as unit_key,
    customer_key,
    delivered_date as anchor_date,
    channel_slug,
    segment_slug,
    unit_value,
    unit_state,
    anchored_at as watched_from,
    matures_at
from units
