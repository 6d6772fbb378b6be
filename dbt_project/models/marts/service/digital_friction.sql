-- Where in the shop it hurts, and what people look for in vain. What they type may hold anything: a
-- search term is shown only when so many people typed it.
with web_events as (
    select * from {{ ref('int_touchpoints__web_events') }}
    where not is_bot
),

web_sessions as (
    select * from {{ ref('int_touchpoints__web_sessions') }}
),

searches as (
    select
        {{ surrogate_key(["'web'", "'events'", 'message_id']) }} as touchpoint_key,
        lower(trim(search_term)) as search_term,
        coalesce(device_id, anonymous_id, user_id) as visitor_id
    from {{ ref('stg_web__events') }}
    where search_term is not null
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

minimums as (
    select setting_value as minimum_people
    from {{ ref('kpi_windows') }}
    where setting = 'search_term_minimum_people'
),

public_terms as (
    select searches.search_term
    from searches
    group by searches.search_term
    having count(distinct searches.visitor_id) >= (select minimums.minimum_people from minimums)
),

dated_events as (
    select
        web_events.touchpoint_key,
        web_events.touchpoint_type_slug,
        web_events.outcome_slug,
        '/' || split_part(web_events.page_path, '/', 2) as page_section,
        web_sessions.session_key,
        cast(
            date_trunc(
                'week', {{ business_date('web_events.occurred_at', 'settings.default_time_zone') }}
            ) as date
        ) as week_start_date
    from web_events
    cross join settings
    inner join web_sessions
        on web_events.touchpoint_key = web_sessions.touchpoint_key
),

placed_events as (
    select
        week_start_date,
        'page' as place_type,
        page_section as place,
        session_key,
        touchpoint_type_slug,
        outcome_slug
    from dated_events
    where page_section is not null

    union all

    select
        dated_events.week_start_date,
        'search_term' as place_type,
        searches.search_term as place,
        dated_events.session_key,
        dated_events.touchpoint_type_slug,
        dated_events.outcome_slug
    from dated_events
    inner join searches
        on dated_events.touchpoint_key = searches.touchpoint_key
    inner join public_terms
        on searches.search_term = public_terms.search_term
),

counted_places as (
    select
        week_start_date,
        place_type,
        place,
        count(distinct session_key) as session_count,
        count(*) filter (where touchpoint_type_slug = 'error_shown') as error_count,
        count(*) filter (where touchpoint_type_slug = 'rage_clicked') as rage_click_count,
        count(*) filter (where touchpoint_type_slug = 'product_searched') as search_count,
        count(*) filter (where outcome_slug = 'no_result') as failed_search_count
    from placed_events
    group by
        week_start_date,
        place_type,
        place
)

select
    week_start_date,
    place_type,
    place,
    session_count,
    error_count,
    rage_click_count,
    search_count,
    failed_search_count,
    100.0 * error_count / session_count as errors_per_100_sessions,
    100.0 * rage_click_count / session_count as rage_clicks_per_100_sessions,
    100.0 * failed_search_count / session_count as failed_searches_per_100_sessions,
    search_count > 0 and failed_search_count = search_count as is_unmet_need
from counted_places
