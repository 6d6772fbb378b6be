-- Whom a rise reaches: customers exposed to the member of its area until its last alarm, and, to be
-- compared with them, those exposed in the same way to other members. When each asked is told by
-- cases that they began: for the reason of the episode, else for any problem.
with episodes as (
    select * from {{ ref('int_warnings__episodes') }}
    where direction = 'rise' and area != 'none' and count_of != 'purchase'
),

exposures as (
    select * from {{ ref('int_warnings__exposures') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

cases as (
    select * from {{ ref('int_cases__cases') }}
    where started_by = 'customer' and excluded_reason is null and is_customer_known
),

asked_cases as (
    select
        cases.customer_key,
        cases.contact_reason_slug,
        cases.contact_reason_kind,
        cases.opened_at,
        {{ business_date('cases.opened_at', 'settings.default_time_zone') }} as asked_date
    from cases
    cross join settings
),

near_exposures as (
    select
        episodes.episode_key,
        exposures.customer_key,
        exposures.exposed_by,
        exposures.exposed_date,
        exposures.area_member = episodes.area_member as is_exposed,
        exposures.exposed_date <= episodes.began_date as is_before_alarm
    from episodes
    inner join exposures
        on
            episodes.area = exposures.area
            and exposures.exposed_date > episodes.began_date - exposures.days
            and exposures.exposed_date <= episodes.last_date
            -- Who waits is exposed while they wait.
            and (exposures.exposed_by != 'waits' or episodes.began_date < exposures.until_date)
),

exposed as (
    select
        episode_key,
        customer_key,
        bool_or(is_exposed) as is_exposed,
        bool_or(is_exposed and is_before_alarm) as is_exposed_before_alarm,
        bool_or(is_before_alarm) as is_near_before_alarm,
        max_by(
            exposed_by, {{ sort_key(['is_exposed', 'exposed_date', 'exposed_by']) }}
        ) as exposed_by,
        max_by(
            exposed_date, {{ sort_key(['is_exposed', 'exposed_date', 'exposed_by']) }}
        ) as exposed_date
    from near_exposures
    group by
        episode_key,
        customer_key
),

first_questions as (
    select
        episodes.episode_key,
        asked_cases.customer_key,
        min(asked_cases.opened_at) as asked_at,
        min(asked_cases.asked_date) as asked_date
    from episodes
    inner join asked_cases
        on
            episodes.window_start_date <= asked_cases.asked_date
            and (
                (
                    episodes.count_of = 'contact_reason'
                    and episodes.topic = asked_cases.contact_reason_slug
                )
                or (
                    episodes.count_of != 'contact_reason'
                    and asked_cases.contact_reason_kind = 'problem'
                )
            )
    group by
        episodes.episode_key,
        asked_cases.customer_key
)

select
    exposed.episode_key,
    exposed.customer_key,
    exposed.is_exposed,
    exposed.exposed_by,
    exposed.exposed_date,
    first_questions.asked_at,
    first_questions.asked_at is not null as has_asked,
    -- On the morning after the first alarm: exposed, or like them, and not asking yet.
    coalesce(first_questions.asked_date > episodes.began_date, true)
    and exposed.is_exposed_before_alarm as is_listed,
    coalesce(first_questions.asked_date > episodes.began_date, true)
    and exposed.is_near_before_alarm
    and not exposed.is_exposed as is_compared,
    coalesce(
        first_questions.asked_date > episodes.began_date
        and first_questions.asked_date <= episodes.asking_until_date,
        false
    ) as has_asked_later
from exposed
inner join episodes
    on exposed.episode_key = episodes.episode_key
left join first_questions
    on
        exposed.episode_key = first_questions.episode_key
        and exposed.customer_key = first_questions.customer_key
