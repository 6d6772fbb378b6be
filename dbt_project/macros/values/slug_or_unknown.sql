{# A slug that a list has; `unknown` where something else was delivered, null where nothing was. #}
{% macro slug_or_unknown(slug, word) -%}
    coalesce({{ slug }}, case when nullif(trim({{ word }}), '') is not null then 'unknown' end)
{%- endmacro %}
