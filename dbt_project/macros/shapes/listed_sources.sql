{# One row per source that has a contract. #}
{% macro listed_sources() %}
    {%- for source_name, source in source_list().items() %}
    select
        '{{ source_name }}' as source_name,
        '{{ dbt.escape_single_quotes(source.description) }}' as contract_description
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
