-- Some wait still: their wait so far counts (Kaplan–Meier), or a busy week would look fast.
with clocks as (
    select * from {{ ref('int_cases__contacts') }}
    where clock_started_at is not null
),

service_rates as (
    select * from {{ ref('int_kpis__service_rates') }}
    where metric_slug = 'first_response_within_target'
),

kpis as (
    select * from {{ ref('kpis') }}
    where metric_slug = 'first_response_time'
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

waits as (
    select
        cast(
            date_trunc(
                'week',
                {{ business_date('clocks.clock_started_at', 'settings.default_time_zone') }}
            ) as date
        ) as period_start_date,
        clocks.channel_slug,
        clocks.contact_reason_slug,
        clocks.team_key,
        clocks.first_human_reply_at is not null as is_replied,
        {{ dbt.datediff(
            'clocks.clock_started_at',
            'coalesce(clocks.first_human_reply_at, greatest(settings.as_of, clocks.clock_started_at))',
            'second'
        ) }} as waited_seconds
    from clocks
    cross join settings
),

wait_counts as (
    select
        period_start_date,
        channel_slug,
        contact_reason_slug,
        team_key,
        waited_seconds,
        count(case when is_replied then 1 end) as reply_count,
        count(*) as wait_count
    from waits
    group by
        period_start_date,
        channel_slug,
        contact_reason_slug,
        team_key,
        waited_seconds
),

at_risk as (
    select
        *,
        sum(wait_count) over (
            partition by
                period_start_date,
                channel_slug,
                contact_reason_slug,
                team_key
            order by waited_seconds desc
            rows between unbounded preceding and current row
        ) as waiting_count
    from wait_counts
),

survival as (
    select
        *,
        exp(
            sum(ln(greatest(1 - reply_count / cast(waiting_count as double), 1e-300))) over (
                partition by
                    period_start_date,
                    channel_slug,
                    contact_reason_slug,
                    team_key
                order by waited_seconds
                rows between unbounded preceding and current row
            )
        ) as still_waiting_share
    from at_risk
),

response_cells as (
    select
        period_start_date,
        channel_slug,
        contact_reason_slug,
        team_key,
        cast(sum(wait_count) as bigint) as contact_count,
        cast(sum(reply_count) as bigint) as replied_count,
        cast(sum(wait_count) - sum(reply_count) as bigint) as unreplied_count,
        -- The product of shares is a hair off one half where it should meet it.
        cast(
            min(
                case
                    when still_waiting_share <= 0.5 + 1e-9 and reply_count > 0 then waited_seconds
                end
            ) as bigint
        ) as median_response_seconds
    from survival
    group by
        period_start_date,
        channel_slug,
        contact_reason_slug,
        team_key
)

select
    {{ surrogate_key([
        'response_cells.period_start_date', 'response_cells.channel_slug',
        'response_cells.contact_reason_slug', 'response_cells.team_key'
    ]) }} as cell_key,
    response_cells.period_start_date,
    response_cells.channel_slug,
    response_cells.contact_reason_slug,
    response_cells.team_key,
    response_cells.contact_count,
    response_cells.replied_count,
    response_cells.unreplied_count,
    response_cells.median_response_seconds,
    service_rates.numerator as within_target_count,
    service_rates.denominator as judged_count,
    service_rates.rate as within_target_rate,
    service_rates.ci_low,
    service_rates.ci_high,
    service_rates.immature_count,
    response_cells.contact_count >= kpis.minimum_n as is_minimum_n
from response_cells
cross join kpis
left join service_rates
    on
        response_cells.period_start_date = service_rates.period_start_date
        and response_cells.channel_slug = service_rates.channel_slug
        and coalesce(response_cells.contact_reason_slug, '')
        = coalesce(service_rates.contact_reason_slug, '')
        and coalesce(response_cells.team_key, '') = coalesce(service_rates.team_key, '')
