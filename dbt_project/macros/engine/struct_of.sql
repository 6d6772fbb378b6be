{# Named fields as one value, ordered by the first, then the second. #}
{% macro struct_of(fields) -%}
    struct_pack(
        {%- for name, expression in fields.items() %}{{ name }} := {{ expression }}{{ ", " if not loop.last }}{% endfor -%}
    )
{%- endmacro %}
