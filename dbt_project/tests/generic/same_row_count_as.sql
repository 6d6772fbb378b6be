{% test same_row_count_as(model, other_model) %}

with row_counts as (
    select
        (select count(*) from {{ model }}) as model_row_count,
        (select count(*) from {{ other_model }}) as other_row_count
)

select
    model_row_count,
    other_row_count
from row_counts
where model_row_count != other_row_count

{% endtest %}
