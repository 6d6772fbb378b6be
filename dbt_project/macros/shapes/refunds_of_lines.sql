{# The refunds of a source that writes what comes back as lines below zero, such as a till. #}
{% macro refunds_of_lines(source_name) -%}
    select
        source_name,
        source_order_id as source_refund_id,
        source_line_id as source_refund_line_id,
        original_order_key as order_key,
        profile_key,
        store_key,
        product_key,
        channel_slug,
        currency,
        business_time_zone,
        -quantity as quantity,
        -amount_original as amount_original,
        sold_at as refunded_at,
        _load_id
    from {{ ref('int_orders__sale_lines') }}
    where source_name = '{{ source_name }}' and is_return
{%- endmacro %}
