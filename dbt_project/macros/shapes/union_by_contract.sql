{#
    All rows of some relations, with the columns that the model's own contract declares: by name,
    never by position. What a relation does not list is null, or the column's `default` in its meta.
    Fails with the name of a column that the contract does not know, or that it requires (`required`
    in its meta).
#}
{% macro union_by_contract(relations) %}
    {%- set given = columns_by_relation(relations) if execute else {} -%}
    {%- for relation in relations %}
    {%- do refuse_other_columns(relation, given.get(relation.identifier)) %}
    select
        {%- for column in model.columns.values() %}
        {{ column_of_branch(column, given.get(relation.identifier, [])) }} as {{ column.name }}
        {{- "," if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
