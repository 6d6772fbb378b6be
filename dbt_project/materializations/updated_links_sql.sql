{# The kept links become those of today. #}
{% macro updated_links_sql(links_relation) -%}
delete from {{ links_relation }}
where rowid in (select row_number from components_removed);

insert into {{ links_relation }}
select
    link_group,
    left_node,
    right_node
from components_added
{%- endmacro %}
