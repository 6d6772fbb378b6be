-- A customer with two cards is in the tier of the card that changed last.
with tier_spans as (
    select * from {{ ref('int_loyalty__tier_spans') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
)

select
    -- keys
    tier_spans.member_version_key,
    customer_profiles.customer_key,

    -- attributes
    tier_spans.tier_slug,

    -- timestamps
    tier_spans.began_at,
    lead(tier_spans.began_at) over (
        partition by customer_profiles.customer_key
        order by tier_spans.began_at, tier_spans.member_version_key
    ) as ended_at
from tier_spans
inner join customer_profiles
    on tier_spans.profile_key = customer_profiles.profile_key
