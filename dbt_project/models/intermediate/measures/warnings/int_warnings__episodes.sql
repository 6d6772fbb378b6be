-- Alarms of one series and direction that follow each other within the gap are one episode. A term
-- that emerged in a week alarms at the end of it.
with alarms as (
    select * from {{ ref('int_warnings__alarms') }}
),

found_terms as (
    select * from {{ ref('int_texts__emerging_terms') }}
),

-- A term that as many customers wrote as a longer one around it says nothing beside it.
parts_of_terms as (
    select distinct
        found_terms.week_start_date,
        found_terms.term
    from found_terms
    inner join found_terms as longer
        on
            found_terms.week_start_date = longer.week_start_date
            and found_terms.customer_count = longer.customer_count
            and found_terms.term != longer.term
            and contains(longer.term, found_terms.term)
),

emerging_terms as (
    select found_terms.*
    from found_terms
    left join parts_of_terms
        on
            found_terms.week_start_date = parts_of_terms.week_start_date
            and found_terms.term = parts_of_terms.term
    where parts_of_terms.term is null
),

rules as (
    select * from {{ ref('warning_rules') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

warning_settings as (
    select
        cast(max(setting_value) filter (where setting = 'episode_gap_days') as integer)
            as episode_gap_days,
        cast(max(setting_value) filter (where setting = 'asking_days') as integer) as asking_days
    from {{ ref('warning_settings') }}
),

all_alarms as (
    select
        rule_slug,
        topic,
        area_member,
        direction,
        cast(day_date as date) as day_date,
        window_days,
        customer_count,
        expected_count,
        p_value
    from alarms

    union all

    select
        rules.rule_slug,
        emerging_terms.term as topic,
        'all' as area_member,
        'rise' as direction,
        least(
            cast(emerging_terms.week_start_date as date) + 6, cast(settings.as_of as date)
        ) as day_date,
        7 as window_days,
        emerging_terms.customer_count,
        emerging_terms.expected_count,
        emerging_terms.p_value
    from rules
    cross join settings
    inner join emerging_terms
        on rules.count_of = 'emerging_term'
),

following as (
    select
        *,
        lag(day_date) over (
            partition by
                rule_slug,
                topic,
                area_member,
                direction
            order by
                day_date,
                window_days
        ) as previous_date
    from all_alarms
),

numbered as (
    select
        following.*,
        sum(
            case
                when
                    following.day_date
                    <= following.previous_date + warning_settings.episode_gap_days
                    then 0
                else 1
            end
        ) over (
            partition by
                following.rule_slug,
                following.topic,
                following.area_member,
                following.direction
            order by
                following.day_date,
                following.window_days
            rows between unbounded preceding and current row
        ) as episode_number
    from following
    cross join warning_settings
),

-- The strongest alarm tells of how many customers and against what.
ranked as (
    select
        *,
        row_number() over (
            partition by
                rule_slug,
                topic,
                area_member,
                direction,
                episode_number
            order by
                p_value nulls last,
                day_date,
                window_days
        ) as strength
    from numbered
),

episodes as (
    select
        rule_slug,
        topic,
        area_member,
        direction,
        episode_number,
        min(day_date) as began_date,
        max(day_date) as last_date,
        min(day_date - cast(window_days as integer) + 1) as window_start_date,
        count(distinct day_date) as alarm_day_count,
        coalesce(bool_or(window_days = 1), false) as is_seen_in_1_day,
        coalesce(bool_or(window_days = 7), false) as is_seen_in_7_days,
        max(customer_count) filter (where strength = 1) as peak_customer_count,
        max(expected_count) filter (where strength = 1) as peak_expected_count,
        max(window_days) filter (where strength = 1) as peak_window_days,
        max(day_date) filter (where strength = 1) as peak_date
    from ranked
    group by
        rule_slug,
        topic,
        area_member,
        direction,
        episode_number
)

select
    {{ surrogate_key([
        'episodes.rule_slug', 'episodes.topic', 'episodes.area_member', 'episodes.direction',
        'episodes.began_date'
    ]) }} as episode_key,
    episodes.rule_slug,
    episodes.topic,
    rules.count_of,
    rules.area,
    episodes.area_member,
    episodes.direction,
    episodes.began_date,
    episodes.last_date,
    -- Who asked since then belongs to the episode: the windows that began it reach back so far.
    episodes.window_start_date,
    episodes.alarm_day_count,
    episodes.is_seen_in_1_day,
    episodes.is_seen_in_7_days,
    episodes.peak_customer_count,
    episodes.peak_expected_count,
    episodes.peak_window_days,
    episodes.peak_date,
    episodes.last_date + warning_settings.episode_gap_days >= cast(settings.as_of as date)
        as is_open,
    episodes.began_date + warning_settings.asking_days as asking_until_date,
    episodes.began_date + warning_settings.asking_days < cast(settings.as_of as date)
        as is_list_mature
from episodes
cross join settings
cross join warning_settings
inner join rules
    on episodes.rule_slug = rules.rule_slug
