{{ config(materialized='view') }}

with contacts as (
    select
        contact_id,
        min(created_at) as created_at,
        max(_load_id) as _load_id
    from {{ ref('stg_crm__contacts') }}
    group by contact_id
),

deals as (
    select * from {{ ref('stg_crm__deals') }}
),

touchpoints as (
    select
        contact_id,
        {{ surrogate_key(["'crm'", "'contacts'", 'contact_id']) }} as touchpoint_key,
        'contact_created' as touchpoint_type_slug,
        cast(null as varchar) as subscription_id,
        created_at as occurred_at,
        _load_id
    from contacts

    union all

    select
        contact_id,
        {{ surrogate_key(["'crm'", "'deals'", 'deal_id', "'offered'"]) }} as touchpoint_key,
        'renewal_offered' as touchpoint_type_slug,
        subscription_id,
        offered_at as occurred_at,
        _load_id
    from deals

    union all

    select
        contact_id,
        {{ surrogate_key(["'crm'", "'deals'", 'deal_id', "'closed'"]) }} as touchpoint_key,
        case when deal_stage = 'closedwon' then 'renewal_won' else 'renewal_lost' end
            as touchpoint_type_slug,
        subscription_id,
        closed_at as occurred_at,
        _load_id
    from deals
    where deal_stage in ('closedwon', 'closedlost')
)

select
    touchpoint_key,
    'crm' as source_name,
    case when contact_id is not null then {{ surrogate_key(["'crm'", 'contact_id']) }} end
        as profile_key,
    cast(null as varchar) as device_key,
    'crm' as channel_slug,
    touchpoint_type_slug,
    cast(null as varchar) as outcome_slug,
    occurred_at,
    occurred_at as received_at,
    cast(null as varchar) as business_time_zone,
    cast(null as varchar) as source_contact_reason,
    cast(null as varchar) as case_key,
    cast(null as varchar) as order_key,
    cast(null as varchar) as checkout_key,
    cast(null as varchar) as campaign_key,
    cast(null as varchar) as product_key,
    cast(null as varchar) as store_key,
    cast(null as varchar) as team_key,
    case
        when subscription_id is not null
            then {{ surrogate_key(["'crm'", 'subscription_id']) }}
    end as subscription_key,
    cast(null as double) as wait_seconds,
    cast(null as double) as handle_seconds,
    cast(null as varchar) as body,
    cast(null as varchar) as language,
    cast(null as double) as sentiment,
    cast(null as double) as score,
    cast(null as decimal(18, 2)) as revenue,
    false as is_bot,
    _load_id
from touchpoints
