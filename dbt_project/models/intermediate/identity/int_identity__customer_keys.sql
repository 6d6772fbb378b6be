-- How keys are minted, kept, moved and redirected: docs/decisions/0014-register-customer-keys.md
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='customer_key',
    on_schema_change='fail',
    full_refresh=false
) }}

with profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

components as (
    select * from {{ ref('int_identity__components') }}
),

loads as (
    select * from {{ ref('stg_ledger__loads') }}
),

registered as (
    {% if is_incremental() %}
        select * from {{ this }}
    {% else %}
        select
            cast(null as varchar) as customer_key,
            cast(null as varchar) as anchor_profile_key,
            cast(null as varchar) as minted_profile_key,
            cast(null as varchar) as live_customer_key,
            cast(null as {{ list_type('varchar') }}) as profile_keys,
            cast(null as bigint) as minted_run_number,
            cast(null as bigint) as changed_run_number,
            cast(null as boolean) as is_live,
            cast(null as timestamp) as minted_at,
            cast(null as timestamp) as redirected_at,
            cast(null as timestamp) as changed_at
        where false
    {% endif %}
),

-- The clock is that of the data. Two runs on the same deliveries (a rule was edited) are told
-- apart by a microsecond, so that no belief is replaced at the instant at which it began.
runs as (
    select
        coalesce(max(registered.changed_run_number), 0) + 1 as run_number,
        greatest(
            (
                select coalesce(max(loads.file_date) + 1, timestamp '1970-01-01')
                from loads
            ),
            max(registered.changed_at) + interval 1 microsecond
        ) as run_at
    from registered
),

-- A profile without a link is a customer of its own.
members as (
    select
        profiles.profile_key,
        coalesce(components.component_key, profiles.profile_key) as component_key,
        coalesce(profiles.first_seen_at, timestamp '9999-12-31') as first_seen_at
    from profiles
    left join components
        on profiles.profile_key = components.node_key
),

compositions as (
    select
        component_key,
        {{ sorted_values('profile_key') }} as profile_keys
    from members
    group by component_key
),

standing_profiles as (
    select
        {{ one_row_per('profile_keys') }} as profile_key,
        customer_key
    from registered
    where is_live
),

-- Keys whose anchor is no longer delivered, with every profile that they last stood for.
bereft_profiles as (
    select
        registered.customer_key,
        registered.live_customer_key,
        {{ one_row_per('registered.profile_keys') }} as profile_key
    from registered
    left join members
        on registered.anchor_profile_key = members.profile_key
    where members.profile_key is null
),

-- A profile that has gone over to another customer since is no heir: that customer would be
-- renamed.
heirs as (
    select
        bereft_profiles.customer_key,
        min_by(
            members.profile_key, {{ sort_key(['members.first_seen_at', 'members.profile_key']) }}
        ) as profile_key
    from bereft_profiles
    inner join members
        on bereft_profiles.profile_key = members.profile_key
    left join standing_profiles
        on bereft_profiles.profile_key = standing_profiles.profile_key
    where
        standing_profiles.customer_key is null
        or standing_profiles.customer_key = bereft_profiles.live_customer_key
    group by bereft_profiles.customer_key
),

anchored as (
    select
        registered.customer_key,
        coalesce(heirs.profile_key, registered.anchor_profile_key) as anchor_profile_key,
        members.component_key,
        registered.minted_profile_key,
        registered.minted_run_number,
        registered.minted_at
    from registered
    left join heirs
        on registered.customer_key = heirs.customer_key
    left join members
        on coalesce(heirs.profile_key, registered.anchor_profile_key) = members.profile_key
),

claims as (
    select
        component_key,
        min_by(customer_key, {{ sort_key(['minted_run_number', 'customer_key']) }}) as customer_key
    from anchored
    where component_key is not null
    group by component_key
),

founders as (
    select
        members.component_key,
        min_by(
            members.profile_key, {{ sort_key(['members.first_seen_at', 'members.profile_key']) }}
        ) as profile_key
    from members
    left join claims
        on members.component_key = claims.component_key
    where claims.component_key is null
    group by members.component_key
),

-- A profile founds a second customer only if its first key has moved on to others.
earlier_mintings as (
    select
        minted_profile_key,
        ':' || count(*) as suffix
    from registered
    group by minted_profile_key
),

minted as (
    select
        left(
            {{ keyed_hash("founders.profile_key || coalesce(earlier_mintings.suffix, '')") }},
            32
        ) as customer_key,
        founders.profile_key as anchor_profile_key,
        founders.component_key
    from founders
    left join earlier_mintings
        on founders.profile_key = earlier_mintings.minted_profile_key
),

known_keys as (
    select
        anchored.customer_key,
        anchored.anchor_profile_key,
        anchored.minted_profile_key,
        claims.customer_key as live_customer_key,
        anchored.component_key,
        anchored.minted_run_number,
        anchored.minted_at
    from anchored
    left join claims
        on anchored.component_key = claims.component_key

    union all

    select
        minted.customer_key,
        minted.anchor_profile_key,
        minted.anchor_profile_key as minted_profile_key,
        minted.customer_key as live_customer_key,
        minted.component_key,
        runs.run_number as minted_run_number,
        runs.run_at as minted_at
    from minted
    cross join runs
),

-- A key that leads elsewhere remembers what it stood for: an un-merge gives that back.
current_keys as (
    select
        known_keys.customer_key,
        known_keys.anchor_profile_key,
        known_keys.minted_profile_key,
        known_keys.live_customer_key,
        case
            when known_keys.live_customer_key = known_keys.customer_key
                then compositions.profile_keys
            else registered.profile_keys
        end as profile_keys,
        known_keys.minted_run_number,
        known_keys.minted_at,
        registered.anchor_profile_key as last_anchor_profile_key,
        registered.live_customer_key as last_live_customer_key,
        registered.profile_keys as last_profile_keys,
        registered.redirected_at as last_redirected_at
    from known_keys
    left join compositions
        on known_keys.component_key = compositions.component_key
    left join registered
        on known_keys.customer_key = registered.customer_key
)

select
    current_keys.customer_key,
    current_keys.anchor_profile_key,
    current_keys.minted_profile_key,
    current_keys.live_customer_key,
    current_keys.profile_keys,
    current_keys.minted_run_number,
    runs.run_number as changed_run_number,
    coalesce(current_keys.live_customer_key = current_keys.customer_key, false) as is_live,
    current_keys.minted_at,
    case
        when current_keys.live_customer_key = current_keys.last_live_customer_key
            then current_keys.last_redirected_at
        when current_keys.live_customer_key != current_keys.customer_key then runs.run_at
    end as redirected_at,
    runs.run_at as changed_at
from current_keys
cross join runs
where
    current_keys.anchor_profile_key is distinct from current_keys.last_anchor_profile_key
    or current_keys.live_customer_key is distinct from current_keys.last_live_customer_key
    or current_keys.profile_keys is distinct from current_keys.last_profile_keys
