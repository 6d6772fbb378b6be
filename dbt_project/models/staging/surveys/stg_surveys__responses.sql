with source as (
    select * from {{ source('surveys', 'responses') }}
),

trimmed as (
    select
        responseid as response_id,
        nullif(trim(program), '') as program_slug,
        lower(nullif(trim(recipientemail), '')) as email,
        nullif(trim(externalreference), '') as account_id,
        nullif(trim(recipientfirstname), '') as given_name,
        nullif(trim(recipientlastname), '') as surname,
        nullif(trim(ordernumber), '') as order_number,
        nullif(trim(casenumber), '') as case_number,
        nullif(trim(storenumber), '') as store_id,
        lower(nullif(trim(channel), '')) as served_channel,
        nullif(trim(reason), '') as served_reason,
        lower(nullif(trim(distributionchannel), '')) as distribution_channel,
        lower(nullif(trim(status), '')) as response_status,
        nullif(trim(ipaddress), '') as ip_address,
        {{ surrogate_key([
            'nps', 'renewal_likelihood', 'satisfaction', 'effort', 'items_1', 'items_2', 'items_3',
            'items_4', 'items_5', 'importance_1', 'importance_2', 'importance_3', 'importance_4',
            'importance_5', 'perceived_wait', 'topics_1', 'topics_2', 'topics_3', 'topics_4',
            'topics_5', 'comment'
        ]) }} as answers_hash,
        lower(nullif(trim(userlanguage), '')) as language,
        nullif(trim(comment), '') as comment_text,
        nullif(trim(nps), '') as nps,
        nullif(trim(renewal_likelihood), '') as renewal_likelihood,
        nullif(trim(satisfaction), '') as satisfaction,
        nullif(trim(effort), '') as effort,
        nullif(trim(items_1), '') as items_1,
        nullif(trim(items_2), '') as items_2,
        nullif(trim(items_3), '') as items_3,
        nullif(trim(items_4), '') as items_4,
        nullif(trim(items_5), '') as items_5,
        nullif(trim(importance_1), '') as importance_1,
        nullif(trim(importance_2), '') as importance_2,
        nullif(trim(importance_3), '') as importance_3,
        nullif(trim(importance_4), '') as importance_4,
        nullif(trim(importance_5), '') as importance_5,
        nullif(trim(perceived_wait), '') as perceived_wait,
        nullif(trim(topics_1), '') as topics_1,
        nullif(trim(topics_2), '') as topics_2,
        nullif(trim(topics_3), '') as topics_3,
        nullif(trim(topics_4), '') as topics_4,
        nullif(trim(topics_5), '') as topics_5,
        progress as progress_text,
        "Duration (in seconds)" as duration_text,
        finished as finished_text,
        startdate as started_at_text,
        enddate as ended_at_text,
        recordeddate as recorded_at_text,
        {{ surrogate_key([
            'status', 'finished', 'program', 'recipientemail', 'externalreference',
            'ordernumber', 'casenumber', 'storenumber', 'nps', 'renewal_likelihood', 'satisfaction',
            'effort', 'items_1', 'items_2', 'items_3', 'items_4', 'items_5', 'importance_1',
            'importance_2', 'importance_3', 'importance_4', 'importance_5', 'perceived_wait',
            'comment'
        ]) }} as row_hash,
        {{ delivered_number('progress', 'percent', 'integer') }} as progress_percent,
        {{ delivered_number('"Duration (in seconds)"', 'duration_seconds') }} as duration_seconds,
        try_cast(finished as boolean) as is_finished_or_null,
        {{ delivered_time('startdate') }} as started_at,
        {{ delivered_time('enddate') }} as ended_at,
        {{ delivered_time('recordeddate') }} as recorded_at,
        _file_date,
        _line,
        _load_id
    from source
),

ranked as (
    select
        *,
        {{ meaning_of('surveys', 'status', 'response_status') }} as status_meaning,
        (
            select max(served_channels.channel_slug)
            from {{ ref('served_channels') }} as served_channels
            where
                served_channels.source_name = 'surveys'
                and served_channels.served_channel = trimmed.served_channel
        ) as served_channel_slug,
        {{ latest_version('response_id', 'recorded_at', content='row_hash') }} as is_latest_version
    from trimmed
)

select
    -- keys
    response_id,
    coalesce(account_id, email, response_id) as source_profile_id,
    order_number,
    case_number,
    store_id,
    -- Who answered, as far as the tool can tell: two responses of one respondent may be one.
    coalesce(account_id, email) as respondent_id,
    ip_address,
    answers_hash,

    -- attributes
    program_slug,
    email,
    account_id,
    given_name,
    surname,
    served_channel,
    served_reason,
    distribution_channel,
    language,
    comment_text,
    nps,
    renewal_likelihood,
    satisfaction,
    effort,
    items_1,
    items_2,
    items_3,
    items_4,
    items_5,
    importance_1,
    importance_2,
    importance_3,
    importance_4,
    importance_5,
    perceived_wait,
    topics_1,
    topics_2,
    topics_3,
    topics_4,
    topics_5,

    -- measures
    progress_percent,
    duration_seconds,

    -- flags
    coalesce(is_finished_or_null, false) as is_finished,
    coalesce(distribution_channel = 'preview' or status_meaning = 'test', false) as is_test,
    coalesce(status_meaning = 'spam', false) as is_spam,
    response_status is not null and status_meaning is null as is_of_unknown_status,

    -- timestamps
    started_at,
    ended_at,
    recorded_at,

    {{ value_issues({
        'response_status': 'status_meaning',
        'served_channel': 'served_channel_slug',
        'progress_text': 'progress_percent',
        'duration_text': 'duration_seconds',
        'finished_text': 'is_finished_or_null',
        'started_at_text': 'started_at',
        'ended_at_text': 'ended_at',
        'recorded_at_text': 'recorded_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked
where is_latest_version
