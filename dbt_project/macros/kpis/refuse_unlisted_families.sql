{# A family of units that `unit_families` does not know would be missing from every KPI without a word. #}
{% macro refuse_unlisted_families() %}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
            {%- set family = modules.re.fullmatch('int_kpis__([a-z0-9_]+)_units', node.name) -%}
            {%- if family and family.group(1) not in unit_families() -%}
                {{ exceptions.raise_compiler_error(
                    node.name ~ " is not in macros/kpis/unit_families.sql: run `throughline sources`"
                ) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
