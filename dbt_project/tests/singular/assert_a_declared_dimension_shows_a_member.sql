-- A KPI that is split by a dimension has a member of it that is known, wherever the KPI has units:
-- else its row of the seed promises what no source holds.
{{ config(severity='warn') }}

with members as (
    select
        metric_slug,
        dimension,
        bool_or(member != 'unknown') as is_any_known
    from {{ ref('cx_scorecard') }}
    group by
        metric_slug,
        dimension
)

select
    metric_slug,
    dimension
from members
where not is_any_known
