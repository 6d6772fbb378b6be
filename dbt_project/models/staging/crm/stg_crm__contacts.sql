with source as (
    select * from {{ source('crm', 'contacts') }}
),

typed as (
    select
        "Record ID" as contact_id,
        nullif(trim("First Name"), '') as given_name,
        nullif(trim("Last Name"), '') as surname,
        nullif(trim(email), '') as email,
        nullif(trim("Phone Number"), '') as phone,
        nullif(trim("Twitter Username"), '') as social_handle,
        {{ delivered_date('"Date of birth"') }} as birth_date,
        nullif(lower(trim(gender)), '') as gender,
        nullif(lower(trim("Preferred language")), '') as language,
        nullif(trim("Street Address"), '') as street_address,
        nullif(trim(city), '') as city,
        nullif(trim("Postal Code"), '') as postcode,
        nullif(upper(trim("Country/Region")), '') as country_code,
        nullif(trim("Merged record IDs"), '') as merged_contact_ids,
        nullif(trim("Additional email addresses"), '') as other_emails,
        nullif(lower(trim("Customer segment")), '') as segment_slug,
        nullif(lower(trim("Lifecycle Stage")), '') as crm_stage,
        case lower(trim("Opted out of email: Marketing Information"))
            when 'no' then true
            when 'yes' then false
        end as is_email_allowed,
        {{ dbt.safe_cast('"SMS consent"', 'boolean') }} as is_sms_allowed,
        {{ dbt.safe_cast('"Push consent"', 'boolean') }} as is_push_allowed,
        {{ to_utc(delivered_time('"Consent Date"'), "'Europe/Warsaw'") }}
            as consented_at,
        {{ to_utc(delivered_time('"Create Date"'), "'Europe/Warsaw'") }}
            as created_at,
        {{ to_utc(delivered_time('"Last Modified Date"'), "'Europe/Warsaw'") }}
            as updated_at,
        {{ value_issues({
            '"Opted out of email: Marketing Information"': 'is_email_allowed',
            '"SMS consent"': 'is_sms_allowed',
            '"Push consent"': 'is_push_allowed',
            '"Date of birth"': 'birth_date',
            '"Consent Date"': 'consented_at',
            '"Create Date"': 'created_at',
            '"Last Modified Date"': 'updated_at'
        }) }} as _issues,
        _file_date,
        _line,
        _load_id
    from source
),

-- A correction may bear the time of the version that it corrects: the later file holds.
versions as (
    select
        *,
        {{ latest_version('contact_id, updated_at', content=row_hash('typed')) }}
            as is_latest_version
    from typed
)

select
    {{ surrogate_key(['contact_id', 'updated_at']) }} as contact_version_key,
    contact_id,
    given_name,
    surname,
    email,
    phone,
    social_handle,
    birth_date,
    gender,
    language,
    street_address,
    city,
    postcode,
    country_code,
    merged_contact_ids,
    other_emails,
    segment_slug,
    crm_stage,
    is_email_allowed,
    is_sms_allowed,
    is_push_allowed,
    consented_at,
    created_at,
    updated_at,
    _issues,
    _line,
    _load_id
from versions
where is_latest_version
