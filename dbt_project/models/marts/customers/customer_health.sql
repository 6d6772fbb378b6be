-- Each sign of risk is a column of its own, so that a reader sees which ones hold, not only how
-- many.
with customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

bookings as (
    select * from {{ ref('int_orders__customer_bookings') }}
),

silences as (
    select * from {{ ref('int_churn__silences') }}
    where next_ordered_at is null
),

answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where customer_key is not null and is_counted and score_share is not null
),

cases as (
    select * from {{ ref('int_cases__cases') }}
    where customer_key is not null and excluded_reason is null and started_by != 'agent'
),

bad_experiences as (
    select * from {{ ref('int_bad_experiences__incidents') }}
),

texts as (
    select * from {{ ref('fct_touchpoints') }}
    where
        customer_key is not null
        and direction = 'inbound'
        and text_key is not null
        and not is_bot
),

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

purchases as (
    select
        bookings.customer_key,
        count(bookings.order_key) as order_count,
        count(bookings.order_key) filter (
            where bookings.booked_at >= settings.as_of - windows.health_look_back
        ) as recent_order_count,
        sum(bookings.net_amount) as net_amount,
        sum(bookings.net_amount) filter (
            where bookings.booked_at >= settings.as_of - windows.health_look_back
        ) as recent_net_amount,
        max(bookings.booked_at) filter (where bookings.order_key is not null) as last_ordered_at
    from bookings
    cross join settings
    cross join windows
    where bookings.booked_at < settings.as_of
    group by bookings.customer_key
),

-- The last answer against the mean of those before it.
ranked_answers as (
    select
        answers.*,
        row_number() over (
            partition by answers.customer_key
            order by answers.answered_at desc, answers.response_key desc
        ) as recency_rank
    from answers
    inner join settings
        on answers.answered_at < settings.as_of
),

satisfaction as (
    select
        customer_key,
        count(*) as answer_count,
        max(case when recency_rank = 1 then score_share end) as last_score_share,
        avg(case when recency_rank > 1 then cast(score_share as decimal(18, 6)) end)
            as earlier_score_share,
        max(answered_at) as last_answered_at
    from ranked_answers
    group by customer_key
),

text_counts as (
    select
        texts.customer_key,
        count(texts.sentiment) as scored_text_count,
        count(*) - count(texts.sentiment) as unscored_text_count
    from texts
    inner join settings
        on texts.occurred_at < settings.as_of
    group by texts.customer_key
),

-- Decimals: their sums are the same in any order.
scored_texts as (
    select
        texts.customer_key,
        cast(texts.sentiment as decimal(9, 6)) as sentiment,
        ntile(3) over (
            partition by texts.customer_key
            order by texts.occurred_at, texts.touchpoint_key
        ) = 3 as is_last
    from texts
    inner join settings
        on texts.occurred_at < settings.as_of
    where texts.sentiment is not null
),

sentiment_sums as (
    select
        customer_key,
        sum(sentiment) as total,
        count(*) as n,
        sum(sentiment) filter (where is_last) as last_total,
        sum(sentiment * sentiment) filter (where is_last) as last_squares,
        count(*) filter (where is_last) as last_n,
        sum(sentiment) filter (where not is_last) as earlier_total,
        sum(sentiment * sentiment) filter (where not is_last) as earlier_squares,
        count(*) filter (where not is_last) as earlier_n
    from scored_texts
    group by customer_key
),

-- Of Welch's interval with the fewer degrees of freedom: wide rather than narrow.
sentiment_spreads as (
    select
        sentiment_sums.customer_key,
        sentiment_sums.total / cast(sentiment_sums.n as double) as mean_sentiment,
        sentiment_sums.last_total / cast(sentiment_sums.last_n as double)
        - sentiment_sums.earlier_total / cast(sentiment_sums.earlier_n as double)
            as sentiment_trend,
        sqrt(
            {% for part in ['last', 'earlier'] %}
                greatest(
                    sentiment_sums.{{ part }}_squares
                    - sentiment_sums.{{ part }}_total * sentiment_sums.{{ part }}_total
                    / cast(sentiment_sums.{{ part }}_n as double),
                    0
                )
                / nullif(
                    sentiment_sums.{{ part }}_n * (sentiment_sums.{{ part }}_n - 1), 0
                )
                {{ '+' if not loop.last }}
            {% endfor %}
        ) as standard_error,
        coalesce(
            t_quantiles.t_quantile, {{ t_quantile_of_many('(sentiment_sums.last_n - 1)') }}
        ) as t_quantile
    from sentiment_sums
    left join t_quantiles
        on sentiment_sums.last_n - 1 = t_quantiles.degrees_of_freedom
),

-- With fewer than six scored texts, or without any spread, nothing tells a trend from chance.
sentiments as (
    select
        customer_key,
        mean_sentiment,
        case when standard_error > 0 then sentiment_trend end as sentiment_trend,
        case
            when standard_error > 0
                then greatest(sentiment_trend - t_quantile * standard_error, -2)
        end as sentiment_trend_ci_low,
        case
            when standard_error > 0
                then least(sentiment_trend + t_quantile * standard_error, 2)
        end as sentiment_trend_ci_high
    from sentiment_spreads
),

issues as (
    select
        customer_key,
        count(*) filter (where is_open) as open_case_count,
        min(opened_at) filter (where is_open) as oldest_open_case_at
    from cases
    group by customer_key
),

