{# Computes some units anew, other ones in each run, whether anything touched them or not. Fails if
   the table holds other rows of them: a change was missed, or somebody else wrote to the table. #}
{% macro check_kept_sample(target, unit) %}
    {%- set units = unit | join(", ") -%}
    {%- set part = (config.get('checked_share', 0.01) * 10000) | int -%}
    {%- set differing = run_query([
        "create or replace temp table kept_affected as select distinct " ~ units ~ " from "
        ~ target ~ " where hash(" ~ units ~ ", '" ~ invocation_id ~ "') % 10000 < " ~ part,
        "create or replace temp table kept_old as select kept.* from " ~ target
        ~ " as kept semi join kept_affected using (" ~ units ~ ")",
        "create or replace temp table kept_new as " ~ kept_form(),
        "select (select count(*) from (from kept_old except all from kept_new)) + "
        ~ "(select count(*) from (from kept_new except all from kept_old))"
    ] | join("; ")).columns[0][0] -%}
    {%- if differing > 0 -%}
        {%- do exceptions.raise_compiler_error(
            model.name ~ ": computed anew, " ~ differing ~ " rows of some units differ from the "
            ~ "kept table; `throughline run --force` makes it whole"
        ) -%}
    {%- endif -%}
{% endmacro %}
