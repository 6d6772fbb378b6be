-- Friction in the shop by page, and searches by term. People may type anything, personal data too:
-- a search term is shown only if enough people typed it.
with web_events as (
    select * from {{ ref('int_web__events') }}
    where not is_bot
),

web_sessions as (
    select * from {{ ref('int_web__sessions') }}
),

searches as (
    select
        touchpoint_key,
        lower(trim(search_term)) as search_term,
        coalesce(device_id, anonymous_id, user_id) as visitor_id
    from web_events
    where search_term is not null
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'digital_friction'
),

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

public_terms as (
    select searches.search_term
    from searches
    group by searches.search_term
    having
        count(distinct searches.visitor_id)
        >= (select windows.search_term_minimum_people from windows)
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

session_places as (
    select
        week_start_date,
        place_type,
        place,
        session_key,
        count(*) filter (where touchpoint_type_slug = 'error_shown') as error_count,
        count(*) filter (where touchpoint_type_slug = 'rage_clicked') as rage_click_count,
        count(*) filter (where touchpoint_type_slug = 'product_searched') as search_count,
        count(*) filter (where outcome_slug = 'no_result') as failed_search_count
    from placed_events
    group by
        week_start_date,
        place_type,
        place,
        session_key
),

counted_places as (
    select
        week_start_date,
        place_type,
        place,
        count(*) as session_count,
        cast(sum(error_count) as bigint) as error_count,
        cast(sum(rage_click_count) as bigint) as rage_click_count,
        cast(sum(search_count) as bigint) as search_count,
        cast(sum(failed_search_count) as bigint) as failed_search_count,
        cast(count(*) as double) as n,
        sum(error_count * error_count) as error_square_sum,
        sum(rage_click_count * rage_click_count) as rage_click_square_sum,
        sum(failed_search_count * failed_search_count) as failed_search_square_sum
    from session_places
    group by
        week_start_date,
        place_type,
        place
),

-- Of a single session nobody can tell how much sessions differ: it has no interval.
measured_places as (
    select
        counted_places.*,
        100 * counted_places.error_count / counted_places.n as errors_per_100_sessions,
        100 * counted_places.rage_click_count / counted_places.n as rage_clicks_per_100_sessions,
        100 * counted_places.failed_search_count / counted_places.n
            as failed_searches_per_100_sessions,
        100 * {{ mean_standard_error('error_count', 'error_square_sum', 'n') }}
            as error_standard_error,
        100 * {{ mean_standard_error('rage_click_count', 'rage_click_square_sum', 'n') }}
            as rage_click_standard_error,
        100 * {{ mean_standard_error('failed_search_count', 'failed_search_square_sum', 'n') }}
            as failed_search_standard_error,
        coalesce(t_quantiles.t_quantile, {{ t_quantile_of_many('nullif(n - 1, 0)') }})
            as t_quantile
    from counted_places
    left join t_quantiles
        on counted_places.session_count - 1 = t_quantiles.degrees_of_freedom
)

select
    measured_places.week_start_date,
    {{ period_columns("'week'", 'measured_places.week_start_date') }},
    measured_places.place_type,
    measured_places.place,
    measured_places.session_count,
    measured_places.error_count,
    measured_places.rage_click_count,
    measured_places.search_count,
    measured_places.failed_search_count,
    measured_places.errors_per_100_sessions,
    {{ mean_bound(
        '-',
        'measured_places.errors_per_100_sessions',
        '(measured_places.t_quantile * measured_places.error_standard_error)',
        '0'
    ) }} as errors_ci_low,
    {{ mean_bound(
        '+',
        'measured_places.errors_per_100_sessions',
        '(measured_places.t_quantile * measured_places.error_standard_error)',
        '0'
    ) }} as errors_ci_high,
    measured_places.rage_clicks_per_100_sessions,
    {{ mean_bound(
        '-',
        'measured_places.rage_clicks_per_100_sessions',
        '(measured_places.t_quantile * measured_places.rage_click_standard_error)',
        '0'
    ) }} as rage_clicks_ci_low,
    {{ mean_bound(
        '+',
        'measured_places.rage_clicks_per_100_sessions',
        '(measured_places.t_quantile * measured_places.rage_click_standard_error)',
        '0'
    ) }} as rage_clicks_ci_high,
    measured_places.failed_searches_per_100_sessions,
    {{ mean_bound(
        '-',
        'measured_places.failed_searches_per_100_sessions',
        '(measured_places.t_quantile * measured_places.failed_search_standard_error)',
        '0'
    ) }} as failed_searches_ci_low,
    {{ mean_bound(
        '+',
        'measured_places.failed_searches_per_100_sessions',
        '(measured_places.t_quantile * measured_places.failed_search_standard_error)',
        '0'
    ) }} as failed_searches_ci_high,
    measured_places.search_count > 0
    and measured_places.failed_search_count = measured_places.search_count as is_unmet_need,
    measured_places.session_count >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from measured_places
cross join mart_rules
{{ joined_periods("'week'", 'measured_places.week_start_date') }}
