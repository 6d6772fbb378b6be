{# A text that differs between rows of a relation that differ in any column. #}
{% macro row_hash(relation) -%}
    md5(cast({{ relation }} as varchar))
{%- endmacro %}
