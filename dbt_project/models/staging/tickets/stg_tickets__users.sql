with source as (
    select * from {{ source('tickets', 'users') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "name": "VARCHAR",
            "email": "VARCHAR",
            "phone": "VARCHAR",
            "external_id": "VARCHAR",
            "role": "VARCHAR",
            "locale": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR"
        }) }} as help_desk_user,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

typed_exports as (
    select
        help_desk_user,
        {{ meaning_of('tickets', 'role', "help_desk_user['role']") }} as author_type,
        {{ utc_timestamp("help_desk_user['created_at']") }} as created_at,
        {{ utc_timestamp("help_desk_user['updated_at']") }} as updated_at,
        payload_hash,
        _file_date,
        _line,
        _load_id
    from exports
),

repetitions as (
    select
        *,
        {{ delivery_rank("help_desk_user['id'], payload_hash") }} as repetition
    from typed_exports
),

-- Every version stays: an address that somebody no longer uses still says who they are.
versions as (
    select
        *,
        {{ latest_version("help_desk_user['id']", 'updated_at') }} as is_latest_version
    from repetitions
    where repetition = 1
)

select
    help_desk_user['id'] as user_id,
    payload_hash as version_hash,
    nullif(trim(help_desk_user['name']), '') as full_name,
    nullif(trim(help_desk_user['email']), '') as email,
    nullif(trim(help_desk_user['phone']), '') as phone,
    nullif(trim(help_desk_user['external_id']), '') as account_id,
    help_desk_user['role'] as user_role,
    -- customer or agent; a bot may have the seat of an agent.
    case
        when
            author_type = 'agent'
            and {{ is_machine_agent('tickets', [
                "help_desk_user['name']", "help_desk_user['email']"
            ]) }}
            then 'bot'
        else author_type
    end as author_type,
    lower(split_part(help_desk_user['locale'], '-', 1)) as language,
    is_latest_version as is_latest,
    created_at,
    updated_at,
    {{ value_issues({
        "help_desk_user['role']": 'author_type',
        "help_desk_user['created_at']": 'created_at',
        "help_desk_user['updated_at']": 'updated_at'
    }) }} as _issues,
    _line,
    _load_id
from versions
