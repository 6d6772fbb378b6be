{{ config(materialized='view') }}

-- Only what the customer says is the customer's: the interviewer's words, and those of a voice that
-- the tool could not tell, are nobody's.
with interviews as (
    select * from {{ ref('stg_interviews__interviews') }}
    where interview_status = 'held'
),

customers as (
    select * from {{ ref('stg_interviews__participants') }}
    where participant_role = 'customer'
),

turns as (
    select * from {{ ref('stg_interviews__turns') }}
    where body is not null
),

customer_words as (
    select
        interview_id,
        speaker_id,
        {{ dbt.listagg('body', "' / '", 'order by turn_number') }} as body
    from turns
    group by
        interview_id,
        speaker_id
)

select
    {{ surrogate_key([
        "'interviews'", "'interviews'", 'interviews.interview_id', 'customers.participant_id'
    ]) }} as touchpoint_key,
    'interviews' as source_name,
    case
        when customers.source_profile_id is not null
            then {{ surrogate_key(["'interviews'", 'customers.source_profile_id']) }}
    end as profile_key,
    'interview' as channel_slug,
    'interview_held' as touchpoint_type_slug,
    coalesce(interviews.started_at, interviews.scheduled_at) as occurred_at,
    coalesce(interviews.started_at, interviews.scheduled_at) as received_at,
    customer_words.body,
    interviews.language,
    interviews._load_id
from interviews
inner join customers
    on interviews.interview_id = customers.interview_id
left join customer_words
    on
        customers.interview_id = customer_words.interview_id
        and customers.participant_id = customer_words.speaker_id
