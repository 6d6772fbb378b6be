{# A branch that `source_list` does not know would be missing from every number without a word. #}
{% macro refuse_unlisted_branches(shape) %}
    {%- if execute -%}
        {%- set listed = source_list() -%}
        {%- for source in graph.sources.values() if source.source_name != 'ledger' -%}
            {%- set branch = 'int_' ~ shape ~ '__' ~ source.source_name -%}
            {%- if 'model.' ~ project_name ~ '.' ~ branch in graph.nodes
                and shape not in listed.get(source.source_name, {}).get('fills', []) -%}
                {{ exceptions.raise_compiler_error(
                    branch ~ " is not in macros/shapes/source_list.sql: run `throughline sources`"
                ) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
