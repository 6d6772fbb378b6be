{# Writes down what was done and what was read, and deletes the changes that every reader has passed. #}
{% macro close_kept(target, inputs, state, reason) %}
    {%- set schema = this.database ~ ".kept" -%}
    {%- set name = this.identifier -%}
    {%- set readers = kept_readers() -%}
    {%- set statements = [] -%}
    {%- set counts = namespace(sql="null, null, null") -%}
    {%- if state.counts[0] is not none -%}
        {%- set counts.sql = state.counts | join(", ") -%}
    {%- endif -%}
    {%- do statements.append(
        "create or replace temp table kept_row as select '" ~ name ~ "' as model, " ~ state.number
        ~ " as number, " ~ (state.whole_number or "coalesce((select whole_number from " ~ schema
        ~ ".tables where model = '" ~ name ~ "'), 0)") ~ " as whole_number, '"
        ~ state.fingerprint ~ "', " ~ ("'" ~ reason ~ "'" if reason else "null") ~ ", "
        ~ counts.sql
    ) -%}
    {%- do statements.append("delete from " ~ schema ~ ".tables where model = '" ~ name ~ "'") -%}
    {%- do statements.append("insert into " ~ schema ~ ".tables from kept_row") -%}
    {%- do statements.append("comment on table " ~ target ~ " is 'kept " ~ state.number ~ "'") -%}
    {%- do statements.append("delete from " ~ schema ~ ".cursors where model = '" ~ name ~ "'") -%}
    {%- if state.is_large -%}
        {%- for input in inputs.changed_by if input.is_kept and input.name in state.cursors -%}
            {%- do statements.append(
                "insert into " ~ schema ~ ".cursors values ('" ~ name ~ "', '" ~ input.name ~ "', "
                ~ state.cursors[input.name].number ~ ")"
            ) -%}
        {%- endfor -%}
    {%- else -%}
        {%- for input in inputs.changed_by if not input.is_kept -%}
            {%- do statements.append("drop table if exists " ~ kept_memory(input)) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do statements.append(
        "delete from " ~ schema ~ ".cursors where input = '" ~ name ~ "' and model not in ('"
        ~ readers | join("', '") ~ "')"
    ) -%}
    {%- do statements.append(
        "delete from " ~ kept_relation(name) ~ " where number <= coalesce((select min(number) from "
        ~ schema ~ ".cursors where input = '" ~ name ~ "'), " ~ state.number ~ ")"
    ) -%}
    {%- for table in ['affected', 'old', 'new', 'gone', 'come', 'before', 'after', 'row'] -%}
        {%- do statements.append("drop table if exists temp.kept_" ~ table) -%}
    {%- endfor -%}
    {%- for input in inputs.changed_by if input.changes -%}
        {%- do statements.append("drop table if exists temp." ~ input.changes) -%}
    {%- endfor -%}
    {%- do run_query(statements | join("; ")) -%}
{% endmacro %}
