-- Every line that a till or a shop wrote, before anybody knows whose it is.
with sale_lines as (
    select * from {{ ref('int_shapes__sale_lines') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
)

select
    -- keys
    {{ surrogate_key([
        'sale_lines.source_name', 'sale_lines.source_order_id', 'sale_lines.source_line_id'
    ]) }} as order_line_key,
    {{ surrogate_key(['sale_lines.source_name', 'sale_lines.source_order_id']) }} as order_key,
    case
        when sale_lines.source_original_order_id is not null
            then {{ surrogate_key([
                'sale_lines.original_source_name', 'sale_lines.source_original_order_id'
            ]) }}
    end as original_order_key,
    case
        when sale_lines.source_profile_id is not null
            then {{ surrogate_key(['sale_lines.source_name', 'sale_lines.source_profile_id']) }}
    end as profile_key,
    sale_lines.source_name,
    sale_lines.source_order_id,
    sale_lines.source_line_id,
    sale_lines.source_profile_id,
    sale_lines.store_key,
    sale_lines.product_key,

    -- attributes
    sale_lines.channel_slug,
    sale_lines.currency,
    coalesce(sale_lines.business_time_zone, settings.default_time_zone) as business_time_zone,

    -- measures
    sale_lines.quantity,
    sale_lines.unit_price_original,
    sale_lines.discount_original,
    sale_lines.amount_original,

    -- flags
    coalesce(sale_lines.amount_original < 0 or sale_lines.quantity < 0, false) as is_return,

    -- timestamps
    sale_lines.sold_at,

    sale_lines._load_id
from sale_lines
cross join settings
