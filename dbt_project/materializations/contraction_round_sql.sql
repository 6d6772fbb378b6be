{# One round: every node points at a representative, and the edges that remain join those. #}
{% macro contraction_round_sql(round) -%}
create or replace temp table components_steps_{{ round }} as
select
    node,
    case
        when hash(xor(nearest, {{ round }})) < hash(xor(node, {{ round }})) then nearest
        else node
    end as representative
from (
    select
        node,
        arg_min(neighbour, hash(xor(neighbour, {{ round }}))) as nearest
    from (
        select
            u as node,
            v as neighbour
        from components_edges_{{ round }}
        union all
        select
            v as node,
            u as neighbour
        from components_edges_{{ round }}
    ) as both_ways
    group by node
) as neighbours;

create or replace temp table components_edges_{{ round + 1 }} as
select distinct
    least(left_steps.representative, right_steps.representative) as u,
    greatest(left_steps.representative, right_steps.representative) as v
from components_edges_{{ round }} as edges
inner join components_steps_{{ round }} as left_steps
    on edges.u = left_steps.node
inner join components_steps_{{ round }} as right_steps
    on edges.v = right_steps.node
where left_steps.representative != right_steps.representative
{%- endmacro %}
