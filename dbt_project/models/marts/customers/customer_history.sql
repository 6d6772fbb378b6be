with customer_versions as (
    select * from {{ ref('int_identity__customer_history') }}
),

public_traits as (
    select * from {{ ref('int_customers__public_traits') }}
)

select
    customer_versions.customer_version_key,
    customer_versions.customer_key,
    customer_versions.segment_slug,
    customer_versions.lifecycle_stage_slug,
    customer_versions.preferred_channel_slug,
    public_traits.gender,
    customer_versions.language,
    public_traits.country_code,
    public_traits.city,
    coalesce(public_traits.coarsening, 'nothing') as coarsening,
    public_traits.birth_year,
    public_traits.birth_decade,
    customer_versions.profit_fifth,
    customer_versions.is_identified,
    customer_versions.has_account,
    customer_versions.has_loyalty_card,
    customer_versions.is_email_marketing_allowed,
    customer_versions.is_sms_marketing_allowed,
    customer_versions.is_push_marketing_allowed,
    customer_versions.valid_to is null as is_current,
    customer_versions.valid_from,
    customer_versions.valid_to
from customer_versions
left join public_traits
    on
        {{ surrogate_key([
            'customer_versions.birth_year', 'customer_versions.gender', 'customer_versions.city',
            'customer_versions.country_code'
        ]) }}
        = public_traits.traits_key
