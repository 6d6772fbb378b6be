{# The labels of the nodes of a round, from those of the rounds after it. #}
{% macro round_labels_sql(round) -%}
create or replace temp table components_labels as
select
    steps.node,
    coalesce(labels.representative, steps.representative) as representative
from components_steps_{{ round }} as steps
left join components_labels as labels
    on steps.representative = labels.node;

drop table components_steps_{{ round }};

drop table components_edges_{{ round }}
{%- endmacro %}
