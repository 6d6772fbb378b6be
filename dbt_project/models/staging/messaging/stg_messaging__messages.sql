with source as (
    select * from {{ source('messaging', 'messages') }}
),

statuses as (
    select * from {{ ref('message_statuses') }}
),

address_kinds as (
    select * from {{ ref('message_address_kinds') }}
),

typed as (
    select
        messagesid as message_id,
        case
            when lower(trim(direction)) = 'inbound' then true
            when {{ begins_with('lower(trim(direction))', "'outbound'") }} then false
        end as is_inbound,
        case when lower(trim(direction)) = 'inbound' then "From" else "To" end as customer_address,
        nullif(body, '') as body,
        lower(trim(status)) as message_status,
        nullif(trim(errorcode), '') as error_code,
        {{ json_text(json_or_null('tags'), '$.campaign_id') }} as campaign_id,
        {{ json_text(json_or_null('tags'), '$.campaign_name') }} as campaign_name,
        {{ json_text(json_or_null('tags'), '$.campaign_kind') }} as campaign_kind,
        {{ json_text(json_or_null('tags'), '$.campaign_group') }} as campaign_group,
        {{ delivered_amount("nullif(price, '')", 'decimal(18, 4)') }} as price_amount,
        priceunit as price_currency,
        {{ rfc_2822_timestamp('datecreated') }} as created_at,
        {{ rfc_2822_timestamp('datesent') }} as sent_at,
        {{ rfc_2822_timestamp('dateupdated') }} as updated_at,
        tags as tags_text,
        {{ json_or_null('tags') }} as campaign_tags,
        direction as direction_text,
        status as status_text,
        price as price_text,
        datecreated as created_at_text,
        datesent as sent_at_text,
        dateupdated as updated_at_text,
        {{ row_hash('source') }} as row_hash,
        _file_date,
        _line,
        _load_id
    from source
),

versions as (
    select
        *,
        case
            when customer_address like '%:%' then lower(split_part(customer_address, ':', 1))
            else 'number'
        end as address_kind,
        case
            when customer_address like '%:%'
                then substr(customer_address, length(split_part(customer_address, ':', 1)) + 2)
            else customer_address
        end as address,
        {{ latest_version('message_id', 'updated_at', content='row_hash') }} as is_latest_version
    from typed
),

listed as (
    select
        {{ all_columns_but('versions', ['message_status']) }},
        versions.message_status as told_status,
        address_kinds.channel_slug,
        address_kinds.is_phone,
        statuses.message_status,
        statuses.has_arrived
    from versions
    left join address_kinds
        on versions.address_kind = address_kinds.address_kind
    left join statuses
        on versions.message_status = statuses.message_status
    where versions.is_latest_version
)

select
    message_id,
    customer_address,
    coalesce(channel_slug, 'unknown') as channel_slug,
    case when is_phone then nullif(trim(address), '') end as phone,
    case when not is_phone then nullif(trim(address), '') end as account_id,
    body,
    told_status as message_status,
    has_arrived,
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
    {{ value_issues({
        'tags_text': 'campaign_tags',
        'direction_text': 'is_inbound',
        'customer_address': 'channel_slug',
        'status_text': 'message_status',
        'price_text': 'price_amount',
        'created_at_text': 'created_at',
        'sent_at_text': 'sent_at',
        'updated_at_text': 'updated_at'
    }) }} as _issues,
    _line,
    _load_id
from listed
