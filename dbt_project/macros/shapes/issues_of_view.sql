{# The values that one staging view could not read. #}
{% macro issues_of_view(source_name, table_name, table, view) %}
    {%- set tagged = [] -%}
    {%- for name in table.tagged -%}
        {%- do tagged.append("'" ~ name ~ "'") -%}
    {%- endfor %}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        '{{ view }}' as view_name,
        {{ one_row_per('_issues') }} as issue,
        cast({{ list_of(tagged) }} as {{ list_type('varchar') }}) as tagged_columns,
        _line,
        _load_id
    from {{ ref(view) }}
    where {{ list_size('_issues') }} > 0
{%- endmacro %}
