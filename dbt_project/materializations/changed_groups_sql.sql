{# The groups of links whose sum of hashes is not that of the last run. #}
{% macro changed_groups_sql(checksums_relation) -%}
create or replace temp table components_changed_groups as
select coalesce(current_sums.link_group, kept_sums.link_group) as link_group
from components_checksums as current_sums
full join {{ checksums_relation }} as kept_sums
    on current_sums.link_group = kept_sums.link_group
where current_sums.hash_sum is distinct from kept_sums.hash_sum
{%- endmacro %}
