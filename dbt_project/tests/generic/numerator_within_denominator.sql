{# A share's successes are among its units, its value is in its interval, the buckets of a score are
   all of them, and of nothing nothing is said. #}
{% test numerator_within_denominator(model) %}

select
    metric_slug,
    period_type,
    period_start_date,
    dimension,
    member,
    numerator,
    denominator
from {{ model }}
where
    (kind = 'rate' and (numerator < 0 or numerator > denominator))
    or (kind = 'rate' and value not between ci_low - 1e-9 and ci_high + 1e-9)
    or (denominator = 0 and coalesce(value, ci_low, ci_high) is not null)
    or (kind = 'nps' and promoters + passives + detractors != denominator)

{% endtest %}
