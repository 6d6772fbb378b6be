-- What no enabled source fills is not none: nobody can tell.
with filled_shapes as (
    {{ filled_shapes() }}
),

sources as (
    select * from {{ ref('int_company__sources') }}
)

select
    filled_shapes.shape_slug,
    coalesce(bool_or(sources.is_enabled), false) as is_shown
from filled_shapes
left join sources
    on filled_shapes.source_name = sources.source_name
group by filled_shapes.shape_slug
