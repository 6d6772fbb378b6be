{% snapshot int_identity__customer_history %}

{{ config(
    schema='intermediate',
    unique_key='customer_key',
    strategy='check',
    check_cols='all',
    hard_deletes='invalidate',
    snapshot_meta_column_names={
        'dbt_scd_id': 'customer_version_key',
        'dbt_valid_from': 'valid_from',
        'dbt_valid_to': 'valid_to',
        'dbt_updated_at': 'recorded_at',
    }
) }}

-- The columns that describe a customer, without counts: a count changes with every touchpoint, and
-- can be counted for any day from the facts. They are exact: what is public of them changes with how
-- many share it.
with descriptions as (
    select * from {{ ref('int_customers__descriptions') }}
)

select
    customer_key,
    segment_slug,
    lifecycle_stage_slug,
    preferred_channel_slug,
    profit_fifth,
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
    is_push_marketing_allowed
from descriptions

{% endsnapshot %}
