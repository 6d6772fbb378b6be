-- Customer keys are made with a secret: docs/decisions/0003-key-customers-with-a-secret.md
with profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

components as (
    select * from {{ ref('int_identity__components') }}
),

-- A profile without a link is a customer of its own.
resolved as (
    select
        profiles.profile_key,
        profiles.source_name,
        coalesce(components.component_key, profiles.profile_key) as component_key,
        profiles.first_seen_at
    from profiles
    left join components
        on profiles.profile_key = components.node_key
),

-- The key hangs on the earliest profile, so that later ones join it without renaming anyone.
anchors as (
    select
        component_key,
        min_by(
            profile_key,
            row(coalesce(first_seen_at, timestamp '9999-12-31'), profile_key)
        ) as anchor_profile_key
    from resolved
    group by component_key
)

select
    resolved.profile_key,
    left(
        sha256('{{ env_var("THROUGHLINE_KEY_SECRET", "sample") }}' || anchors.anchor_profile_key),
        32
    ) as customer_key,
    resolved.source_name,
    anchors.anchor_profile_key,
    resolved.first_seen_at
from resolved
inner join anchors
    on resolved.component_key = anchors.component_key
