-- Flags only: a response that looks careless is counted like any other.
with responses as (
    select * from {{ ref('int_feedback__responses') }}
),

answers as (
    select * from {{ ref('stg_surveys__answers') }}
    where question like 'items\_%' escape '\'
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

program_durations as (
    select
        program_slug,
        median(duration_seconds) as median_duration_seconds
    from responses
    where is_finished and not is_test and not is_spam
    group by program_slug
),

item_answers as (
    select
        response_id,
        count(*) as item_count,
        count(distinct answer) as distinct_answer_count
    from answers
    group by response_id
)

select
    -- keys
    responses.response_id,

    -- attributes
    responses.program_slug,

    -- flags
    responses.is_finished,
    responses.is_test,
    responses.is_spam,
    responses.is_of_unknown_status,
    responses.is_duplicate,
    coalesce(
        not responses.is_test
        and responses.is_finished
        and responses.duration_seconds
        < windows.speeding_share * program_durations.median_duration_seconds,
        false
    ) as is_speeding,
    coalesce(
        not responses.is_test
        and item_answers.item_count >= windows.straight_line_items
        and item_answers.distinct_answer_count = 1,
        false
    ) as is_straight_lined,
    not responses.is_test and responses.comment_text is null as is_without_text,

    -- timestamps
    responses.recorded_at
from responses
cross join windows
left join program_durations
    on responses.program_slug = program_durations.program_slug
left join item_answers
    on responses.response_id = item_answers.response_id
