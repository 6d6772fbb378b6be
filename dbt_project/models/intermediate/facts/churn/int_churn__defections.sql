-- Customers at their k-th bad experience, and beside each of them controls: customers who at that
-- moment had been with us as long, bought as often and been as silent, but had fewer bad
-- experiences. A control that never has one could be chosen only by knowing the future.
with bad_experiences as (
    select * from {{ ref('int_bad_experiences__incidents') }}
),

silences as (
    select * from {{ ref('int_churn__silences') }}
),

departures as (
    select * from {{ ref('int_churn__departures') }}
),

defection_bands as (
    select * from {{ ref('defection_bands') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- The experiences of a customer are numbered by when they began; the third stands for all later
-- ones.
nth_experiences as (
    select
        customer_key,
        experience_number,
        occurred_at
    from bad_experiences
    where experience_number <= 3
),

order_bands as (
    select * from defection_bands
    where trait = 'orders'
),

-- A customer is alive while their silence is within its limit, and until they say that they leave.
-- Whose silences have no limit and who never joined could not be seen to leave.
alive_spans as (
    select
        silences.customer_key,
        silences.segment_slug,
        order_bands.band as order_band,
        silences.first_ordered_at,
        silences.ordered_at as began_at,
        {{ week_of('silences.ordered_at') }} as began_week,
        case when silences.churns_at is null then departures.joined_at else silences.ordered_at end
            as watched_from,
        least(
            coalesce(silences.churns_at, timestamp '9999-12-31'),
            coalesce(silences.next_ordered_at, timestamp '9999-12-31'),
            coalesce(departures.left_at, timestamp '9999-12-31')
        ) as ended_at
    from silences
    inner join order_bands
        on
            silences.order_number >= order_bands.band_from
            and silences.order_number < order_bands.band_to
    left join departures
        on silences.customer_key = departures.customer_key
    where silences.churns_at is not null or departures.joined_at is not null
),

churns as (
    select
        customer_key,
        churns_at as churned_at
    from silences
    where churns_at is not null and coalesce(next_ordered_at > churns_at, true)

    union all

    select
        customer_key,
        left_at as churned_at
    from departures
    where left_at is not null
),

exposed as (
    select
        nth_experiences.experience_number,
        nth_experiences.occurred_at as index_at,
        alive_spans.*,
        {{ seconds_between('alive_spans.first_ordered_at', 'nth_experiences.occurred_at') }} / 86400
            as tenure_days,
        {{ seconds_between('alive_spans.began_at', 'nth_experiences.occurred_at') }} / 86400
            as silence_days
    from nth_experiences
    inner join alive_spans
        on
            nth_experiences.customer_key = alive_spans.customer_key
            and nth_experiences.occurred_at >= alive_spans.began_at
            and nth_experiences.occurred_at >= alive_spans.watched_from
            and nth_experiences.occurred_at < alive_spans.ended_at
),

-- The bands become spans of time around the index, so that from here on only moments are compared.
banded_exposed as (
    select
        exposed.experience_number,
        exposed.customer_key,
        exposed.segment_slug,
        exposed.order_band,
        exposed.index_at,
        exposed.index_at - {{ duration_of('tenure_bands.band_to', 'day') }} as first_ordered_after,
        exposed.index_at - {{ duration_of('tenure_bands.band_from', 'day') }}
            as first_ordered_until,
        exposed.index_at - {{ duration_of('silence_bands.band_to', 'day') }} as silent_after,
        exposed.index_at - {{ duration_of('silence_bands.band_from', 'day') }} as silent_until
    from exposed
    inner join defection_bands as tenure_bands
        on
            tenure_bands.trait = 'tenure_days'
            and exposed.tenure_days >= tenure_bands.band_from
            and exposed.tenure_days < tenure_bands.band_to
    inner join defection_bands as silence_bands
        on
            silence_bands.trait = 'silence_days'
            and exposed.silence_days >= silence_bands.band_from
            and exposed.silence_days < silence_bands.band_to
),

-- The weeks in which a silence as long as theirs began: the join looks for controls there only,
-- not among all customers of the segment.
first_silence as (
    select min(began_at) as began_at
    from alive_spans
),

exposed_weeks as (
    select
        *,
        first_week + week_count as began_week
    from (
        select
            banded_exposed.*,
            {{ week_of('greatest(banded_exposed.silent_after, first_silence.began_at)') }} - 1
                as first_week,
            {{ one_row_per(numbers_to(
                week_of('banded_exposed.silent_until') ~ ' - '
                ~ week_of('greatest(banded_exposed.silent_after, first_silence.began_at)') ~ ' + 1'
            )) }} as week_count
        from banded_exposed
        cross join first_silence
    ) as counted_weeks
),

candidates as (
    select
        exposed_weeks.experience_number,
        exposed_weeks.customer_key as exposed_customer_key,
        exposed_weeks.index_at,
        alive_spans.customer_key,
        nth_experiences.occurred_at as own_experience_at,
        {{ surrogate_key([
            'exposed_weeks.customer_key', 'exposed_weeks.experience_number',
            'alive_spans.customer_key'
        ]) }} as tie_break
    from exposed_weeks
    inner join alive_spans
        on
            exposed_weeks.segment_slug = alive_spans.segment_slug
            and exposed_weeks.order_band = alive_spans.order_band
            and exposed_weeks.began_week = alive_spans.began_week
            and exposed_weeks.index_at >= alive_spans.began_at
            and exposed_weeks.index_at >= alive_spans.watched_from
            and exposed_weeks.index_at < alive_spans.ended_at
            and exposed_weeks.silent_after < alive_spans.began_at
            and exposed_weeks.silent_until >= alive_spans.began_at
            and exposed_weeks.first_ordered_after < alive_spans.first_ordered_at
            and exposed_weeks.first_ordered_until >= alive_spans.first_ordered_at
            and exposed_weeks.customer_key != alive_spans.customer_key
    left join nth_experiences
        on
            alive_spans.customer_key = nth_experiences.customer_key
            and exposed_weeks.experience_number = nth_experiences.experience_number
    where coalesce(nth_experiences.occurred_at > exposed_weeks.index_at, true)
),

-- Of all who are alike the hash chooses a few: they are picked, not sorted.
controls as (
    select
        candidates.experience_number,
        candidates.exposed_customer_key,
        candidates.index_at,
        {{ one_row_per(least_values(
            struct_of({
                'tie_break': 'candidates.tie_break',
                'customer_key': 'candidates.customer_key',
                'own_experience_at': 'candidates.own_experience_at'
            }),
            'windows.defection_controls'
        )) }} as control
    from candidates
    cross join windows
    group by
        candidates.experience_number,
        candidates.exposed_customer_key,
        candidates.index_at
),

followed_customers as (
    select
        experience_number,
        'after_bad_experience' as group_slug,
        customer_key as index_customer_key,
        customer_key,
        index_at,
        cast(null as timestamp) as own_experience_at
    from exposed

    union all

    select
        experience_number,
        'control' as group_slug,
        exposed_customer_key as index_customer_key,
        control['customer_key'] as customer_key,
        index_at,
        control['own_experience_at'] as own_experience_at
    from controls
)

select
    {{ surrogate_key([
        'followed_customers.experience_number', 'followed_customers.group_slug',
        'followed_customers.index_customer_key', 'followed_customers.customer_key'
    ]) }} as defection_key,
    followed_customers.experience_number,
    followed_customers.group_slug,
    followed_customers.index_customer_key,
    followed_customers.customer_key,
    followed_customers.index_at,
    -- A control is one only until they have as many bad experiences themselves.
    followed_customers.own_experience_at as censored_at,
    min(churns.churned_at) as churned_at
from followed_customers
left join churns
    on
        followed_customers.customer_key = churns.customer_key
        and followed_customers.index_at < churns.churned_at
group by
    followed_customers.experience_number,
    followed_customers.group_slug,
    followed_customers.index_customer_key,
    followed_customers.customer_key,
    followed_customers.index_at,
    followed_customers.own_experience_at
