{# SHA-256 in hexadecimal digits. #}
{% macro secure_hash(column) -%}
    sha256({{ column }})
{%- endmacro %}
