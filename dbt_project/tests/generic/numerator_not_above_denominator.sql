{# Every success is one of the units: a denominator may not hold less than its numerator. #}
{% test numerator_not_above_denominator(
    model, numerator='numerator', denominator='denominator'
) %}

select
    {{ numerator }},
    {{ denominator }}
from {{ model }}
where {{ numerator }} < 0 or {{ numerator }} > {{ denominator }}

{% endtest %}
