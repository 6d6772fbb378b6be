-- How many each rule refused, day by day: what was counted on an earlier day stays, and a run that
-- decides anew for a day replaces that day. It is not built anew.
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='decided_date',
    on_schema_change='fail',
    full_refresh=false
) }}

with judged as (
    select * from {{ ref('int_actions__judged') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
)

select
    {{ surrogate_key([
        'cast(settings.as_of as date)',
        'judged.action_slug',
        "coalesce(judged.refusal_slug, 'allowed')"
    ]) }} as action_refusal_key,
    cast(settings.as_of as date) as decided_date,
    judged.action_slug,
    coalesce(judged.refusal_slug, 'allowed') as verdict_slug,
    count(*) as customer_count
from judged
cross join settings
group by
    settings.as_of,
    judged.action_slug,
    coalesce(judged.refusal_slug, 'allowed')
