with research_figures as (
    select * from {{ ref('research_figures') }}
)

select
    figure_slug,
    metric_slug,
    statement,
    value_low,
    value_high,
    unit,
    published_in,
    published_year,
    is_source_confirmed
from research_figures
