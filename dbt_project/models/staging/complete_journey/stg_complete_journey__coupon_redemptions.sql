with source as (
    select * from {{ source('complete_journey', 'coupon_redemptions') }}
),

redemptions as (
    select
        household_id,
        coupon_upc,
        campaign_id,
        redemption_date,
        {{ latest_value('_line', '_load_id') }} as _line,
        max(_load_id) as _load_id
    from source
    group by
        household_id,
        coupon_upc,
        campaign_id,
        redemption_date
),

dated_redemptions as (
    select
        *,
        cast({{ delivered_time('redemption_date') }} as date) as redeemed_date
    from redemptions
)

select
    -- keys
    household_id,
    coupon_upc as coupon_id,
    campaign_id,

    -- timestamps
    redeemed_date,

    {{ value_issues({'redemption_date': 'redeemed_date'}) }} as _issues,
    _line,
    _load_id
from dated_redemptions
