with customers as (
    select * from {{ ref('int_identity__customers') }}
),

profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

links as (
    select * from {{ ref('int_identity__links') }}
),

refused_links as (
    select * from {{ ref('int_identity__refused_links') }}
),

identities_to_review as (
    select * from {{ ref('todo_identities_to_review') }}
),

identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

personal_profiles as (
    select * from {{ ref('int_identity__personal_profiles') }}
),

device_attributions as (
    select * from {{ ref('int_identity__device_attributions') }}
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where not is_bot
),

active_customers as (
    select customer_key
    from touchpoints
    where customer_key is not null
    group by customer_key
),

acting_profiles as (
    select
        touchpoint_key,
        channel_slug,
        profile_key
    from {{ ref('int_touchpoints__all') }}
    where not is_bot
),

identifier_holdings as (
    select
        customer_profiles.customer_key,
        identifiers.identifier_type,
        identifiers.identifier_value
    from identifiers
    inner join customer_profiles
        on identifiers.profile_key = customer_profiles.profile_key
    where not identifiers.is_junk
    group by
        customer_profiles.customer_key,
        identifiers.identifier_type,
        identifiers.identifier_value
),

largest_customers as (
    select
        profile_count,
        row_number() over (order by profile_count desc, customer_key asc) as size_rank
    from customers
),

linked_profiles as (
    select left_profile_key as profile_key
    from links
    union
    select right_profile_key as profile_key
    from links
),

customer_kinds as (
    select
        case
            when is_identified then 'person'
            when is_shared_mailbox then 'shared_mailbox'
            when is_lone_identifier then 'lone_identifier'
            when not is_device_only then 'contact_without_identifier'
            when customer_key in (select active_customers.customer_key from active_customers)
                then 'visitor'
            else 'device_of_known_people'
        end as customer_kind
    from customers
),

-- A touchpoint is known when it carries an identifier, identified when that is more than a device.
measured as (
    select
        'customers_identified' as measure_slug,
        'all' as member,
        count(*) filter (where is_identified) as part_count,
        count(*) as whole_count
    from customers
    where
        not is_device_only
        or customer_key in (select active_customers.customer_key from active_customers)

    union all

    select
        'customers_by_kind' as measure_slug,
        customer_kind as member,
        count(*) as part_count,
        cast(sum(count(*)) over () as bigint) as whole_count
    from customer_kinds
    group by customer_kind

    union all

    select
        'profiles_per_identified_customer' as measure_slug,
        'all' as member,
        cast(coalesce(sum(profile_count), 0) as bigint) as part_count,
        count(*) as whole_count
    from customers
    where is_identified

    union all

    select
        'largest_customer_profiles' as measure_slug,
        'all' as member,
        coalesce(max(profile_count), 0) as part_count,
        1 as whole_count
    from customers

    union all

    select
        'profiles_linked' as measure_slug,
        profiles.source_name as member,
        count(*) filter (where linked_profiles.profile_key is not null) as part_count,
        count(*) as whole_count
    from profiles
    left join linked_profiles
        on profiles.profile_key = linked_profiles.profile_key
    group by profiles.source_name

    union all

    select
        'identifiers_blocked' as measure_slug,
        identifier_type as member,
        count(*) filter (where is_blocked) as part_count,
        count(*) as whole_count
    from identifiers
    group by identifier_type

    union all

    select
        'largest_customers' as measure_slug,
        cast(size_rank as varchar) as member,
        profile_count as part_count,
        (
            select count(*)
            from profiles
        ) as whole_count
    from largest_customers
    where size_rank <= 10

    union all

    select
        'customers_by_profiles' as measure_slug,
        cast(profile_count as varchar) as member,
        count(*) as part_count,
        cast(sum(count(*)) over () as bigint) as whole_count
    from customers
    group by profile_count

    union all

    select
        'identifiers_per_customer' as measure_slug,
        identifier_type as member,
        count(*) as part_count,
        count(distinct customer_key) as whole_count
    from identifier_holdings
    group by identifier_type

    union all

    select
        'links_refused_because' as measure_slug,
        refusal_reason as member,
        count(*) as part_count,
        cast(sum(count(*)) over () as bigint) as whole_count
    from refused_links
    group by refusal_reason

    union all

    select
        'links_refused' as measure_slug,
        'all' as member,
        (
            select count(*)
            from refused_links
        ) as part_count,
        (
            select count(*)
            from refused_links
        ) + (
            select count(*)
            from links
        ) as whole_count

    union all

    select
        'identities_to_review' as measure_slug,
        'all' as member,
        count(*) as part_count,
        1 as whole_count
    from identities_to_review

    union all

    -- Stitching, which this leaves out, is what another event on the device or another profile
    -- told.
    select
        'touchpoints_identified_before_stitching' as measure_slug,
        acting_profiles.channel_slug as member,
        count(*) filter (
            where personal_profiles.profile_key is not null
            and customers.is_identified
            and coalesce(device_attributions.attribution_rule, 'own_login') = 'own_login'
        ) as part_count,
        count(*) as whole_count
    from acting_profiles
    left join personal_profiles
        on acting_profiles.profile_key = personal_profiles.profile_key
    left join customer_profiles
        on acting_profiles.profile_key = customer_profiles.profile_key
    left join customers
        on customer_profiles.customer_key = customers.customer_key
    left join device_attributions
        on acting_profiles.touchpoint_key = device_attributions.touchpoint_key
    group by acting_profiles.channel_slug

    union all

    select
        'touchpoints_known' as measure_slug,
        channel_slug as member,
        count(*) filter (where is_known_customer) as part_count,
        count(*) as whole_count
    from touchpoints
    group by channel_slug

    union all

    select
        'touchpoints_identified' as measure_slug,
        channel_slug as member,
        count(*) filter (where is_identified) as part_count,
        count(*) as whole_count
    from touchpoints
    group by channel_slug
)

select
    measure_slug,
    member,
    part_count,
    whole_count,
    part_count / nullif(whole_count, 0) as measure_value
from measured
