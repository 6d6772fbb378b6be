-- A unit is one success or none: only then can no numerator hold what its denominator does not.
with units as (
    select * from {{ ref('int_kpis__units') }}
    where unit_state = 'eligible'
),

kpis as (
    select * from {{ ref('kpis') }}
    where kind in ('rate', 'nps')
)

select
    units.metric_slug,
    units.unit_key,
    units.unit_value
from units
inner join kpis
    on units.metric_slug = kpis.metric_slug
where
    case
        when kpis.kind = 'rate' then coalesce(units.unit_value not in (0, 1), true)
        else coalesce(units.unit_value not in (-1, 0, 1), true)
    end
