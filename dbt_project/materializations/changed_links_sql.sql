{# The links of the changed groups, as they are and as they were kept, and their differences. #}
{% macro changed_links_sql(links_sql, links_relation) -%}
create or replace temp table components_current_links as
select
    links.link_group,
    links.left_key,
    links.right_key,
    hash(links.left_key) as left_node,
    hash(links.right_key) as right_node
from ({{ links_sql }}) as links
semi join components_changed_groups as changed
    on links.link_group = changed.link_group
where links.left_key != links.right_key;

create or replace temp table components_kept_links as
select
    links.rowid as row_number,
    links.link_group,
    links.left_node,
    links.right_node
from {{ links_relation }} as links
semi join components_changed_groups as changed
    on links.link_group = changed.link_group;

create or replace temp table components_added as
select
    links.link_group,
    links.left_key,
    links.right_key,
    links.left_node,
    links.right_node
from components_current_links as links
anti join components_kept_links as kept
    on
        links.link_group = kept.link_group
        and links.left_node = kept.left_node
        and links.right_node = kept.right_node;

create or replace temp table components_removed as
select
    links.row_number,
    links.left_node,
    links.right_node
from components_kept_links as links
anti join components_current_links as current_links
    on
        links.link_group = current_links.link_group
        and links.left_node = current_links.left_node
        and links.right_node = current_links.right_node
{%- endmacro %}
