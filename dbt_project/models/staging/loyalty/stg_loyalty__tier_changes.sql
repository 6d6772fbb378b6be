with source as (
    select * from {{ source('loyalty', 'tier_changes') }}
),

tier_changes as (
    select
        change_id,
        card_number,
        from_tier as from_tier_text,
        to_tier as to_tier_text,
        {{ listed_slug('loyalty_tiers', 'tier_slug', 'from_tier') }} as from_tier_slug,
        {{ listed_slug('loyalty_tiers', 'tier_slug', 'to_tier') }} as to_tier_slug,
        changed_at as changed_at_text,
        {{ utc_timestamp('changed_at') }} as changed_at,
        _line,
        _load_id,
        {{ latest_version('change_id', content='changed_at || to_tier') }} as is_latest_version
    from source
)

select
    -- keys
    change_id,
    card_number,

    -- attributes
    {{ slug_or_unknown('from_tier_slug', 'from_tier_text') }} as from_tier_slug,
    {{ slug_or_unknown('to_tier_slug', 'to_tier_text') }} as to_tier_slug,

    -- timestamps
    changed_at,

    {{ value_issues({
        'changed_at_text': 'changed_at',
        'from_tier_text': 'from_tier_slug',
        'to_tier_text': 'to_tier_slug'
    }) }} as _issues,
    _line,
    _load_id
from tier_changes
where is_latest_version
