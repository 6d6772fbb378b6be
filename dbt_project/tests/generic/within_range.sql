{% test within_range(
    model, column_name, at_least="'-infinity'::double", at_most="'infinity'::double"
) %}

select {{ column_name }}
from {{ model }}
where {{ column_name }} not between {{ at_least }} and {{ at_most }}

{% endtest %}
