{{ config(
    materialized='kept',
    unique_key='touchpoint_key',
    unit='device_key',
    changed_by={
        'int_web__events': 'device_key',
        'int_orders__unlinked_orders': {
            'by': ['order_key', 'checkout_key'],
            'reads': ['profile_key'],
            'find': '''
                select device_key from {int_web__events} semi join changes using (order_key)
                union all
                select device_key from {int_web__events} semi join changes using (checkout_key)
            '''
        },
        'int_shapes__checkouts': {
            'by': 'checkout_key',
            'reads': ['profile_key'],
            'find': 'select device_key from {int_web__events} semi join changes using (checkout_key)'
        },
        'int_touchpoints__sensors': {
            'by': 'device_key', 'reads': ['touchpoint_key', 'occurred_at']
        },
        'int_touchpoints__product_usage': {
            'by': 'device_key', 'reads': ['touchpoint_key', 'profile_key', 'occurred_at']
        }
    },
    whole_by={'int_company__windows': 'device_look_back'}
) }}

-- A device never joins people, so what it did is given to them event by event. Only the times of
-- the events decide, never the order in which they arrived.
with web_events as (
    select * from {{ ref('int_web__events') }} {{ affected('device_key') }}
    where device_key is not null and not is_bot
),

unlinked_orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
    where profile_key is not null
),

checkouts as (
    select * from {{ ref('int_shapes__checkouts') }}
    where profile_key is not null
),

sensor_touchpoints as (
    select * from {{ ref('int_touchpoints__sensors') }} {{ affected('device_key') }}
    where device_key is not null
),

-- The app works for an account, so its reports tell whose phone it is.
product_usage_touchpoints as (
    select * from {{ ref('int_touchpoints__product_usage') }} {{ affected('device_key') }}
    where device_key is not null
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- A name given at the checkout says who acts, as a login does. A checkout that was opened again may
-- have had two names: it bears one of them.
named_checkouts as (
    select
        checkout_key,
        min(profile_key) as profile_key
    from (
        select
            checkout_key,
            profile_key
        from checkouts

        union all

        select
            checkout_key,
            profile_key
        from unlinked_orders
        where checkout_key is not null
    ) as all_checkouts
    group by checkout_key
),

device_events as (
    select
        web_events.touchpoint_key,
        web_events.device_key,
        coalesce(
            web_events.login_profile_key, unlinked_orders.profile_key, named_checkouts.profile_key
        ) as login_profile_key,
        coalesce(web_events.touchpoint_type_slug = 'signed_out', false) as is_sign_out,
        web_events.occurred_at
    from web_events
    left join unlinked_orders
        on web_events.order_key = unlinked_orders.order_key
    left join named_checkouts
        on web_events.checkout_key = named_checkouts.checkout_key

    union all

    select
        touchpoint_key,
        device_key,
        cast(null as varchar) as login_profile_key,
        false as is_sign_out,
        occurred_at
    from sensor_touchpoints

    union all

    select
        touchpoint_key,
        device_key,
        profile_key as login_profile_key,
        false as is_sign_out,
        occurred_at
    from product_usage_touchpoints
),

login_states as (
    select
        *,
        case when login_profile_key is not null then occurred_at end as login_at,
        case when is_sign_out or login_profile_key is not null then is_sign_out end
            as signed_out_by_login
    from device_events
),

-- Of events at the same instant the one with a login comes first: that login is already known.
neighbouring_logins as (
    select
        touchpoint_key,
        device_key,
        login_profile_key,
        occurred_at,
        {{ last_known('login_profile_key') }} over so_far as last_profile_key,
        {{ last_known('signed_out_by_login') }} over so_far as is_signed_out,
        {{ first_known('login_profile_key') }} over from_here as next_profile_key,
        {{ first_known('login_at') }} over from_here as next_login_at
    from login_states
    window
        so_far as (
            partition by device_key
            order by occurred_at asc, login_profile_key is null asc, touchpoint_key asc
            rows between unbounded preceding and current row
        ),
        from_here as (
            partition by device_key
            order by occurred_at asc, login_profile_key is null asc, touchpoint_key asc
            rows between current row and unbounded following
        )
),

attributed as (
    select
        *,
        case
            when login_profile_key is not null then 'own_login'
            when last_profile_key is not null and not is_signed_out then 'open_login'
            when last_profile_key is not null then 'last_login'
            when next_login_at <= occurred_at + (select windows.device_look_back from windows)
                then 'next_login'
            else 'unattributed'
        end as attribution_rule
    from neighbouring_logins
)

select
    touchpoint_key,
    device_key,
    case
        when attribution_rule = 'own_login' then login_profile_key
        when attribution_rule in ('open_login', 'last_login') then last_profile_key
        when attribution_rule = 'next_login' then next_profile_key
    end as profile_key,
    attribution_rule,
    occurred_at
from attributed
