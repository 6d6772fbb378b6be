with member_versions as (
    select * from {{ ref('stg_loyalty__member_versions') }}
)

select
    -- keys
    member_version_key,
    card_number,
    {{ surrogate_key(["'loyalty'", 'card_number']) }} as profile_key,

    -- attributes
    -- A member has some tier, also where the export leaves it empty.
    coalesce(tier_slug, 'unknown') as tier_slug,

    -- flags
    row_number() over card_versions = 1 as is_joining,

    -- timestamps
    updated_at as began_at,
    lead(updated_at) over card_versions as ended_at
from member_versions
window card_versions as (
    partition by card_number
    order by updated_at asc, member_version_key asc
)
