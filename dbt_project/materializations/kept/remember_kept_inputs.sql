{# Hashes the rows of the inputs that are not kept, by the columns that find the unit, and writes
   down which values have other rows than at the last run: temporary tables `kept_changes_<n>`. #}
{% macro remember_kept_inputs(inputs, state) %}
    {%- for input in inputs.changed_by if not input.is_kept -%}
        {%- set memory = kept_memory(input) -%}
        {%- set by = input.by | join(", ") -%}
        {%- set read = (input.by + input.reads) | join(", ") if input.reads else "input" -%}
        {%- set now = "kept_now_" ~ loop.index -%}
        {%- set changes = "kept_changes_" ~ loop.index -%}
        {%- do input.update({'changes': changes}) -%}
        {%- do run_query(
            "create or replace temp table " ~ now ~ " as select " ~ by ~ ", sum(hash(" ~ read
            ~ ")) as rows_hash from " ~ input.relation ~ " as input group by " ~ by
        ) -%}
        {%- if memory.identifier not in state.remembered -%}
            {%- do run_query("create table " ~ memory ~ " as from " ~ now) -%}
        {%- else -%}
            {%- do run_query([
                "create or replace temp table " ~ changes ~ " as select " ~ by ~ " from (from "
                ~ now ~ " except from " ~ memory ~ ") union select " ~ by ~ " from (from " ~ memory
                ~ " except from " ~ now ~ ")",
                "delete from " ~ memory ~ " as memory using " ~ changes ~ " as changes where "
                ~ kept_same("memory", "changes", input.by),
                "insert into " ~ memory ~ " select now.* from " ~ now ~ " as now semi join "
                ~ changes ~ " as changes on " ~ kept_same("now", "changes", input.by)
            ] | join("; ")) -%}
        {%- endif -%}
        {%- do run_query("drop table " ~ now) -%}
    {%- endfor -%}
{% endmacro %}
