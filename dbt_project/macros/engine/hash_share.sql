{# A number from 0 to below 1 that hangs on nothing but these values: the same ones draw the same. #}
{% macro hash_share(columns) -%}
    (cast('0x' || substr({{ surrogate_key(columns) }}, 1, 8) as bigint) / 4294967296.0)
{%- endmacro %}
