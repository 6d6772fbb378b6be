with source as (
    select
        *,
        {{ meaning_of('crm', 'deal_stage', '"Deal Stage"') }} as deal_stage
    from {{ source('crm', 'deals') }}
),

typed as (
    select
        "Record ID" as deal_id,
        nullif(split_part("Associated Contact IDs", ';', 1), '') as contact_id,
        nullif(trim("Subscription ID"), '') as subscription_id,
        nullif(trim("Deal Name"), '') as deal_name,
        nullif(lower(trim(pipeline)), '') as pipeline,
        deal_stage,
        nullif(upper(trim(currency)), '') as currency,
        {{ delivered_amount('amount') }} as deal_amount,
        {{ to_utc(delivered_time('"Create Date"'), "'Europe/Warsaw'") }}
            as offered_at,
        {{ to_utc(delivered_time('"Close Date"'), "'Europe/Warsaw'") }}
            as closed_at,
        {{ to_utc(delivered_time('"Last Modified Date"'), "'Europe/Warsaw'") }}
            as updated_at,
        {{ value_issues({
            '"Deal Stage"': 'deal_stage',
            'amount': 'deal_amount',
            '"Create Date"': 'offered_at',
            '"Close Date"': 'closed_at',
            '"Last Modified Date"': 'updated_at'
        }) }} as _issues,
        _file_date,
        _line,
        _load_id
    from source
),

versions as (
    select
        *,
        {{ latest_version('deal_id', 'updated_at', content=row_hash('typed')) }}
            as is_latest_version
    from typed
)

select
    deal_id,
    contact_id,
    subscription_id,
    deal_name,
    pipeline,
    deal_stage,
    currency,
    deal_amount,
    offered_at,
    closed_at,
    updated_at,
    _issues,
    _line,
    _load_id
from versions
where is_latest_version
