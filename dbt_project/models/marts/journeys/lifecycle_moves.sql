with lifecycle_spans as (
    select * from {{ ref('fct_lifecycle_spans') }}
    where is_identified and ended_at is not null
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

moves as (
    select
        lifecycle_spans.*,
        cast(date_trunc(
            'month',
            {{ business_date('lifecycle_spans.ended_at', 'settings.default_time_zone') }}
        ) as date) as period_start_date
    from lifecycle_spans
    cross join settings
),

counted_moves as (
    select
        period_start_date,
        segment_slug,
        lifecycle_stage_slug as from_stage_slug,
        next_stage_slug as to_stage_slug,
        count(*) as move_count,
        count(distinct customer_key) as customer_count,
        median(duration_days) as median_days_before
    from moves
    group by
        period_start_date,
        segment_slug,
        lifecycle_stage_slug,
        next_stage_slug
)

select
    {{ surrogate_key([
        'counted_moves.period_start_date',
        'counted_moves.segment_slug',
        'counted_moves.from_stage_slug',
        'counted_moves.to_stage_slug'
    ]) }} as lifecycle_move_key,
    counted_moves.period_start_date,
    {{ period_columns("'month'", 'counted_moves.period_start_date') }},
    counted_moves.segment_slug,
    counted_moves.from_stage_slug,
    counted_moves.to_stage_slug,
    counted_moves.move_count,
    cast(sum(counted_moves.move_count) over leaving as bigint) as leaving_count,
    counted_moves.move_count / sum(counted_moves.move_count) over leaving as move_share,
    counted_moves.customer_count,
    counted_moves.median_days_before
from counted_moves
{{ joined_periods("'month'", 'counted_moves.period_start_date') }}
window leaving as (
    partition by
        counted_moves.period_start_date,
        counted_moves.segment_slug,
        counted_moves.from_stage_slug
)
