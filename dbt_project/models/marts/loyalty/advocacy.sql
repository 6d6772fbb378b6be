-- Who speaks for the company, and what it brings: by the tier that they were in at that moment.
with member_versions as (
    select * from {{ ref('stg_loyalty__member_versions') }}
),

referrals as (
    select * from {{ ref('stg_loyalty__referrals') }}
),

reviews as (
    select * from {{ ref('int_feedback__scored_responses') }}
    where metric_slug = 'review_positive' and is_counted
),

mentions as (
    select * from {{ ref('int_touchpoints__all') }}
    where touchpoint_type_slug = 'social_mentioned'
),

orders as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase
),

identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
    where identifier_type = 'email' and not is_junk
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

favour as (
    select setting_value as favourable_sentiment
    from {{ ref('kpi_windows') }}
    where setting = 'favourable_sentiment'
),

tier_spans as (
    select
        customer_profiles.customer_key,
        member_versions.tier_slug,
        member_versions.member_version_key,
        member_versions.updated_at as began_at,
        lead(member_versions.updated_at) over (
            partition by customer_profiles.customer_key
            order by member_versions.updated_at, member_versions.member_version_key
        ) as ended_at
    from member_versions
    inner join customer_profiles
        on
            {{ surrogate_key(["'loyalty'", 'member_versions.card_number']) }}
            = customer_profiles.profile_key
),

-- Whose address was given: the first customer who has it.
referred_customers as (
    select
        referrals.referral_id,
        min(customer_profiles.customer_key) as referred_customer_key
    from referrals
    inner join identifiers
        on {{ normalize_email('referrals.referred_email') }} = identifiers.identifier_value
    inner join customer_profiles
        on identifiers.profile_key = customer_profiles.profile_key
    group by referrals.referral_id
),

-- Referred twice is referred by the first.
referrers as (
    select
        referred_customers.referred_customer_key,
        min_by(
            customer_profiles.customer_key, row(referrals.referred_at, referrals.referral_id)
        ) as referrer_customer_key,
        min(referrals.referred_at) as referred_at
    from referrals
    inner join referred_customers
        on referrals.referral_id = referred_customers.referral_id
    inner join customer_profiles
        on
            {{ surrogate_key(["'loyalty'", 'referrals.referrer_card']) }}
            = customer_profiles.profile_key
    group by referred_customers.referred_customer_key
),

events as (
    select
        'referral' as event_type,
        customer_profiles.customer_key,
        referrals.referred_at as occurred_at,
        cast(null as integer) as stars,
        false as is_favourable,
        cast(null as decimal(18, 2)) as amount
    from referrals
    left join customer_profiles
        on
            {{ surrogate_key(["'loyalty'", 'referrals.referrer_card']) }}
            = customer_profiles.profile_key

    union all

    select
        'review' as event_type,
        customer_key,
        answered_at as occurred_at,
        score as stars,
        band = 'top' as is_favourable,
        cast(null as decimal(18, 2)) as amount
    from reviews

    union all

    select
        'mention' as event_type,
        mentions.customer_key,
        mentions.occurred_at,
        cast(null as integer) as stars,
        coalesce(mentions.sentiment >= favour.favourable_sentiment, false) as is_favourable,
        cast(null as decimal(18, 2)) as amount
    from mentions
    cross join favour

    union all

    select
        case when order_number = 1 then 'first_order' else 'later_order' end as event_type,
        customer_key,
        ordered_at as occurred_at,
        cast(null as integer) as stars,
        false as is_favourable,
        net_amount as amount
    from orders

    union all

    -- The revenue of a referred customer stands with whoever referred them.
    select
        'referred_order' as event_type,
        referrers.referrer_customer_key as customer_key,
        orders.ordered_at as occurred_at,
        cast(null as integer) as stars,
        false as is_favourable,
        orders.net_amount as amount
    from orders
    inner join referrers
        on
            orders.customer_key = referrers.referred_customer_key
            and orders.ordered_at > referrers.referred_at
),

tiered_events as (
    select
        events.*,
        coalesce(tier_spans.tier_slug, 'none') as tier_slug,
        cast(
            date_trunc(
                'month', {{ business_date('events.occurred_at', 'settings.default_time_zone') }}
            ) as date
        ) as month_start_date
    from events
    cross join settings
    left join tier_spans
        on
            events.customer_key = tier_spans.customer_key
            and events.occurred_at >= tier_spans.began_at
            and coalesce(events.occurred_at < tier_spans.ended_at, true)
)

select
    month_start_date,
    tier_slug,
    count(*) filter (where event_type = 'referral') as referral_count,
    count(*) filter (where event_type = 'review') as review_count,
    count(*) filter (where event_type = 'review' and is_favourable) as favourable_review_count,
    cast(coalesce(sum(stars), 0) as bigint) as star_sum,
    count(*) filter (where event_type = 'mention') as mention_count,
    count(*) filter (where event_type = 'mention' and is_favourable) as favourable_mention_count,
    cast(
        coalesce(sum(amount) filter (where event_type = 'referred_order'), 0) as decimal(18, 2)
    ) as referred_customer_amount,
    cast(
        coalesce(sum(amount) filter (where event_type = 'first_order'), 0) as decimal(18, 2)
    ) as new_customer_amount,
    cast(
        coalesce(sum(amount) filter (where event_type = 'later_order'), 0) as decimal(18, 2)
    ) as existing_customer_amount
from tiered_events
group by
    month_start_date,
    tier_slug
