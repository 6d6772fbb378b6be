-- A promoter adds one, a detractor takes one away; of other scales only the top counts.
select
    scale_slug,
    band,
    unit_value
from {{ ref('rating_scales') }}
where
    unit_value != case
        when band in ('promoter', 'top') then 1
        when band = 'detractor' then -1
        else 0
    end
