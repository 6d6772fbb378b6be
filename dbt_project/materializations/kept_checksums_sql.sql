{# What the next run compares its own checksums with. #}
{% macro kept_checksums_sql(checksums_relation) -%}
create or replace table {{ checksums_relation }} as
select
    link_group,
    hash_sum
from components_checksums
{%- endmacro %}
