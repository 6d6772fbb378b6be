{# Ends of added links that the model's table knows by another key. #}
{% macro renamed_nodes_sql() -%}
select ends.node
from components_ends as ends
inner join components_known as known
    on
        ends.node = known.node_hash
        and ends.node_key != known.node_key
{%- endmacro %}
