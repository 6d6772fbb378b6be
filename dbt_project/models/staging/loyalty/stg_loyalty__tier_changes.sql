with source as (
    select * from {{ source('loyalty', 'tier_changes') }}
),

tier_changes as (
    select
        change_id,
        card_number,
        nullif(from_tier, '') as from_tier_slug,
        nullif(to_tier, '') as to_tier_slug,
        changed_at as changed_at_text,
        {{ utc_timestamp('changed_at') }} as changed_at,
        _line,
        _load_id,
        {{ latest_version('change_id', content='changed_at || to_tier') }} as is_latest_version
    from source
),

tiers as (
    select * from {{ ref('loyalty_tiers') }}
)

select
    -- keys
    change_id,
    card_number,

    -- attributes
    from_tier_slug,
    to_tier_slug,

    -- timestamps
    changed_at,

    {{ value_issues({'changed_at_text': 'changed_at'}) }}
    || case
        when to_tier_slug not in (select tiers.tier_slug from tiers)
            then {{ list_of(["'to_tier_slug'"]) }}
        else {{ list_of([]) }}
    end as _issues,
    _line,
    _load_id
from tier_changes
where is_latest_version
