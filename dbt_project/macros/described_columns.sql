{#
    A query with one row per column of a published model, as its YAML describes it: table_name, column_name,
    column_position, data_type, column_description, joins_to, table_description, owner. What a column joins is
    what the tests `no_orphans` promise.
#}
{% macro described_columns() %}
{%- set rows = [] -%}
{%- if execute -%}
    {%- set joins = {} -%}
    {%- for test in graph.nodes.values() if test.resource_type == 'test' and test.test_metadata and test.test_metadata.name == 'no_orphans' -%}
        {%- for reader in test.test_metadata.kwargs.readers -%}
            {%- do joins.update({reader: test.attached_node.split('.')[-1] ~ '.' ~ test.test_metadata.kwargs.column_name}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for model in graph.nodes.values() | sort(attribute='name') if model.resource_type == 'model' and model.schema == this.schema -%}
        {%- set owner = graph.groups['group.' ~ project_name ~ '.' ~ model.group].owner.name if model.group else none -%}
        {%- for column in model.columns.values() -%}
            {%- do rows.append([
                model.name, column.name, loop.index, column.data_type, column.description,
                joins.get(model.name ~ '.' ~ column.name), model.description, owner
            ]) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endif -%}
{%- set names = ['table_name', 'column_name', 'column_position', 'data_type', 'column_description', 'joins_to', 'table_description', 'owner'] %}
select * from (
    values
    {%- for row in rows %}
        ({% for value in row %}{{ 'null' if value is none else value if value is number else dbt.string_literal(dbt.escape_single_quotes(value | trim)) }}{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
    {%- else %}
        (null, null, null, null, null, null, null, null)
    {%- endfor %}
) as described ({{ names | join(', ') }})
where table_name is not null
{% endmacro %}
