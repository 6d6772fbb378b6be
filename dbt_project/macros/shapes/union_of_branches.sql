{# What every source shows in one shape: its branches are the models `int_<shape>__<source>`. #}
{% macro union_of_branches(shape) %}
    {%- set branches = [] -%}
    {%- for source_name, source in source_list().items() if shape in source.fills -%}
        {%- do branches.append(ref('int_' ~ shape ~ '__' ~ source_name)) -%}
    {%- endfor -%}
    {%- do refuse_unlisted_branches(shape) -%}
    {{ union_by_contract(branches) }}
{%- endmacro %}
