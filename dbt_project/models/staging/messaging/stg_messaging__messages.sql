with source as (
    select * from {{ source('messaging', 'messages') }}
),

typed as (
    select
        messagesid as message_id,
        direction = 'inbound' as is_inbound,
        case when direction = 'inbound' then "From" else "To" end as customer_address,
        nullif(body, '') as body,
        status as message_status,
        nullif(errorcode, '') as error_code,
        {{ json_text("nullif(tags, '')", '$.campaign_id') }} as campaign_id,
        {{ json_text("nullif(tags, '')", '$.campaign_name') }} as campaign_name,
        {{ json_text("nullif(tags, '')", '$.campaign_kind') }} as campaign_kind,
        {{ json_text("nullif(tags, '')", '$.campaign_group') }} as campaign_group,
        {{ dbt.safe_cast("nullif(price, '')", 'decimal(18, 4)') }} as price_amount,
        priceunit as price_currency,
        {{ rfc_2822_timestamp('datecreated') }} as created_at,
        {{ rfc_2822_timestamp('datesent') }} as sent_at,
        {{ rfc_2822_timestamp('dateupdated') }} as updated_at,
        {{ value_issues({
            'price': 'price_amount',
            'datecreated': 'created_at',
            'datesent': 'sent_at',
            'dateupdated': 'updated_at'
        }) }} as _issues,
        _file_date,
        _load_id
    from source
),

versions as (
    select
        *,
        {{ latest_version('message_id', 'updated_at', content=row_hash('typed')) }}
            as is_latest_version
    from typed
)

select
    message_id,
    customer_address,
    case
        when {{ begins_with('customer_address', "'notify:'") }} then 'push'
        else 'sms'
    end as channel_slug,
    case
        when not {{ begins_with('customer_address', "'notify:'") }}
            then replace(customer_address, 'whatsapp:', '')
    end as phone,
    case
        when {{ begins_with('customer_address', "'notify:'") }}
            then replace(customer_address, 'notify:', '')
    end as account_id,
    body,
    message_status,
    error_code,
    campaign_id,
    campaign_name,
    campaign_kind,
    campaign_group,
    price_amount,
    price_currency,
    is_inbound,
    created_at,
    sent_at,
    updated_at,
    _issues,
    _load_id
from versions
where is_latest_version
