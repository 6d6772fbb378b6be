{# A delivered text as JSON, or null where it is none: what a sender wrote into a cell may be anything. #}
{% macro json_or_null(text) -%}
    try_cast(nullif(trim({{ text }}), '') as json)
{%- endmacro %}
