-- Whoever answers in the lowest band is a detractor of one form: no low answer is lost or listed
-- twice.
with loops as (
    select * from {{ ref('closed_loop') }}
),

answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where
        is_counted
        and band in ('detractor', 'bottom')
        and metric_slug in ('nps_relational', 'nps_transactional', 'csat', 'ces', 'ces_5')
),

sides as (
    select
        source_name,
        program_slug,
        detractor_answer_count as listed_count,
        0 as answer_count
    from loops

    union all

    select
        source_name,
        program_slug,
        0 as listed_count,
        1 as answer_count
    from answers
)

select
    source_name,
    program_slug,
    sum(listed_count) as listed_count,
    sum(answer_count) as answer_count
from sides
group by
    source_name,
    program_slug
having sum(listed_count) != sum(answer_count)
