-- A form that was sent twice is one response: the last one stands, and a finished one before an
-- unfinished one. Who is known only by the address of a device (a kiosk serves many) has sent a
-- form twice only where the same answers come again at once.
with responses as (
    select * from {{ ref('stg_surveys__responses') }}
),

excluded_email_domains as (
    select * from {{ ref('excluded_email_domains') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

respondents as (
    select
        *,
        coalesce(respondent_id, ip_address, response_id) as respondent
    from responses
),

later_responses as (
    select
        *,
        lead(recorded_at) over (
            partition by
                respondent,
                program_slug,
                order_number,
                case_number,
                is_test
            order by
                is_finished,
                recorded_at,
                response_id
        ) as next_recorded_at,
        lead(recorded_at) over (
            partition by
                respondent,
                program_slug,
                order_number,
                case_number,
                is_test,
                answers_hash
            order by
                is_finished,
                recorded_at,
                response_id
        ) as same_recorded_at
    from respondents
),

judged_responses as (
    select
        later_responses.*,
        case
            when later_responses.respondent_id is not null
                then
                    later_responses.next_recorded_at between
                    later_responses.recorded_at - windows.double_submission
                    and later_responses.recorded_at + windows.double_submission
                    or later_responses.same_recorded_at between
                    later_responses.recorded_at - windows.repeated_answer
                    and later_responses.recorded_at + windows.repeated_answer
            else
                later_responses.same_recorded_at between
                later_responses.recorded_at - windows.double_event
                and later_responses.recorded_at + windows.double_event
        end as is_superseded
    from later_responses
    cross join windows
)

select
    -- keys
    judged_responses.response_id,
    judged_responses.source_profile_id,
    judged_responses.order_number,
    judged_responses.case_number,
    judged_responses.store_id,

    -- attributes
    judged_responses.program_slug,
    judged_responses.served_channel,
    judged_responses.served_reason,
    judged_responses.language,
    judged_responses.comment_text,
    case
        when judged_responses.is_test then 'test'
        when judged_responses.is_spam then 'spam'
        when judged_responses.is_of_unknown_status then 'unknown_status'
        when excluded_email_domains.excluded_reason is not null
            then excluded_email_domains.excluded_reason
        when judged_responses.is_superseded then 'duplicate'
    end as excluded_reason,

    -- measures
    judged_responses.duration_seconds,

    -- flags
    judged_responses.is_finished,
    judged_responses.is_test,
    judged_responses.is_spam,
    judged_responses.is_of_unknown_status,
    coalesce(judged_responses.is_superseded, false)
    and not judged_responses.is_test
    and not judged_responses.is_spam as is_duplicate,

    -- timestamps
    judged_responses.ended_at,
    judged_responses.recorded_at,

    judged_responses._load_id
from judged_responses
left join excluded_email_domains
    on split_part(judged_responses.email, '@', 2) = excluded_email_domains.email_domain
