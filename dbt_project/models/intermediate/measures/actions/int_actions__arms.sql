-- Chance decides once, by a hash, before anything is shown: a row is written when a customer first
-- is one of those whom an action is meant for, and never changes. It is not built anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    full_refresh=false
) }}

with eligible as (
    select * from {{ ref('int_actions__eligible') }}
),

actions as (
    select * from {{ ref('actions') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

known as (
    {% if is_incremental() %}
        select
            action_slug,
            customer_key
        from {{ this }}
    {% else %}
        select
            cast(null as varchar) as action_slug,
            cast(null as varchar) as customer_key
        where false
    {% endif %}
)

select
    {{ surrogate_key(['eligible.action_slug', 'eligible.customer_key']) }} as arm_key,
    eligible.action_slug,
    eligible.customer_key,
    case
        when
            {{ hash_share(['eligible.action_slug', 'eligible.customer_key']) }}
            < actions.held_out_share
            then 'held_out'
        else 'treated'
    end as arm,
    settings.as_of as assigned_at
from eligible
cross join settings
inner join actions
    on eligible.action_slug = actions.action_slug
left join known
    on
        eligible.action_slug = known.action_slug
        and eligible.customer_key = known.customer_key
where known.customer_key is null
