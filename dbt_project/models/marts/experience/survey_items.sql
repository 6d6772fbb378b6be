-- What customers rated one by one, and what they ticked as the subject of their answer.
with answers as (
    select * from {{ ref('int_shapes__answers') }}
),

items as (
    select * from {{ ref('survey_item_questions') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

source_contact_reasons as (
    select * from {{ ref('source_contact_reasons') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

item_answers as (
    select
        answers.*,
        items.item_kind,
        items.item_slug,
        items.item_name,
        items.lowest,
        items.highest,
        try_cast(answers.answer as double) as answer_value
    from answers
    inner join items
        on
            answers.source_name = items.source_name
            and answers.question = items.question
),

-- A rating that is not on its scale is none; a topic is ticked or not there.
valued_items as (
    select
        *,
        case
            when item_kind = 'topic' then 1
            when answer_value between lowest and highest then answer_value
        end as item_value
    from item_answers
)

select
    {{ surrogate_key([
        'valued_items.source_name', 'valued_items.program_slug', 'valued_items.response_id',
        'valued_items.question'
    ]) }} as survey_item_key,
    {{ surrogate_key([
        'valued_items.source_name', 'valued_items.program_slug', 'valued_items.response_id'
    ]) }} as feedback_key,
    customer_profiles.customer_key,
    valued_items.source_name,
    valued_items.program_slug,
    valued_items.channel_slug,
    customers.segment_slug,
    source_contact_reasons.contact_reason_slug,
    valued_items.item_kind,
    valued_items.item_slug,
    valued_items.item_name,
    valued_items.item_value as value,
    case
        when valued_items.item_kind in ('rating', 'importance')
            then
                (valued_items.item_value - valued_items.lowest)
                / (valued_items.highest - valued_items.lowest)
    end as value_share,
    valued_items.excluded_reason,
    valued_items.item_value is not null as is_valid,
    valued_items.answered_at,
    {{ business_date('valued_items.answered_at', 'settings.default_time_zone') }} as answered_date
from valued_items
cross join settings
left join customer_profiles
    on valued_items.profile_key = customer_profiles.profile_key
left join customers
    on customer_profiles.customer_key = customers.customer_key
left join source_contact_reasons
    on
        valued_items.source_name = source_contact_reasons.source_name
        and valued_items.source_contact_reason = source_contact_reasons.source_reason
