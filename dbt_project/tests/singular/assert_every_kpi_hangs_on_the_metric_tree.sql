-- A KPI below the top has a parent, which is not below it, and only dimensions that there are.
with kpis as (
    select * from {{ ref('kpis') }}
),

dimensions as (
    select * from {{ ref('kpi_dimensions') }}
),

levels (level, level_rank) as (
    values
    ('top', 1),
    ('journey', 2),
    ('operational', 3)
),

ranked_kpis as (
    select
        kpis.*,
        levels.level_rank
    from kpis
    inner join levels
        on kpis.level = levels.level
),

kpi_dimensions as (
    select
        metric_slug,
        {{ one_row_per(words('dimensions')) }} as dimension
    from kpis
)

select ranked_kpis.metric_slug
from ranked_kpis
left join ranked_kpis as parents
    on ranked_kpis.parent_metric_slug = parents.metric_slug
where
    (ranked_kpis.level = 'top') != (parents.metric_slug is null)
    or parents.level_rank > ranked_kpis.level_rank

union all

select kpi_dimensions.metric_slug
from kpi_dimensions
left join dimensions
    on kpi_dimensions.dimension = dimensions.dimension
where dimensions.dimension is null
