{# Computes the affected units anew and compares: temporary tables `kept_gone` and `kept_come`.
   Returns why the table has to be made whole after all, if it has to. #}
{% macro find_kept_difference(target, inputs, unit, state) %}
    {%- set units = unit | join(", ") -%}
    {%- set parts = [] -%}
    {%- for input in inputs.changed_by -%}
        {%- if input.is_kept -%}
            {%- set changes = "select * from " ~ kept_relation(input.relation.identifier)
                ~ " where number > " ~ state.cursors[input.name].read -%}
        {%- else -%}
            {%- set changes = "from " ~ input.changes -%}
        {%- endif -%}
        {%- set find = namespace(
            sql=input.find or "select " ~ input.by | join(", ") ~ " from changes"
        ) -%}
        {%- for name, relation in inputs.relations.items() -%}
            {%- set find.sql = find.sql | replace("{" ~ name ~ "}", relation | string) -%}
        {%- endfor -%}
        {%- do parts.append("(with changes as (" ~ changes ~ ") " ~ find.sql ~ ")") -%}
    {%- endfor -%}
    {%- set affected_rows = target ~ " as kept semi join kept_affected using (" ~ units ~ ")" -%}
    {%- set counts = run_query([
        "create or replace temp table kept_affected as select distinct * from ("
        ~ parts | join(" union all ") ~ ") as affected (" ~ units ~ ") where "
        ~ unit | join(" is not null and ") ~ " is not null",
        "select (select count(*) from " ~ affected_rows ~ "), (select count(*) from " ~ target
        ~ "), (select count(*) from kept_affected)"
    ] | join("; ")).rows[0] -%}
    {%- if counts[0] > config.get('maximum_changed_share', 0.4) * counts[1] -%}
        {{ return('too much of it changed') }}
    {%- endif -%}
    {%- if counts[2] == 0 -%}
        {%- do state.update({'counts': [0, 0, 0]}) -%}
        {{ return(none) }}
    {%- endif -%}
    {%- do run_query("create or replace temp table kept_new as " ~ kept_form()) -%}
    {%- if kept_types("select * from kept_new") != kept_types("select * from " ~ target) -%}
        {{ return('its columns are others') }}
    {%- endif -%}
    {%- do run_query([
        "create or replace temp table kept_old as select kept.* from " ~ affected_rows,
        "create or replace temp table kept_gone as from kept_old except all from kept_new",
        "create or replace temp table kept_come as from kept_new except all from kept_old"
    ] | join("; ")) -%}
    {%- set rows = run_query(
        "select (select count(*) from kept_gone), (select count(*) from kept_come)"
    ).rows[0] -%}
    {%- do state.update({'counts': [counts[0] | int, rows[0] | int, rows[1] | int]}) -%}
    {{ return(none) }}
{% endmacro %}
