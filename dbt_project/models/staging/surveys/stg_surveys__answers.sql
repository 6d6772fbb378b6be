with responses as (
    select * from {{ ref('stg_surveys__responses') }}
)

select
    response_id,
    program_slug,
    question,
    answer,
    _line,
    _load_id
from responses
unpivot (
    answer for question in (
        nps, renewal_likelihood, satisfaction, effort,
        items_1, items_2, items_3, items_4, items_5,
        importance_1, importance_2, importance_3, importance_4, importance_5, perceived_wait,
        topics_1, topics_2, topics_3, topics_4, topics_5
    )
)
