{{ config(materialized='view') }}


with messages as (
    select
        *,
        {{ compact_words('body') }} as compact_body
    from {{ ref('stg_messaging__messages') }}
    where phone is not null
),

reply_words as (
    select
        {{ compact_words('reply_word') }} as compact_word,
        -- Of a word that two languages read differently, the refusal counts.
        min(is_allowed) as is_allowed
    from {{ ref('reply_words') }}
    group by {{ compact_words('reply_word') }}
),

opt_out_codes as (
    select * from {{ ref('opt_out_error_codes') }}
),

answers as (
    select
        messages.phone,
        reply_words.is_allowed,
        coalesce(messages.sent_at, messages.created_at) as changed_at,
        messages._load_id
    from messages
    inner join reply_words
        on messages.compact_body = reply_words.compact_word
    where messages.is_inbound

    union all

    -- The carrier refuses a message: the recipient has said so to it, whoever saw the words.
    select
        messages.phone,
        false as is_allowed,
        coalesce(messages.sent_at, messages.created_at, messages.updated_at) as changed_at,
        messages._load_id
    from messages
    inner join opt_out_codes
        on messages.error_code = opt_out_codes.error_code
    where not messages.is_inbound
)

select
    'messaging' as source_name,
    {{ surrogate_key(["'messaging'", 'phone']) }} as profile_key,
    'sms' as channel_slug,
    is_allowed,
    changed_at,
    _load_id
from answers
