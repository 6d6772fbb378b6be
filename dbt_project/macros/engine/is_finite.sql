{# Whether a number is one that can be added: not infinite, not NaN. #}
{% macro is_finite(column) -%}
    isfinite({{ column }})
{%- endmacro %}
