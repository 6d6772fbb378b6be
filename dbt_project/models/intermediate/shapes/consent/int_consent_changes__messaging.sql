{{ config(materialized='view') }}


with replies as (
    select * from {{ ref('stg_messaging__messages') }}
    where is_inbound and phone is not null
),

reply_words as (
    select * from {{ ref('reply_words') }}
)

select
    'messaging' as source_name,
    {{ surrogate_key(["'messaging'", 'replies.phone']) }} as profile_key,
    'sms' as channel_slug,
    reply_words.is_allowed,
    coalesce(replies.sent_at, replies.created_at) as changed_at,
    replies._load_id
from replies
inner join reply_words
    on upper(trim(replies.body)) = reply_words.reply_word
