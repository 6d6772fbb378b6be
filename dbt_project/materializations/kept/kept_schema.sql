{# What is kept beside kept tables. #}
{% macro kept_schema() -%}
create schema if not exists {{ this.database }}.kept;

create table if not exists {{ this.database }}.kept.tables (
    model varchar,
    number bigint,
    whole_number bigint,
    fingerprint varchar,
    whole_because varchar,
    affected_rows bigint,
    gone_rows bigint,
    come_rows bigint
);

create table if not exists {{ this.database }}.kept.cursors (
    model varchar,
    input varchar,
    number bigint
)
{%- endmacro %}
