{# A slug as words: `after_purchase` is "After purchase". #}
{% macro slug_in_words(column) -%}
    upper(substr({{ column }}, 1, 1)) || replace(substr({{ column }}, 2), '_', ' ')
{%- endmacro %}
