{# Schemas bear the name of their layer, whatever the target; a branch that lies in the folder of its
   source stands with the branches of the other sources. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name == 'staging' and node.name.startswith('int_') -%}
        intermediate
    {%- else -%}
        {{ (custom_schema_name or target.schema) | trim }}
    {%- endif -%}
{%- endmacro %}
