with source as (
    select * from {{ source('interviews', 'interviews') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "updated_at": "VARCHAR",
            "participants": [{
                "id": "VARCHAR",
                "role": "VARCHAR",
                "email": "VARCHAR",
                "crm_id": "VARCHAR"
            }]
        }) }} as interview,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

ranked_exports as (
    select
        *,
        {{ latest_version("interview['id']", utc_timestamp("interview['updated_at']")) }}
            as is_latest_version
    from exports
),

nested_participants as (
    select
        interview['id'] as interview_id,
        {{ one_row_per_place({
            'participant': "interview['participants']",
            'participant_number': numbers_to(list_size("interview['participants']"))
        }) }},
        _line,
        _load_id
    from ranked_exports
    where is_latest_version
),

participants as (
    select
        interview_id,
        participant_number,
        -- Who has no id is told apart by their place in the list; no turn can be theirs.
        coalesce(
            nullif(trim(participant['id']), ''), 'place ' || cast(participant_number as varchar)
        ) as participant_id,
        participant['role'] as role_text,
        {{ meaning_of('interviews', 'role', "participant['role']") }} as participant_role,
        -- The name is what somebody typed to enter a meeting: it is no evidence of who they are.
        nullif(trim(participant['email']), '') as email,
        nullif(trim(participant['crm_id']), '') as contact_id,
        _line,
        _load_id
    from nested_participants
),

-- An id that a document gives twice is of one participant: the first.
ranked_participants as (
    select
        *,
        row_number() over (
            partition by interview_id, participant_id
            order by participant_number
        ) as place_of_id
    from participants
)

select
    -- keys
    interview_id,
    participant_id,
    coalesce('crm:' || contact_id, 'email:' || lower(email)) as source_profile_id,
    contact_id,

    -- attributes
    participant_role,
    email,

    {{ value_issues({'role_text': 'participant_role'}) }} as _issues,
    _line,
    _load_id
from ranked_participants
where place_of_id = 1
