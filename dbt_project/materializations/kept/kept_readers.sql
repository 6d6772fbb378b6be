{# The kept models that hear of changes of this one. #}
{% macro kept_readers() %}
    {%- set readers = [] -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.config.materialized == 'kept' and model.name in node.config.get('changed_by', {}) -%}
            {%- do readers.append(node.alias) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(readers) }}
{% endmacro %}
