with consents as (
    select * from {{ ref('int_consent__current') }}
)

select
    customer_key,
    purpose_slug,
    channel_slug,
    source_name,
    is_allowed,
    since_at,
    changed_at as last_said_at
from consents
