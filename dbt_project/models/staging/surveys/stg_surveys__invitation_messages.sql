with source as (
    select * from {{ source('surveys', 'invitations') }}
),

trimmed as (
    select
        distributionid as distribution_id,
        contactid as contact_id,
        coalesce(nullif(trim(parentdistributionid), ''), distributionid)
            as invitation_distribution_id,
        nullif(trim(surveyname), '') as program_slug,
        lower(nullif(trim(email), '')) as email,
        nullif(trim(externaldatareference), '') as account_id,
        lower(nullif(trim(requesttype), '')) as message_type,
        nullif(trim(status), '') as delivery_status,
        nullif(trim(responseid), '') as response_id,
        sentat as sent_at_text,
        openedat as opened_at_text,
        responsestartedat as response_started_at_text,
        responsecompletedat as response_completed_at_text,
        modifiedat as modified_at_text,
        {{ surrogate_key(['status', 'responseid', 'openedat', 'email']) }} as row_hash,
        {{ delivered_time('sentat') }} as sent_at,
        {{ delivered_time('openedat') }} as opened_at,
        {{ delivered_time('responsestartedat') }} as response_started_at,
        {{ delivered_time('responsecompletedat') }} as response_completed_at,
        {{ delivered_time('modifiedat') }} as modified_at,
        _file_date,
        _line,
        _load_id
    from source
),

ranked as (
    select
        *,
        {{ meaning_of('surveys', 'message_type', 'message_type') }} as message_meaning,
        {{ meaning_of('surveys', 'delivery', 'delivery_status') }} as delivery_meaning,
        {{ latest_version('distribution_id, contact_id', 'modified_at', content='row_hash') }}
            as is_latest_version
    from trimmed
)

select
    -- keys
    {{ surrogate_key(['distribution_id', 'contact_id']) }} as message_key,
    {{ surrogate_key(["'surveys'", 'invitation_distribution_id', 'contact_id']) }}
        as invitation_key,
    distribution_id,
    invitation_distribution_id,
    contact_id,
    coalesce(account_id, email, contact_id) as source_profile_id,
    response_id,

    -- attributes
    program_slug,
    email,
    account_id,
    delivery_status,
    -- delivered, bounced or pending; a state that is not listed says nothing of an arrival.
    delivery_meaning,

    -- flags
    coalesce(message_meaning = 'reminder', false) as is_reminder,
    -- A thank-you note asks for nothing.
    coalesce(message_meaning != 'no_invitation', true) as is_invitation,
    coalesce(delivery_meaning = 'bounced', false) as is_bounced,
    coalesce(delivery_meaning = 'delivered', false) as is_delivered,

    -- timestamps
    sent_at,
    opened_at,
    response_started_at,
    response_completed_at,
    modified_at,

    {{ value_issues({
        'message_type': 'message_meaning',
        'delivery_status': 'delivery_meaning',
        'sent_at_text': 'sent_at',
        'opened_at_text': 'opened_at',
        'response_started_at_text': 'response_started_at',
        'response_completed_at_text': 'response_completed_at',
        'modified_at_text': 'modified_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked
where is_latest_version
