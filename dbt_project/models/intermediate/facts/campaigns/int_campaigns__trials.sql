-- Who was sent a campaign and who was held out of it. A message that bounced was sent: who has no
-- working address is among those held out as well. A customer with several addresses is one: held
-- out only if nothing was sent to any of them.
with touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where not is_bot and campaign_key is not null
),

controls as (
    select * from {{ ref('int_shapes__campaign_controls') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

assignments as (
    select
        campaign_key,
        customer_key,
        false as is_held_out,
        {{ is_campaign_message('touchpoint_type_slug') }} as is_reached,
        occurred_at as assigned_at
    from touchpoints
    where
        {{ is_campaign_message('touchpoint_type_slug') }}
        or touchpoint_type_slug in ('email_bounced', 'sms_failed')

    union all

    select
        controls.campaign_key,
        customer_profiles.customer_key,
        true as is_held_out,
        false as is_reached,
        controls.held_out_at as assigned_at
    from controls
    inner join customer_profiles
        on controls.profile_key = customer_profiles.profile_key
)

select
    {{ surrogate_key(['assignments.campaign_key', 'assignments.customer_key']) }} as trial_key,
    assignments.campaign_key,
    assignments.customer_key,
    bool_and(assignments.is_held_out) as is_held_out,
    bool_or(assignments.is_reached) as is_reached,
    min(assignments.assigned_at) as assigned_at
from assignments
inner join customers
    on assignments.customer_key = customers.customer_key
group by
    assignments.campaign_key,
    assignments.customer_key
