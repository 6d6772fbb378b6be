{# What a record of a delivered table is known by, as text: columns of a tabular export, top-level keys of JSON. #}
{% macro delivered_key(table) -%}
    {%- set values = [] -%}
    {%- for name in table.key -%}
        {%- if table.is_tabular -%}
            {%- do values.append(adapter.quote(name)) -%}
        {%- else -%}
            {%- do values.append(json_text('payload', '$.' ~ name)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ surrogate_key(values) }}
{%- endmacro %}
