-- A score that falls into no band, or into two, would be missing in one count or twice in another.
with bands as (
    select
        scale_slug,
        band,
        score_from,
        score_to,
        lag(score_to) over (partition by scale_slug order by score_from, score_to)
            as previous_score_to
    from {{ ref('rating_scales') }}
)

select
    scale_slug,
    band,
    score_from,
    score_to
from bands
where
    score_from > score_to
    or score_from != previous_score_to + 1
