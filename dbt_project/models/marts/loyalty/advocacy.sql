-- Customers who speak for the company, and what this brings, by their tier at that moment.
with tier_spans as (
    select * from {{ ref('int_loyalty__customer_tier_spans') }}
),

referrals as (
    select * from {{ ref('int_loyalty__referrals') }}
),

referrers as (
    select * from {{ ref('int_loyalty__referred_customers') }}
),

reviews as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where metric_slug = 'review_positive' and is_counted
),

sentiments as (
    select * from {{ ref('int_texts__sentiments') }}
    where touchpoint_key is not null
),

mentions as (
    select
        {{ all_columns_but('touchpoints', ['sentiment']) }},
        coalesce(sentiments.sentiment, touchpoints.sentiment) as sentiment
    from {{ ref('int_touchpoints__all') }} as touchpoints
    left join sentiments
        on touchpoints.touchpoint_key = sentiments.touchpoint_key
    where touchpoints.touchpoint_type_slug = 'social_mentioned'
),

orders as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase
),

refund_lines as (
    select * from {{ ref('int_orders__refund_lines') }}
    where is_booked
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'advocacy'
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- New is only who surely is: before the look-back is covered a first known order may be a later
-- one. A refund books on its own date, and is of the kind of its order.
order_types as (
    select
        *,
        case
            when customer_key is null then 'unknown'
            when is_first_order then 'new'
            when order_number = 1 then 'not_covered'
            else 'existing'
        end as buyer_type
    from orders
),

bookings as (
    select
        customer_key,
        buyer_type,
        amount,
        ordered_at,
        ordered_at as booked_at,
        ordered_date as booked_date
    from order_types

    union all

    select
        refund_lines.customer_key,
        coalesce(
            order_types.buyer_type,
            case when refund_lines.customer_key is null then 'unknown' else 'existing' end
        ) as buyer_type,
        -refund_lines.refund_amount as amount,
        order_types.ordered_at,
        refund_lines.refunded_at as booked_at,
        refund_lines.refunded_date as booked_date
    from refund_lines
    left join order_types
        on refund_lines.order_key = order_types.order_key
),

events as (
    select
        'referral' as event_type,
        customer_profiles.customer_key,
        cast(null as varchar) as person_key,
        referrals.referred_at as occurred_at,
        cast(null as integer) as stars,
        cast(null as boolean) as is_favourable,
        cast(null as decimal(18, 2)) as amount,
        cast(null as date) as booked_date
    from referrals
    left join customer_profiles
        on referrals.profile_key = customer_profiles.profile_key

    union all

    select
        'review' as event_type,
        customer_key,
        coalesce(customer_key, response_key) as person_key,
        answered_at as occurred_at,
        score as stars,
        band = 'top' as is_favourable,
        cast(null as decimal(18, 2)) as amount,
        cast(null as date) as booked_date
    from reviews

    union all

    -- Words without a score speak neither for nor against.
    select
        'mention' as event_type,
        mentions.customer_key,
        coalesce(mentions.customer_key, mentions.touchpoint_key) as person_key,
        mentions.occurred_at,
        cast(null as integer) as stars,
        mentions.sentiment >= windows.favourable_sentiment as is_favourable,
        cast(null as decimal(18, 2)) as amount,
        cast(null as date) as booked_date
    from mentions
    cross join windows

    union all

    select
        buyer_type as event_type,
        customer_key,
        cast(null as varchar) as person_key,
        booked_at as occurred_at,
        cast(null as integer) as stars,
        cast(null as boolean) as is_favourable,
        amount,
        booked_date
    from bookings

    union all

    -- The revenue of a referred customer counts for the customer who referred them.
    select
        'referred' as event_type,
        referrers.referrer_customer_key as customer_key,
        cast(null as varchar) as person_key,
        bookings.booked_at as occurred_at,
        cast(null as integer) as stars,
        cast(null as boolean) as is_favourable,
        bookings.amount,
        bookings.booked_date
    from bookings
    inner join referrers
        on
            bookings.customer_key = referrers.referred_customer_key
            and coalesce(bookings.ordered_at, bookings.booked_at) > referrers.referred_at
),

tiered_events as (
    select
        events.*,
        coalesce(tier_spans.tier_slug, 'none') as tier_slug,
        cast(
            date_trunc(
                'month', coalesce(
                    events.booked_date,
                    {{ business_date('events.occurred_at', 'settings.default_time_zone') }}
                )
            ) as date
        ) as month_start_date
    from events
    inner join settings
        on events.occurred_at < settings.as_of
    left join tier_spans
        on
            events.customer_key = tier_spans.customer_key
            and events.occurred_at >= tier_spans.began_at
            and coalesce(events.occurred_at < tier_spans.ended_at, true)
    where events.occurred_at is not null
),

-- By person first: what one person says twice is not independent.
person_counts as (
    select
        month_start_date,
        tier_slug,
        event_type,
        person_key,
        count(*) as unit_count,
        count(*) filter (where is_favourable) as success_count
    from tiered_events
    where is_favourable is not null
    group by
        month_start_date,
        tier_slug,
        event_type,
        person_key
),

favourable_rates as (
    {{ clustered_rates('person_counts', ['month_start_date', 'tier_slug', 'event_type']) }}
),

month_sums as (
    select
        month_start_date,
        tier_slug,
        count(*) filter (where event_type = 'referral') as referral_count,
        count(*) filter (where event_type = 'review') as review_count,
        coalesce(sum(stars), 0) as star_sum,
        count(*) filter (where event_type = 'mention') as mention_count,
        coalesce(sum(amount) filter (where event_type = 'referred'), 0) as referred_customer_amount,
        coalesce(sum(amount) filter (where event_type = 'new'), 0) as new_customer_amount,
        coalesce(sum(amount) filter (where event_type = 'existing'), 0) as existing_customer_amount,
        coalesce(sum(amount) filter (where event_type = 'not_covered'), 0) as not_covered_amount,
        coalesce(sum(amount) filter (where event_type = 'unknown'), 0) as unknown_customer_amount
    from tiered_events
    group by
        month_start_date,
        tier_slug
)

select
    month_sums.month_start_date,
    {{ period_columns("'month'", 'month_sums.month_start_date') }},
    month_sums.tier_slug,
    month_sums.referral_count,
    month_sums.review_count,
    coalesce(review_rates.numerator, 0) as favourable_review_count,
    review_rates.value as favourable_review_rate,
    review_rates.ci_low as favourable_review_ci_low,
    review_rates.ci_high as favourable_review_ci_high,
    cast(month_sums.star_sum as bigint) as star_sum,
    month_sums.mention_count,
    coalesce(mention_rates.denominator, 0) as scored_mention_count,
    coalesce(mention_rates.numerator, 0) as favourable_mention_count,
    mention_rates.value as favourable_mention_rate,
    mention_rates.ci_low as favourable_mention_ci_low,
    mention_rates.ci_high as favourable_mention_ci_high,
    cast(month_sums.referred_customer_amount as decimal(18, 2)) as referred_customer_amount,
    cast(month_sums.new_customer_amount as decimal(18, 2)) as new_customer_amount,
    cast(month_sums.existing_customer_amount as decimal(18, 2)) as existing_customer_amount,
    cast(month_sums.not_covered_amount as decimal(18, 2)) as not_covered_amount,
    cast(month_sums.unknown_customer_amount as decimal(18, 2)) as unknown_customer_amount,
    month_sums.review_count >= mart_rules.minimum_n as is_review_min_n,
    coalesce(mention_rates.denominator, 0) >= mart_rules.minimum_n as is_mention_min_n,
    mart_rules.definition_version
from month_sums
cross join mart_rules
left join favourable_rates as review_rates
    on
        month_sums.month_start_date = review_rates.month_start_date
        and month_sums.tier_slug = review_rates.tier_slug
        and review_rates.event_type = 'review'
left join favourable_rates as mention_rates
    on
        month_sums.month_start_date = mention_rates.month_start_date
        and month_sums.tier_slug = mention_rates.tier_slug
        and mention_rates.event_type = 'mention'
{{ joined_periods("'month'", 'month_sums.month_start_date') }}
