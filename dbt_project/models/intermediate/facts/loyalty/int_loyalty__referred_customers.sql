with referrals as (
    select * from {{ ref('int_loyalty__referrals') }}
),

identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
    where identifier_type = 'email' and not is_junk
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

-- The referred customer is the one who has the address; of several, the one with the least key.
address_holders as (
    select
        referrals.referral_id,
        min(customer_profiles.customer_key) as referred_customer_key
    from referrals
    inner join identifiers
        on referrals.referred_email = identifiers.identifier_value
    inner join customer_profiles
        on identifiers.profile_key = customer_profiles.profile_key
    group by referrals.referral_id
)

-- A customer who was referred twice belongs to the first referrer.
select
    address_holders.referred_customer_key,
    min_by(
        customer_profiles.customer_key, {{ sort_key([
            'referrals.referred_at', 'referrals.referral_id'
        ]) }}
    ) as referrer_customer_key,
    min(referrals.referred_at) as referred_at
from referrals
inner join address_holders
    on referrals.referral_id = address_holders.referral_id
inner join customer_profiles
    on referrals.profile_key = customer_profiles.profile_key
group by address_holders.referred_customer_key
