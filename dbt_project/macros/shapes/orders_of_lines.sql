{# The orders of a source that exports lines only, such as a till: what is handed over there is paid.
   A receipt that only takes goods back is no order. #}
{% macro orders_of_lines(source_name) -%}
    select
        source_name,
        source_order_id,
        max(source_profile_id) as source_profile_id,
        max(store_key) as store_key,
        max(channel_slug) as channel_slug,
        max(currency) as currency,
        max(business_time_zone) as business_time_zone,
        sum(amount_original) as amount_original,
        sum(discount_original) as discount_original,
        true as is_paid,
        min(sold_at) as ordered_at,
        max(_load_id) as _load_id
    from {{ ref('int_orders__sale_lines') }}
    where source_name = '{{ source_name }}' and not is_return
    group by source_name, source_order_id
{%- endmacro %}
