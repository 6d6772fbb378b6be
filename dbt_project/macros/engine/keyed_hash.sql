{#
    HMAC-SHA256 (RFC 2104) in hexadecimal digits. The connection has the secret, padded:
    orchestration/warehouse/key_secret.py
#}
{% macro keyed_hash(column) -%}
    {%- set inner -%}
        getvariable('key_secret_inner') || encode({{ column }})
    {%- endset -%}
    {%- set outer -%}
        getvariable('key_secret_outer') || unhex({{ secure_hash(inner) }})
    {%- endset -%}
    {{ secure_hash(outer) }}
{%- endmacro %}
