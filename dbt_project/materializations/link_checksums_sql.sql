{# The sum of the hashes of each group of links: of what changed, the sum changed. #}
{% macro link_checksums_sql(links_sql) -%}
create or replace temp table components_checksums as
select
    link_group,
    sum(link_hash) as hash_sum,
    count(link_hash) < count(*) as has_unhashed_links
from ({{ links_sql }}) as links
group by link_group
{%- endmacro %}
