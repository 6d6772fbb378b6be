-- Every line that a till or a shop wrote, before anybody knows whose it is.
with sale_lines as (
    select * from {{ ref('int_shapes__sale_lines') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
)

select
    -- keys
    {{ surrogate_key(['source_name', 'source_order_id', 'source_line_id']) }} as order_line_key,
    {{ surrogate_key(['source_name', 'source_order_id']) }} as order_key,
    case
        when source_original_order_id is not null
            then {{ surrogate_key(['original_source_name', 'source_original_order_id']) }}
    end as original_order_key,
    case
        when source_profile_id is not null
            then {{ surrogate_key(['source_name', 'source_profile_id']) }}
    end as profile_key,
    source_name,
    source_order_id,
    source_line_id,
    source_profile_id,
    store_key,
    product_key,

    -- attributes
    channel_slug,
    currency,
    coalesce(sale_lines.business_time_zone, settings.default_time_zone) as business_time_zone,

    -- measures
    quantity,
    unit_price_original,
    discount_original,
    amount_original,

    -- flags
    coalesce(amount_original < 0 or quantity < 0, false) as is_return,

    -- timestamps
    sold_at,

    _load_id
from sale_lines
cross join settings
