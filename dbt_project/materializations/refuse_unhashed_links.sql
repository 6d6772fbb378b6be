{# Links without a group or a hash would not be compared with those of the last run. #}
{% macro refuse_unhashed_links() %}
    {%- set unhashed = run_query(
        "select count(*) from components_checksums where link_group is null or has_unhashed_links"
    ).columns[0][0] -%}
    {%- if unhashed > 0 -%}
        {{ exceptions.raise_compiler_error(
            "link_group or link_hash is null: such links would not be compared"
        ) }}
    {%- endif -%}
{% endmacro %}
