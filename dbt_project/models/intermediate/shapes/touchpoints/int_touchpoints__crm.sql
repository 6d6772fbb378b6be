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
    'crm' as channel_slug,
    touchpoint_type_slug,
    occurred_at,
    occurred_at as received_at,
    case
        when subscription_id is not null
            then {{ surrogate_key(["'crm'", 'subscription_id']) }}
    end as subscription_key,
    _load_id
from touchpoints
