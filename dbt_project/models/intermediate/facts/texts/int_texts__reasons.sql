-- A tag beats a phrase, a phrase the model: what a person chose, what an analyst wrote down, what
-- was learnt. Phrases of two reasons say neither.
with texts as (
    select * from {{ ref('int_texts__texts') }}
),

mentions as (
    select * from {{ ref('int_texts__mentions') }}
),

scores as (
    select * from {{ ref('int_texts__scores') }}
),

-- What contacts teach does not hold for comments: people write there of what is no reason to
-- contact anybody, and the model knows no other answer (decision 36).
taught_channels as (
    select
        channel_slug,
        language
    from {{ ref('int_texts__quality') }}
    where task = 'reason' and is_used
),

mentioned_subjects as (
    select
        text_key,
        mention_kind,
        count(distinct mentioned) as mentioned_count,
        min(mentioned) as mentioned
    from mentions
    group by
        text_key,
        mention_kind
),

found_reasons as (
    select
        texts.*,
        scores.language as told_language,
        case when named_reasons.mentioned_count = 1 then named_reasons.mentioned end
            as phrase_reason_slug,
        case
            when scores.is_reason_confident and taught_channels.channel_slug is not null
                then scores.reason_slug
        end as model_reason_slug,
        scores.reason_confidence,
        case when named_products.mentioned_count = 1 then named_products.mentioned end
            as named_product_key
    from texts
    left join scores
        on texts.text_key = scores.text_key
    left join taught_channels
        on
            texts.channel_slug = taught_channels.channel_slug
            and scores.language = taught_channels.language
    left join mentioned_subjects as named_reasons
        on texts.text_key = named_reasons.text_key and named_reasons.mention_kind = 'reason'
    left join mentioned_subjects as named_products
        on texts.text_key = named_products.text_key and named_products.mention_kind = 'product'
)

select
    text_key,
    customer_key,
    case_key,
    source_name,
    channel_slug,
    told_language as language,
    coalesce(contact_reason_slug, phrase_reason_slug, model_reason_slug) as contact_reason_slug,
    case
        when contact_reason_slug is not null then 'tagged'
        when phrase_reason_slug is not null then 'phrase'
        when model_reason_slug is not null then 'model'
        else 'unknown'
    end as reason_origin,
    contact_reason_slug is null and coalesce(phrase_reason_slug, model_reason_slug) is not null
        as is_inferred,
    contact_reason_slug as tagged_reason_slug,
    phrase_reason_slug,
    model_reason_slug,
    reason_confidence,
    -- Named in the words, or known from where they came.
    coalesce(named_product_key, product_key) as product_key,
    store_key,
    occurred_at,
    occurred_date
from found_reasons
