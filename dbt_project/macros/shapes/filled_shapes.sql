{# One row per source that has a contract and shape that it fills. #}
{% macro filled_shapes() %}
    {%- set rows = [] %}
    {%- for source_name, source in source_list().items() %}
        {%- for shape in source.fills %}
            {%- do rows.append((source_name, shape)) %}
        {%- endfor %}
    {%- endfor %}
    {%- for source_name, shape in rows %}
    select
        '{{ source_name }}' as source_name,
        '{{ shape }}' as shape_slug
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
