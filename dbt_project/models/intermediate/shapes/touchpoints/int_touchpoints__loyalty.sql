{{ config(materialized='view') }}

with member_versions as (
    select * from {{ ref('stg_loyalty__member_versions') }}
    where is_latest
),

tier_changes as (
    select * from {{ ref('stg_loyalty__tier_changes') }}
),

referrals as (
    select * from {{ ref('stg_loyalty__referrals') }}
),

touchpoints as (
    select
        {{ surrogate_key(["'loyalty'", "'members'", 'card_number']) }} as touchpoint_key,
        card_number,
        'loyalty_joined' as touchpoint_type_slug,
        cast(null as varchar) as outcome_slug,
        joined_at as occurred_at,
        _load_id
    from member_versions

    union all

    select
        {{ surrogate_key(["'loyalty'", "'tier_changes'", 'change_id']) }} as touchpoint_key,
        card_number,
        'loyalty_tier_changed' as touchpoint_type_slug,
        to_tier_slug as outcome_slug,
        changed_at as occurred_at,
        _load_id
    from tier_changes

    union all

    select
        {{ surrogate_key(["'loyalty'", "'referrals'", 'referral_id', "'made'"]) }}
            as touchpoint_key,
        referrer_card as card_number,
        'referral_made' as touchpoint_type_slug,
        cast(null as varchar) as outcome_slug,
        referred_at as occurred_at,
        _load_id
    from referrals

    union all

    select
        {{ surrogate_key(["'loyalty'", "'referrals'", 'referral_id', "'converted'"]) }}
            as touchpoint_key,
        referrer_card as card_number,
        'referral_converted' as touchpoint_type_slug,
        cast(null as varchar) as outcome_slug,
        converted_at as occurred_at,
        _load_id
    from referrals
    where converted_at is not null
)

select
    touchpoint_key,
    'loyalty' as source_name,
    case
        when card_number is not null
            then {{ surrogate_key(["'loyalty'", 'card_number']) }}
    end as profile_key,
    'loyalty' as channel_slug,
    touchpoint_type_slug,
    outcome_slug,
    occurred_at,
    occurred_at as received_at,
    _load_id
from touchpoints
