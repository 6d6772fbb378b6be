{# Nodes of a table that are the hash of two keys in it. #}
{% macro doubled_nodes_sql(nodes_table) -%}
select node
from {{ nodes_table }}
group by node
having count(*) > 1
{%- endmacro %}
