with source as (
    select * from {{ source('kiosk', 'orders') }}
),

versions as (
    select
        *,
        {{ delivered_amount('total') }} as total_amount,
        {{ utc_timestamp('ordered_at') }} as placed_at,
        {{ utc_timestamp('promised_at') }} as due_at,
        {{ utc_timestamp('delivered_at') }} as arrived_at,
        {{ latest_version('order_id', content='_line') }} as is_latest_version
    from source
)

select
    order_id,
    buyer_id,
    email,
    given_name,
    surname,
    state,
    currency,
    total_amount,
    placed_at as ordered_at,
    due_at as promised_at,
    arrived_at as delivered_at,
    {{ value_issues({
        'total': 'total_amount',
        'ordered_at': 'placed_at',
        'promised_at': 'due_at',
        'delivered_at': 'arrived_at',
    }) }} as _issues,
    _line,
    _load_id
from versions
where is_latest_version
