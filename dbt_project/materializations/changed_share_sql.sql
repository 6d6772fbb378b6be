{# The share of links that came or went, above 0 whenever a group changed. #}
{% macro changed_share_sql(links_relation) -%}
select
    greatest(
        (select count(*) from components_added) + (select count(*) from components_removed), 1
    )
    / greatest((select count(*) from {{ links_relation }}), 1) as changed_share
{%- endmacro %}
