{# Every value of the readers' columns (`model.column`) is a row of the dimension; null is none. #}
{% test no_orphans(model, column_name, readers) %}

with read_values as (
    {% for reader in readers %}
        {%- set table, column = reader.split('.') %}
        select distinct
            '{{ reader }}' as reader,
            {{ column }} as read_value
        from {{ ref(table) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    read_values.reader,
    read_values.read_value
from read_values
left join {{ model }} as dimension
    on read_values.read_value = dimension.{{ column_name }}
where read_values.read_value is not null and dimension.{{ column_name }} is null

{% endtest %}
