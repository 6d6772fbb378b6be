{# Writes the rows that differ, and hands them on. #}
{% macro write_kept_difference(target, keys, handed_columns, state) %}
    {%- if state.counts[1] + state.counts[2] > 0 -%}
        {%- do state.update({'number': state.number + 1}) -%}
        {%- set columns = handed_columns | join(", ") -%}
        {%- do run_query([
            "delete from " ~ target ~ " as kept using kept_gone as gone where "
            ~ kept_same("kept", "gone", keys),
            "insert into " ~ target ~ " from kept_come",
            "insert into " ~ kept_relation(this.identifier) ~ " select " ~ state.number
            ~ ", false, " ~ columns ~ " from kept_gone union all select " ~ state.number
            ~ ", true, " ~ columns ~ " from kept_come"
        ] | join("; ")) -%}
    {%- endif -%}
{% endmacro %}
