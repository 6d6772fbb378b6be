-- A phrase or a product's name is found from the beginning of a word on: the last word may go on,
-- as languages decline. Chinese, Japanese and Thai part no words.
with clauses as (
    select
        *,
        case when coalesce(language, '') in ('zh', 'ja', 'th') then '' else ' ' end as word_start
    from {{ ref('int_texts__clauses') }}
),

reason_phrases as (
    select
        *,
        {{ folded_words('phrase') }} as words
    from {{ ref('reason_phrases') }}
),

products as (
    select
        product_key,
        {{ folded_words('product_name') }} as words
    from {{ ref('int_orders__products') }}
),

-- A language that no source tells may be any.
named_reasons as (
    select distinct
        clauses.text_key,
        clauses.clause_number,
        reason_phrases.contact_reason_slug
    from clauses
    inner join reason_phrases
        on
            reason_phrases.language = coalesce(clauses.language, reason_phrases.language)
            and contains(
                clauses.word_start || clauses.words, clauses.word_start || reason_phrases.words
            )
),

named_products as (
    select distinct
        clauses.text_key,
        clauses.clause_number,
        products.product_key
    from clauses
    inner join products
        on
            contains(clauses.word_start || clauses.words, clauses.word_start || products.words)
    where length(products.words) >= 4
)

select
    text_key,
    clause_number,
    'reason' as mention_kind,
    contact_reason_slug as mentioned
from named_reasons

union all

select
    text_key,
    clause_number,
    'product' as mention_kind,
    product_key as mentioned
from named_products
