{{ config(materialized='view') }}

-- What an agent wrote is no word of a customer; of a call, an agent's note is all that is left.
with touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where text_key is not null and direction = 'inbound' and not is_bot
),

answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where is_valid and excluded_reason is null
),

orders as (
    select * from {{ ref('int_orders__orders') }}
),

text_labels as (
    select * from {{ ref('text_labels') }}
),

-- The remark that comes with the rating of a ticket or chat is no touchpoint of its own.
remarks as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by source_name, program_slug, response_id order by response_key
            ) as question_number
        from answers
        where touchpoint_key is null and comment_text is not null
    ) as numbered_answers
    where question_number = 1
),

texts as (
    select
        text_key,
        touchpoint_key,
        touchpoint_key as rated_key,
        -- The part of a case that bears its rating; what was written before it was rated is no
        -- opinion of how it ended.
        case when score is not null then case_key end as rated_case_key,
        customer_key,
        case_key,
        order_key,
        product_key,
        campaign_key,
        store_key,
        source_name,
        channel_slug,
        touchpoint_type_slug,
        contact_reason_slug,
        language,
        body,
        occurred_at,
        occurred_date
    from touchpoints

    union all

    select
        response_key as text_key,
        touchpoint_key,
        response_key as rated_key,
        cast(null as varchar) as rated_case_key,
        customer_key,
        case_key,
        order_key,
        product_key,
        cast(null as varchar) as campaign_key,
        cast(null as varchar) as store_key,
        source_name,
        channel_slug,
        cast(null as varchar) as touchpoint_type_slug,
        contact_reason_slug,
        language,
        comment_text as body,
        answered_at as occurred_at,
        answered_date as occurred_date
    from remarks
    where answered_at is not null
),

banded_answers as (
    select
        *,
        case
            when band in ('detractor', 'bottom') then -1
            when band in ('promoter', 'top') then 1
            else 0
        end as band_value
    from answers
),

rated_answers as (
    select
        coalesce(touchpoint_key, response_key) as rated_key,
        score_share,
        band_value
    from banded_answers

    union all

    select
        case_key as rated_key,
        score_share,
        band_value
    from banded_answers
    where touchpoint_key is null and case_key is not null
),

-- One form may ask for several metrics: its score is their mean, and it teaches nothing about its
-- words where they disagree.
scores as (
    select
        rated_key,
        avg(score_share) as score_share,
        avg(band_value) as score_sentiment,
        case when min(band_value) = max(band_value) then max(band_value) end as band_value
    from rated_answers
    group by rated_key
),

scored_texts as (
    select
        texts.*,
        coalesce(own_scores.score_share, case_scores.score_share) as score_share,
        coalesce(own_scores.score_sentiment, case_scores.score_sentiment) as score_sentiment,
        case
            when own_scores.rated_key is not null then own_scores.band_value
            else case_scores.band_value
        end as band_value
    from texts
    left join scores as own_scores
        on texts.rated_key = own_scores.rated_key
    left join scores as case_scores
        on texts.rated_case_key = case_scores.rated_key
),

labelled_texts as (
    select
        scored_texts.text_key,
        scored_texts.touchpoint_key,
        scored_texts.customer_key,
        scored_texts.case_key,
        scored_texts.order_key,
        -- A text about an order of one product is about that product.
        coalesce(scored_texts.product_key, orders.only_product_key) as product_key,
        scored_texts.campaign_key,
        scored_texts.store_key,
        scored_texts.source_name,
        scored_texts.channel_slug,
        scored_texts.touchpoint_type_slug,
        scored_texts.contact_reason_slug,
        scored_texts.language,
        scored_texts.body,
        scored_texts.score_share,
        scored_texts.score_sentiment,
        coalesce(
            text_labels.label,
            case scored_texts.band_value
                when -1 then 'negative'
                when 0 then 'neutral'
                when 1 then 'positive'
            end
        ) as label,
        text_labels.label is not null as is_labelled_by_hand,
        scored_texts.occurred_at,
        scored_texts.occurred_date
    from scored_texts
    left join orders
        on scored_texts.order_key = orders.order_key
    left join text_labels
        on scored_texts.text_key = text_labels.text_key
)

select
    *,
    -- What somebody asks is another kind of text than what they say of the answer.
    count(label) over (partition by channel_slug, touchpoint_type_slug) as label_count_of_kind
from labelled_texts
