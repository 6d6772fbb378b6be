{# strip_accents leaves the letters that are no letter plus accent. #}
{% macro folded_name(column) -%}
    nullif(regexp_replace(
        strip_accents(lower(translate({{ column }}, 'łŁøØđĐıİ', 'lLoOdDiI'))), '[^\p{L}]', '', 'g'
    ), '')
{%- endmacro %}
