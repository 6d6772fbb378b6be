{# A share's units that succeeded are among its units; the buckets of a score are all of them. #}
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
    or (kind = 'nps' and promoters + passives + detractors != denominator)

{% endtest %}
