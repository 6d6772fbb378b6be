{# Stretches that overlap, or end before they begin, would count their time twice or backwards. #}
{% test no_overlap(model, partition_columns, starts, ends) %}

with stretches as (
    select
        {{ partition_columns | join(', ') }},
        {{ starts }},
        {{ ends }},
        max({{ ends }}) over (
            partition by {{ partition_columns | join(', ') }}
            order by {{ starts }}, {{ ends }}
            rows between unbounded preceding and 1 preceding
        ) as earlier_end
    from {{ model }}
)

select *
from stretches
where {{ starts }} >= {{ ends }} or {{ starts }} < earlier_end

{% endtest %}
