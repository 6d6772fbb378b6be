-- Only what has come to pass by `as_of`: a promise that may still be kept is no bad experience yet.
with bad_experiences as (
    select * from {{ ref('int_bad_experiences__incidents') }}
),

incident_signs as (
    select * from {{ ref('int_bad_experiences__incident_signs') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

sign_counts as (
    select
        incident_signs.bad_experience_key,
        count(*) as sign_count,
        count(distinct incident_signs.rule_slug) as rule_count,
        max(incident_signs.rule_version) as rule_version
    from incident_signs
    inner join settings
        on incident_signs.occurred_at < settings.as_of
    group by incident_signs.bad_experience_key
)

select
    bad_experiences.bad_experience_key,
    bad_experiences.customer_key,
    bad_experiences.case_key,
    bad_experiences.order_key,
    bad_experiences.incident_type,
    bad_experiences.first_rule_slug,
    bad_experiences.channel_slug,
    bad_experiences.contact_reason_slug,
    bad_experiences.segment_slug,
    sign_counts.sign_count,
    sign_counts.rule_count,
    bad_experiences.experience_number,
    sign_counts.rule_version,
    bad_experiences.occurred_at,
    bad_experiences.occurred_date
from bad_experiences
inner join sign_counts
    on bad_experiences.bad_experience_key = sign_counts.bad_experience_key