experiences as (
    select
        bad_experiences.customer_key,
        count(*) as bad_experience_count,
        count(*) filter (
            where bad_experiences.occurred_at >= settings.as_of - windows.health_look_back
        ) as recent_bad_experience_count
    from bad_experiences
    inner join settings
        on bad_experiences.occurred_at < settings.as_of
    cross join windows
    group by bad_experiences.customer_key
),

-- Where no source shows cases, that none is open is not known.
case_sources as (
    select coalesce(bool_or(is_shown), false) as is_shown
    from {{ ref('int_company__shown_shapes') }}
    where shape_slug = 'cases'
),

measured_customers as (
    select
        customers.customer_key,
        customers.segment_slug,
        coalesce(purchases.order_count, 0) as order_count,
        coalesce(purchases.recent_order_count, 0) as recent_order_count,
        coalesce(purchases.net_amount, 0) as net_amount,
        coalesce(purchases.recent_net_amount, 0) as recent_net_amount,
        {{ dbt.datediff('purchases.last_ordered_at', 'settings.as_of', 'second') }} / 86400.0
            as recency_days,
        case
            when purchases.last_ordered_at is null then 'no_known_purchase'
            when silences.churns_at is null then 'unjudged'
            when silences.churns_at < settings.as_of then 'churned'
            when silences.at_risk_at < settings.as_of then 'at_risk'
            else 'active'
        end as churn_state,
        silences.own_median_gap_days,
        silences.expected_gap_days,
        silences.at_risk_at,
        silences.churns_at,
        coalesce(satisfaction.answer_count, 0) as answer_count,
        satisfaction.last_score_share,
        satisfaction.last_score_share - satisfaction.earlier_score_share as satisfaction_trend,
        satisfaction.last_answered_at,
        coalesce(text_counts.scored_text_count, 0) as scored_text_count,
        coalesce(text_counts.unscored_text_count, 0) as unscored_text_count,
        sentiments.mean_sentiment,
        sentiments.sentiment_trend,
        sentiments.sentiment_trend_ci_low,
        sentiments.sentiment_trend_ci_high,
        case when case_sources.is_shown then coalesce(issues.open_case_count, 0) end
            as open_case_count,
        issues.oldest_open_case_at,
        coalesce(experiences.bad_experience_count, 0) as bad_experience_count,
        coalesce(experiences.recent_bad_experience_count, 0) as recent_bad_experience_count,
        purchases.last_ordered_at,
        windows.low_satisfaction_share
    from customers
    cross join settings
    cross join windows
    cross join case_sources
    left join purchases
        on customers.customer_key = purchases.customer_key
    left join silences
        on customers.customer_key = silences.customer_key
    left join satisfaction
        on customers.customer_key = satisfaction.customer_key
    left join text_counts
        on customers.customer_key = text_counts.customer_key
    left join sentiments
        on customers.customer_key = sentiments.customer_key
    left join issues
        on customers.customer_key = issues.customer_key
    left join experiences
        on customers.customer_key = experiences.customer_key
),

signs as (
    select
        *,
        churn_state in ('at_risk', 'churned') as is_silent,
        coalesce(last_score_share <= low_satisfaction_share, false) as is_dissatisfied,
        coalesce(satisfaction_trend < 0, false) as is_satisfaction_falling,
        open_case_count > 0 as has_open_case,
        recent_bad_experience_count > 0 as has_recent_bad_experience
    from measured_customers
),

-- Fifths of those who have bought: 5 is the best. Equal values share a fifth.
fifths as (
    select
        customer_key,
        least(5, 1 + floor(5 * percent_rank() over (order by recency_days desc))) as recency_fifth,
        least(5, 1 + floor(5 * percent_rank() over (order by order_count))) as frequency_fifth,
        least(5, 1 + floor(5 * percent_rank() over (order by net_amount))) as money_fifth
    from measured_customers
    where order_count > 0
)

select
    signs.customer_key,
    signs.segment_slug,
    signs.churn_state,
    cast(fifths.recency_fifth as integer) as recency_fifth,
    cast(fifths.frequency_fifth as integer) as frequency_fifth,
    cast(fifths.money_fifth as integer) as money_fifth,
    cast(signs.recency_days as double) as recency_days,
    signs.order_count,
    signs.recent_order_count,
    cast(signs.net_amount as decimal(18, 2)) as net_amount,
    cast(signs.recent_net_amount as decimal(18, 2)) as recent_net_amount,
    signs.own_median_gap_days,
    signs.expected_gap_days,
    signs.answer_count,
    signs.last_score_share,
    cast(signs.satisfaction_trend as double) as satisfaction_trend,
    signs.scored_text_count,
    signs.unscored_text_count,
    signs.mean_sentiment,
    signs.sentiment_trend,
    signs.sentiment_trend_ci_low,
    signs.sentiment_trend_ci_high,
    signs.open_case_count,
    signs.bad_experience_count,
    signs.recent_bad_experience_count,
    cast(
        cast(signs.is_silent as integer)
        + cast(signs.is_dissatisfied as integer)
        + cast(signs.is_satisfaction_falling as integer)
        + cast(coalesce(signs.has_open_case, false) as integer)
        + cast(signs.has_recent_bad_experience as integer) as integer
    ) as risk_sign_count,
    signs.is_silent,
    signs.is_dissatisfied,
    signs.is_satisfaction_falling,
    signs.has_open_case,
    signs.has_recent_bad_experience,
    signs.last_ordered_at,
    signs.at_risk_at,
    signs.churns_at,
    signs.last_answered_at,
    signs.oldest_open_case_at
from signs
left join fifths
    on signs.customer_key = fifths.customer_key
