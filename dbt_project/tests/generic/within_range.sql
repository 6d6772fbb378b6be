{% test within_range(
    model, column_name, at_least="cast('-infinity' as double)", at_most="cast('infinity' as double)"
) %}

select {{ column_name }}
from {{ model }}
where {{ column_name }} not between {{ at_least }} and {{ at_most }}

{% endtest %}
