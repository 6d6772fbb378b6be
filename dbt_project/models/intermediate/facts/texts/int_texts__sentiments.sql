{{ config(materialized='view') }}

-- Who gave a score has said it; a person who read the words knows better still. What a model says
-- counts where neither is, and only where it may be taken: of texts of a kind (channel and type of
-- touchpoint) that customers score or somebody labelled.
with texts as (
    select * from {{ ref('int_texts__texts') }}
),

scores as (
    select * from {{ ref('int_texts__scores') }}
),

text_settings as (
    select max(setting_value) as minimum_labels
    from {{ ref('text_settings') }}
    where setting = 'min_labels_per_channel'
),

labelled_texts as (
    select
        texts.*,
        scores.p_negative,
        scores.p_positive,
        scores.label as said_label,
        scores.confidence,
        coalesce(scores.is_confident, false)
        and texts.label_count_of_kind >= text_settings.minimum_labels as is_confident,
        case
            when texts.is_labelled_by_hand
                then
                    case texts.label
                        when 'negative' then -1 when 'positive' then 1 else 0
                    end
            else texts.score_sentiment
        end as told_sentiment
    from texts
    cross join text_settings
    left join scores
        on texts.text_key = scores.text_key
)

select
    text_key,
    touchpoint_key,
    customer_key,
    channel_slug,
    -- -1 negative, 0 neutral, 1 positive: the model's is what it expects.
    cast(
        coalesce(told_sentiment, case when is_confident then p_positive - p_negative end) as double
    ) as sentiment,
    case
        when told_sentiment is not null then 1.0
        when is_confident then confidence
    end as sentiment_confidence,
    case
        when is_labelled_by_hand then 'hand'
        when told_sentiment is not null then 'score'
        when is_confident then 'model'
    end as evidence,
    -- A person whose score says the one and whose words, as a model reads them that did not see
    -- this text, say the opposite.
    not is_labelled_by_hand
    and is_confident
    and coalesce(
        (label = 'negative' and said_label = 'positive')
        or (label = 'positive' and said_label = 'negative'),
        false
    ) as is_contradiction,
    coalesce(
        case
            when is_labelled_by_hand then label = 'negative'
            when told_sentiment is null and is_confident then said_label = 'negative'
        end,
        false
    ) as is_negative_text,
    occurred_at
from labelled_texts
