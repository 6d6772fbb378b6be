-- Clauses keep apart what a person says of several things. How well is not known: no labelled
-- clauses were at hand.
with texts as (
    select * from {{ ref('int_texts__texts') }}
),

cut_texts as (
    select
        text_key,
        language,
        {{ clauses_of('body') }} as clauses
    from texts
),

numbered_clauses as (
    select
        text_key,
        language,
        {{ one_row_per_place({
            'clause_number': numbers_to(list_size('clauses')), 'body': 'clauses'
        }) }}
    from cut_texts
),

folded_clauses as (
    select
        *,
        {{ folded_words('body') }} as words
    from numbered_clauses
)

select
    text_key,
    cast(row_number() over (partition by text_key order by clause_number) as integer)
        as clause_number,
    language,
    trim(body) as body,
    words
from folded_clauses
where words is not null
