-- What a source covers is known from its files, from the history that the first of them brought,
-- and best from the company. Records of people reach further back and cover nothing.
with source_days as (
    select * from {{ ref('int_company__source_days') }}
),

company_coverage as (
    select * from {{ ref('source_coverage') }}
),

settings as (
    select
        max(setting_value) filter (where setting = 'history_minimum_days') as minimum_days,
        max(setting_value) filter (where setting = 'history_gap_days') as gap_days,
        max(setting_value) filter (where setting = 'history_volume_share') as volume_share
    from {{ ref('coverage_settings') }}
),

file_spans as (
    select
        source_name,
        min(day_date) filter (where file_count > 0) as first_file_date,
        max(day_date) filter (where file_count > 0) as last_file_date,
        -- Without a day in the names of its files, the last day of events may be half a day.
        max(day_date) filter (where event_count > 0) as last_event_date
    from source_days
    group by source_name
),

-- Days with events, back from the first file, up to a silence that is too long.
earlier_days as (
    select
        source_days.source_name,
        source_days.day_date,
        source_days.event_count,
        {{ dbt.datediff(
            'source_days.day_date',
            'coalesce(lead(source_days.day_date) over days, file_spans.first_file_date)',
            'day'
        ) }} as gap_days
    from source_days
    inner join file_spans
        on source_days.source_name = file_spans.source_name
    where
        source_days.event_count > 0
        and (
            file_spans.first_file_date is null
            or source_days.day_date < file_spans.first_file_date
        )
    window days as (partition by source_days.source_name order by source_days.day_date)
),

connected_days as (
    select
        earlier_days.*,
        max(
            case when coalesce(earlier_days.gap_days, 0) > settings.gap_days then 1 else 0 end
        ) over (
            partition by earlier_days.source_name
            order by earlier_days.day_date desc
        ) as is_behind_a_silence
    from earlier_days
    cross join settings
),

histories as (
    select
        source_name,
        min(day_date) as first_event_date,
        count(*) as day_count,
        sum(event_count) as event_count
    from connected_days
    where is_behind_a_silence = 0
    group by source_name
),

later_volumes as (
    select
        source_days.source_name,
        avg(source_days.event_count) as events_per_day
    from source_days
    inner join file_spans
        on
            source_days.source_name = file_spans.source_name
            -- The day of the first file itself may have brought nothing but the history.
            and source_days.day_date > file_spans.first_file_date
    where source_days.event_count > 0
    group by source_days.source_name
),

delivered_coverage as (
    select
        file_spans.source_name,
        file_spans.first_file_date,
        histories.first_event_date,
        coalesce(
            histories.day_count >= settings.minimum_days
            and histories.event_count
            >= settings.volume_share * histories.day_count
            * coalesce(later_volumes.events_per_day, 0),
            false
        ) as has_history,
        coalesce(file_spans.last_file_date + 1, file_spans.last_event_date) as covered_until
    from file_spans
    cross join settings
    left join histories
        on file_spans.source_name = histories.source_name
    left join later_volumes
        on file_spans.source_name = later_volumes.source_name
)

select
    delivered_coverage.source_name,
    cast(
        coalesce(
            company_coverage.covered_from,
            case
                when delivered_coverage.has_history then delivered_coverage.first_event_date
                else delivered_coverage.first_file_date
            end
        ) as timestamp
    ) as covered_from,
    cast(
        coalesce(company_coverage.covered_until, delivered_coverage.covered_until) as timestamp
    ) as covered_until,
    case
        when company_coverage.covered_from is not null then 'company'
        when delivered_coverage.has_history then 'history'
        when delivered_coverage.first_file_date is not null then 'files'
    end as known_from,
    case
        when company_coverage.covered_until is not null then 'company'
        when delivered_coverage.first_file_date is not null then 'files'
        else 'events'
    end as known_until
from delivered_coverage
left join company_coverage
    on delivered_coverage.source_name = company_coverage.source_name
-- A source with neither files of a day nor a history covers nothing that anybody knows of.
where
    coalesce(company_coverage.covered_from, delivered_coverage.first_file_date) is not null
    or delivered_coverage.has_history
