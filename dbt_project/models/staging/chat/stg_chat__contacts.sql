with source as (
    select * from {{ source('chat', 'contacts') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "external_id": "VARCHAR",
            "role": "VARCHAR",
            "email": "VARCHAR",
            "phone": "VARCHAR",
            "name": "VARCHAR",
            "language_override": "VARCHAR",
            "browser_language": "VARCHAR",
            "location": {"country_code": "VARCHAR", "city": "VARCHAR"},
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR"
        }) }} as contact,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

typed_exports as (
    select
        contact,
        {{ epoch_to_timestamp("contact['created_at']") }} as created_at,
        {{ epoch_to_timestamp("contact['updated_at']") }} as updated_at,
        payload_hash,
        _file_date,
        _line,
        _load_id
    from exports
),

-- Every version stays: an address that somebody no longer uses still says who they are.
versions as (
    select
        *,
        {{ delivery_rank("contact['id'], payload_hash") }} as repetition
    from typed_exports
)

select
    contact['id'] as contact_id,
    payload_hash as version_hash,
    contact['role'] as contact_role,
    nullif(trim(contact['external_id']), '') as account_id,
    nullif(trim(contact['email']), '') as email,
    nullif(trim(contact['phone']), '') as phone,
    nullif(trim(contact['name']), '') as full_name,
    lower(coalesce(contact['language_override'], contact['browser_language'])) as language,
    contact['location']['country_code'] as country_code,
    contact['location']['city'] as city,
    created_at,
    updated_at,
    {{ value_issues({
        "contact['created_at']": 'created_at',
        "contact['updated_at']": 'updated_at'
    }) }} as _issues,
    _line,
    _load_id
from versions
where repetition = 1
