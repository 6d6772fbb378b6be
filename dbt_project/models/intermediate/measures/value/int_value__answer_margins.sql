-- Of each customer the first answer whose time before and after can be judged; where there is none,
-- the first one, with what stands against it. Whether it can be judged never depends on what the
-- customer bought.
with answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where
        customer_key is not null
        and is_valid
        and excluded_reason is null
        and answered_at is not null
),

customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

bookings as (
    select * from {{ ref('int_orders__customer_bookings') }}
),

observed_time as (
    select * from {{ ref('int_value__observed_time') }}
),

horizons as (
    select
        horizon_days,
        {{ duration_of('horizon_days', 'day') }} as horizon
    from {{ ref('value_horizons') }}
),

-- Points of two scales are not the same points: of a question that was asked on several, the one
-- with the most answers.
asked_scales as (
    select
        program_slug,
        metric_slug,
        scale_slug,
        row_number() over (
            partition by program_slug, metric_slug
            order by count(*) desc, scale_slug
        ) as scale_rank
    from answers
    group by program_slug, metric_slug, scale_slug
),

judged_answers as (
    select
        answers.response_key,
        answers.customer_key,
        answers.program_slug,
        answers.metric_slug,
        answers.scale_slug,
        coalesce(customers.segment_slug, 'unknown') as segment_slug,
        answers.band,
        answers.score,
        answers.answered_at,
        horizons.horizon_days,
        answers.answered_at - horizons.horizon as begins_at,
        answers.answered_at + horizons.horizon as matures_at,
        {{ dbt.datediff('customers.first_seen_at', 'answers.answered_at', 'second') }} / 86400.0
            as tenure_days,
        case
            when
                observed_time.covered_from is null
                or answers.answered_at - horizons.horizon < observed_time.covered_from
                or {{ list_size(items_where(
                    'observed_time.hole_dates',
                    'hole',
                    'cast(hole as timestamp) <= answers.answered_at + horizons.horizon '
                    ~ 'and cast(hole as timestamp) + ' ~ duration_of(1, 'day')
                    ~ ' > answers.answered_at - horizons.horizon'
                )) }} > 0
                then 'not_covered'
            when customers.first_seen_at > answers.answered_at - horizons.horizon then 'too_new'
            when answers.answered_at + horizons.horizon >= observed_time.covered_until
                then 'immature'
            else 'eligible'
        end as eligibility
    from answers
    inner join asked_scales
        on
            answers.program_slug = asked_scales.program_slug
            and answers.metric_slug = asked_scales.metric_slug
            and answers.scale_slug = asked_scales.scale_slug
            and asked_scales.scale_rank = 1
    inner join customers
        on answers.customer_key = customers.customer_key
    cross join horizons
    cross join observed_time
),

ranked_answers as (
    select
        *,
        row_number() over (
            partition by program_slug, metric_slug, horizon_days, customer_key
            order by
                case when eligibility = 'eligible' then 0 else 1 end, answered_at, response_key
        ) as answer_rank
    from judged_answers
),

first_answers as (
    select * from ranked_answers
    where answer_rank = 1
),

-- One purchase of unknown cost leaves the margin of its stretch unknown.
margins as (
    select
        first_answers.response_key,
        first_answers.horizon_days,
        sum(bookings.margin_amount) filter (
            where bookings.booked_at <= first_answers.answered_at
        ) as margin_before_amount,
        sum(bookings.margin_amount) filter (
            where bookings.booked_at > first_answers.answered_at
        ) as margin_after_amount,
        count(*) - count(bookings.margin_amount) as unknown_count
    from first_answers
    inner join bookings
        on
            first_answers.customer_key = bookings.customer_key
            and first_answers.begins_at < bookings.booked_at
            and first_answers.matures_at >= bookings.booked_at
    where first_answers.eligibility = 'eligible'
    group by first_answers.response_key, first_answers.horizon_days
)

select
    {{ surrogate_key([
        'first_answers.response_key', 'first_answers.horizon_days'
    ]) }} as answer_margin_key,
    first_answers.customer_key,
    first_answers.program_slug,
    first_answers.metric_slug,
    first_answers.scale_slug,
    first_answers.segment_slug,
    first_answers.horizon_days,
    first_answers.band,
    first_answers.score,
    first_answers.tenure_days,
    case
        when coalesce(margins.unknown_count, 0) > 0 then 'margin_unknown'
        else first_answers.eligibility
    end as eligibility,
    case
        when first_answers.eligibility = 'eligible' and coalesce(margins.unknown_count, 0) = 0
            then coalesce(cast(margins.margin_before_amount as double), 0)
    end as margin_before_amount,
    case
        when first_answers.eligibility = 'eligible' and coalesce(margins.unknown_count, 0) = 0
            then coalesce(cast(margins.margin_after_amount as double), 0)
    end as margin_after_amount,
    first_answers.answered_at
from first_answers
left join margins
    on
        first_answers.response_key = margins.response_key
        and first_answers.horizon_days = margins.horizon_days
