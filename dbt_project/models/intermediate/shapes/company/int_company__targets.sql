with kpi_targets as (
    select * from {{ ref('kpi_targets') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

own_targets as (
    select
        kpi_targets.metric_slug,
        kpi_targets.dimension,
        kpi_targets.member,
        kpi_targets.target,
        coalesce(kpi_targets.valid_from, date '0001-01-01') as valid_from
    from kpi_targets
    inner join settings
        on coalesce(kpi_targets.company_name, settings.company_name) = settings.company_name
)

select
    metric_slug,
    dimension,
    member,
    target,
    valid_from,
    coalesce(
        lead(valid_from) over (
            partition by
                metric_slug,
                dimension,
                member
            order by valid_from
        ),
        date '9999-12-31'
    ) as valid_to
from own_targets
