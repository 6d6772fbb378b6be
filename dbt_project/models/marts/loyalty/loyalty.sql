with tier_spans as (
    select * from {{ ref('int_loyalty__tier_spans') }}
),

referrals as (
    select * from {{ ref('int_loyalty__referrals') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'loyalty'
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- A referrer without a card at that moment is counted too, under no tier.
tier_referrals as (
    select
        coalesce(tier_spans.tier_slug, 'none') as tier_slug,
        coalesce(customer_profiles.customer_key, referrals.referrer_card) as person_key,
        referrals.referred_at,
        referrals.converted_at,
        referrals.referred_at
        + (select windows.referral_conversion from windows) as matures_at
    from referrals
    left join customer_profiles
        on referrals.profile_key = customer_profiles.profile_key
    left join tier_spans
        on
            referrals.profile_key = tier_spans.profile_key
            and referrals.referred_at >= tier_spans.began_at
            and (tier_spans.ended_at is null or referrals.referred_at < tier_spans.ended_at)
),

mature_referrals as (
    select
        tier_referrals.*,
        cast(
            date_trunc(
                'week',
                {{ business_date('tier_referrals.referred_at', 'settings.default_time_zone') }}
            ) as date
        ) as period_start_date
    from tier_referrals
    inner join settings
        on tier_referrals.matures_at < settings.as_of
),

-- By person first: referrals by one person are not independent of each other.
person_counts as (
    select
        tier_slug,
        period_start_date,
        person_key,
        count(*) as unit_count,
        count(*) filter (where converted_at <= matures_at) as success_count
    from mature_referrals
    group by
        tier_slug,
        period_start_date,
        person_key
),

conversion_rates as (
    {{ clustered_rates('person_counts', ['tier_slug', 'period_start_date']) }}
),

events as (
    select
        tier_slug,
        began_at as occurred_at,
        1 as member_change,
        case when is_joining then 1 else 0 end as join_count,
        0 as referral_count
    from tier_spans

    union all

    select
        tier_slug,
        ended_at as occurred_at,
        -1 as member_change,
        0 as join_count,
        0 as referral_count
    from tier_spans
    where ended_at is not null

    union all

    select
        tier_slug,
        referred_at as occurred_at,
        0 as member_change,
        0 as join_count,
        1 as referral_count
    from tier_referrals
),

weekly_events as (
    select
        events.tier_slug,
        cast(
            date_trunc(
                'week',
                {{ business_date('events.occurred_at', 'settings.default_time_zone') }}
            ) as date
        ) as period_start_date,
        sum(events.member_change) as member_change,
        sum(events.join_count) as join_count,
        sum(events.referral_count) as referral_count
    from events
    cross join settings
    group by
        events.tier_slug,
        period_start_date
),

tiers as (
    select distinct tier_slug
    from weekly_events
),

weeks as (
    select
        {{ one_row_per(days_between('min(period_start_date)', 'max(period_start_date)', step=7)) }}
            as week_began_at
    from weekly_events
),

tier_weeks as (
    select
        tiers.tier_slug,
        cast(weeks.week_began_at as date) as period_start_date
    from tiers
    cross join weeks
)

select
    tier_weeks.tier_slug,
    tier_weeks.period_start_date,
    {{ period_columns("'week'", 'tier_weeks.period_start_date') }},
    cast(
        sum(coalesce(weekly_events.member_change, 0)) over (
            partition by tier_weeks.tier_slug
            order by tier_weeks.period_start_date asc
            rows between unbounded preceding and current row
        ) as bigint
    ) as member_count,
    cast(coalesce(weekly_events.join_count, 0) as bigint) as join_count,
    cast(coalesce(weekly_events.referral_count, 0) as bigint) as referral_count,
    coalesce(conversion_rates.denominator, 0) as mature_referral_count,
    coalesce(conversion_rates.numerator, 0) as converted_referral_count,
    conversion_rates.value as referral_conversion_rate,
    conversion_rates.ci_low,
    conversion_rates.ci_high,
    cast(
        coalesce(weekly_events.referral_count, 0) - coalesce(conversion_rates.denominator, 0)
        as bigint
    ) as n_immature,
    coalesce(weekly_events.referral_count, 0) = coalesce(conversion_rates.denominator, 0)
        as is_mature,
    coalesce(conversion_rates.denominator, 0) >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from tier_weeks
left join weekly_events
    on
        tier_weeks.tier_slug = weekly_events.tier_slug
        and tier_weeks.period_start_date = weekly_events.period_start_date
left join conversion_rates
    on
        tier_weeks.tier_slug = conversion_rates.tier_slug
        and tier_weeks.period_start_date = conversion_rates.period_start_date
cross join mart_rules
{{ joined_periods("'week'", 'tier_weeks.period_start_date') }}
