with changes as (
    select * from {{ ref('int_shapes__consent_changes') }}
    where is_allowed is not null and changed_at is not null
)

select
    {{ surrogate_key(['profile_key', 'purpose_slug', 'channel_slug', 'changed_at', 'is_allowed']) }}
        as consent_change_key,
    profile_key,
    source_name,
    purpose_slug,
    channel_slug,
    is_allowed,
    changed_at,
    max(_load_id) as _load_id
from changes
group by
    profile_key,
    source_name,
    purpose_slug,
    channel_slug,
    is_allowed,
    changed_at
