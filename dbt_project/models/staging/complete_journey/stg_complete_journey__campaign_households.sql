with source as (
    select * from {{ source('complete_journey', 'campaigns') }}
)

select
    -- keys
    campaign_id,
    household_id,

    cast({{ list_of([]) }} as {{ list_type('varchar') }}) as _issues,
    {{ latest_value('_line', '_load_id') }} as _line,
    max(_load_id) as _load_id
from source
group by
    campaign_id,
    household_id
