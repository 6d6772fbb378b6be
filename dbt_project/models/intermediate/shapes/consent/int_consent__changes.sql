-- A new source of consent is one more branch.
with contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

shop_customers as (
    select * from {{ ref('stg_shop__customer_versions') }}
),

email_events as (
    select * from {{ ref('stg_email__events') }}
    where
        email is not null
        and event_type in ('unsubscribe', 'group_unsubscribe', 'spamreport', 'group_resubscribe')
),

replies as (
    select * from {{ ref('stg_messaging__messages') }}
    where is_inbound and phone is not null
),

reply_words as (
    select * from {{ ref('reply_words') }}
),

-- The three answers of a contact bear one date.
crm_answers as (
    select
        {{ surrogate_key(["'crm'", 'contact_id']) }} as profile_key,
        unnest(['email', 'sms', 'push']) as channel_slug,
        unnest([is_email_allowed, is_sms_allowed, is_push_allowed]) as is_allowed,
        coalesce(consented_at, updated_at) as changed_at,
        _load_id
    from contacts
),

-- A box left open is no answer.
shop_answers as (
    select
        {{ surrogate_key(["'shop'", 'shop_customer_id']) }} as profile_key,
        unnest(['email', 'sms']) as channel_slug,
        unnest([email_consent_state, sms_consent_state]) as consent_state,
        unnest([
            coalesce(email_consented_at, updated_at),
            coalesce(sms_consented_at, updated_at)
        ]) as changed_at,
        _load_id
    from shop_customers
),

changes as (
    select
        profile_key,
        'crm' as source_name,
        channel_slug,
        is_allowed,
        changed_at,
        _load_id
    from crm_answers

    union all

    select
        profile_key,
        'shop' as source_name,
        channel_slug,
        case consent_state
            when 'subscribed' then true
            when 'unsubscribed' then false
            when 'redacted' then false
        end as is_allowed,
        changed_at,
        _load_id
    from shop_answers

    union all

    select
        {{ surrogate_key(["'email'", 'email']) }} as profile_key,
        'email' as source_name,
        'email' as channel_slug,
        event_type = 'group_resubscribe' as is_allowed,
        occurred_at as changed_at,
        _load_id
    from email_events

    union all

    select
        {{ surrogate_key(["'messaging'", 'replies.phone']) }} as profile_key,
        'messaging' as source_name,
        'sms' as channel_slug,
        reply_words.is_allowed,
        coalesce(replies.sent_at, replies.created_at) as changed_at,
        replies._load_id
    from replies
    inner join reply_words
        on upper(trim(replies.body)) = reply_words.reply_word
)

select
    {{ surrogate_key(['profile_key', "'marketing'", 'channel_slug', 'changed_at', 'is_allowed']) }}
        as consent_change_key,
    profile_key,
    source_name,
    'marketing' as purpose_slug,
    channel_slug,
    is_allowed,
    changed_at,
    max(_load_id) as _load_id
from changes
where is_allowed is not null and changed_at is not null
group by profile_key, source_name, channel_slug, is_allowed, changed_at
