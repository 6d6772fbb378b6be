with customer_versions as (
    select * from {{ ref('int_identity__customer_history') }}
)

select
    customer_version_key,
    customer_key,
    segment_slug,
    lifecycle_stage_slug,
    gender,
    language,
    country_code,
    city,
    birth_year,
    is_identified,
    has_account,
    has_loyalty_card,
    is_email_marketing_allowed,
    is_sms_marketing_allowed,
    is_push_marketing_allowed,
    valid_to is null as is_current,
    valid_from,
    valid_to
from customer_versions
