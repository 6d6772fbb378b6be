-- Chance decides once, by a hash, before anything is shown: a row is written when an action is
-- first the best for a customer, and never changes. Drawn earlier, it would count in both arms
-- those whom a rule or a better action keeps from it. It is not built anew. Of two keys that turn
-- out to be one customer, the one that goes on keeps the first arm that either got.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    full_refresh=false
) }}

with choices as (
    select * from {{ ref('int_actions__choices') }}
    where action_slug != 'nothing'
),

actions as (
    select * from {{ ref('actions') }}
),

customer_keys as (
    select * from {{ ref('int_identity__customer_keys') }}
    where not is_live
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

known as (
    {% if is_incremental() %}
        select
            action_slug,
            customer_key,
            arm,
            assigned_at
        from {{ this }}
    {% else %}
        select
            cast(null as varchar) as action_slug,
            cast(null as varchar) as customer_key,
            cast(null as varchar) as arm,
            cast(null as timestamp) as assigned_at
        where false
    {% endif %}
),

inherited as (
    select
        known.action_slug,
        customer_keys.live_customer_key as customer_key,
        known.arm,
        known.assigned_at,
        row_number() over (
            partition by known.action_slug, customer_keys.live_customer_key
            order by known.assigned_at asc, known.customer_key asc
        ) as arm_rank
    from known
    inner join customer_keys
        on known.customer_key = customer_keys.customer_key
)

select
    {{ surrogate_key(['choices.action_slug', 'choices.customer_key']) }} as arm_key,
    choices.action_slug,
    choices.customer_key,
    case
        when inherited.arm is not null then inherited.arm
        when
            {{ hash_share(['choices.action_slug', 'choices.customer_key']) }}
            < actions.held_out_share
            then 'held_out'
        else 'treated'
    end as arm,
    coalesce(inherited.assigned_at, settings.as_of) as assigned_at
from choices
cross join settings
inner join actions
    on choices.action_slug = actions.action_slug
left join known
    on
        choices.action_slug = known.action_slug
        and choices.customer_key = known.customer_key
left join inherited
    on
        choices.action_slug = inherited.action_slug
        and choices.customer_key = inherited.customer_key
        and inherited.arm_rank = 1
where known.customer_key is null
