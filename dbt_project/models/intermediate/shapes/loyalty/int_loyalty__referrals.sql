with referrals as (
    select * from {{ ref('stg_loyalty__referrals') }}
)

select
    -- keys
    {{ surrogate_key(["'loyalty'", "'referrals'", 'referral_id']) }} as referral_key,
    referral_id,
    referrer_card,
    case
        when referrer_card is not null
            then {{ surrogate_key(["'loyalty'", 'referrer_card']) }}
    end as profile_key,

    -- attributes
    {{ normalize_email('referred_email') }} as referred_email,

    -- timestamps
    referred_at,
    converted_at
from referrals
