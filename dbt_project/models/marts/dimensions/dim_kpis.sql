with kpis as (
    select * from {{ ref('kpis') }}
),

kpi_units as (
    select * from {{ ref('kpi_units') }}
)

select
    kpis.metric_slug,
    kpis.metric_name,
    kpis.definition,
    cast(kpis.definition_version as bigint) as definition_version,
    kpis.level,
    kpis.parent_metric_slug,
    kpis.kind,
    kpis.unit,
    kpi_units.unit_name,
    kpi_units.display_format,
    cast(coalesce(kpis.per, 1) as bigint) as per,
    kpis.is_higher_better,
    cast(kpis.minimum_n as bigint) as minimum_n,
    kpis.owner,
    kpis.dimensions,
    kpis.mart,
    kpis.theme
from kpis
inner join kpi_units
    on kpis.unit = kpi_units.unit
