with contact_reasons as (
    select * from {{ ref('contact_reasons') }}
)

select
    contact_reason_slug,
    contact_reason_name
from contact_reasons

union all

select
    'unknown' as contact_reason_slug,
    'Unknown' as contact_reason_name
