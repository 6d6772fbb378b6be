{# What is known of the last run of this model, and of its inputs since. #}
{% macro kept_state(inputs, handed_columns) %}
    {%- set schema = this.database ~ ".kept" -%}
    {%- set rows = run_query(
        "select coalesce(kept_table.number, 0), kept_table.fingerprint, "
        ~ kept_fingerprint(inputs) ~ ", " ~ kept_seal(this, "kept_table.number")
        ~ ", coalesce((select estimated_size from duckdb_tables() where database_name = '"
        ~ this.database ~ "' and schema_name = '" ~ this.schema ~ "' and table_name = '"
        ~ this.identifier ~ "'), 0), (select list(column_name order by column_index)::varchar "
        ~ "from duckdb_columns() where database_name = '" ~ this.database
        ~ "' and schema_name = 'kept' and table_name = '" ~ this.identifier ~ "') "
        ~ "from (select 1) as one left join " ~ schema ~ ".tables as kept_table on kept_table.model = '"
        ~ this.identifier ~ "'"
    ).rows -%}
    {%- set expected = "[" ~ (['number', 'is_new'] + handed_columns) | join(", ") ~ "]" -%}
    {%- set state = {
        'number': rows[0][0] | int,
        'is_same': rows[0][1] == rows[0][2],
        'fingerprint': rows[0][2],
        'is_sealed': rows[0][3],
        'is_large': rows[0][4] >= kept_minimum_rows(),
        'has_changes_table': rows[0][5] == expected,
        'cursors': {},
        'remembered': [],
        'counts': [none, none, none]
    } -%}
    {%- set parts = [] -%}
    {%- for input in inputs.changed_by if input.is_kept -%}
        {%- do parts.append(
            "select '" ~ input.name ~ "' as input, kept_table.number, kept_table.whole_number, "
            ~ kept_seal(input.relation, "kept_table.number") ~ " as is_sealed, "
            ~ "(select number from " ~ schema ~ ".cursors where model = '" ~ this.identifier
            ~ "' and input = '" ~ input.name ~ "') as cursor from " ~ schema
            ~ ".tables as kept_table where model = '" ~ input.relation.identifier ~ "'"
        ) -%}
    {%- endfor -%}
    {%- for row in run_query(parts | join(" union all ")).rows if parts -%}
        {%- do state.cursors.update({
            row[0]: {
                'number': row[1] | int,
                'read': row[4],
                'can_follow': row[3] and row[4] is not none and row[4] >= row[2]
            }
        }) -%}
    {%- endfor -%}
    {%- for row in run_query(
        "select table_name from duckdb_tables() where database_name = '" ~ this.database
        ~ "' and schema_name = 'kept'"
    ).rows -%}
        {%- do state.remembered.append(row[0]) -%}
    {%- endfor -%}
    {{ return(state) }}
{% endmacro %}
