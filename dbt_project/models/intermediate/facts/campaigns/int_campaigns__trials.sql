-- Who was sent a campaign and who was held out of it, and whether they bought. A customer with
-- several addresses is one: held out only if nothing was delivered to any of them.
with contacts as (
    select * from {{ ref('int_campaigns__contacts') }}
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

orders as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase and customer_key is not null
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

assignments as (
    select
        campaign_key,
        customer_key,
        false as is_held_out,
        delivered_at as assigned_at
    from contacts

    union all

    select
        controls.campaign_key,
        customer_profiles.customer_key,
        true as is_held_out,
        controls.held_out_at as assigned_at
    from controls
    inner join customer_profiles
        on controls.profile_key = customer_profiles.profile_key
),

trials as (
    select
        assignments.campaign_key,
        assignments.customer_key,
        bool_and(assignments.is_held_out) as is_held_out,
        min(assignments.assigned_at) as assigned_at
    from assignments
    inner join customers
        on assignments.customer_key = customers.customer_key
    group by
        assignments.campaign_key,
        assignments.customer_key
),

buyers as (
    select distinct
        trials.campaign_key,
        trials.customer_key
    from trials
    cross join windows
    inner join orders
        on
            trials.customer_key = orders.customer_key
            and trials.assigned_at < orders.ordered_at
            and trials.assigned_at + windows.campaign_conversion >= orders.ordered_at
)

select
    {{ surrogate_key(['trials.campaign_key', 'trials.customer_key']) }} as trial_key,
    trials.campaign_key,
    trials.customer_key,
    trials.is_held_out,
    buyers.customer_key is not null as has_bought,
    trials.assigned_at,
    trials.assigned_at + windows.campaign_conversion as matures_at
from trials
cross join windows
left join buyers
    on
        trials.campaign_key = buyers.campaign_key
        and trials.customer_key = buyers.customer_key
