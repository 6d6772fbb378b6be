{# Who bought, as the shop knows them: its customer, else whose address or number stands on the order. #}
{% macro shop_buyer(customer_id, email, phone) -%}
    coalesce(
        {{ customer_id }},
        'email:' || {{ normalize_email(email) }},
        'phone:' || nullif(trim({{ phone }}), '')
    )
{%- endmacro %}
