with terms as (
    select * from {{ ref('int_texts__emerging_terms') }}
)

select
    {{ surrogate_key(['terms.week_start_date', 'terms.term_kind', 'terms.term']) }}
        as emerging_term_key,
    cast(terms.week_start_date as date) as week_start_date,
    {{ period_columns("'week'", 'cast(terms.week_start_date as date)') }},
    terms.term_kind,
    terms.term,
    terms.customer_count,
    terms.writing_customer_count,
    terms.customer_count_before,
    terms.writing_customer_count_before,
    terms.expected_count,
    terms.dispersion,
    terms.p_value,
    terms.q_value,
    terms.tested_term_count
from terms
{{ joined_periods("'week'", 'cast(terms.week_start_date as date)') }}
