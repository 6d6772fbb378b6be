-- The log of merges and splits: what became of the profiles of each key, run by run.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    full_refresh=false
) }}

with beliefs as (
    select * from {{ ref('int_identity__profile_beliefs') }}
),

customer_keys as (
    select * from {{ ref('int_identity__customer_keys') }}
),

last_logged as (
    {% if is_incremental() %}
        select coalesce(max(run_number), 0) as run_number from {{ this }}
    {% else %}
        select 0 as run_number
    {% endif %}
),

ended_beliefs as (
    select * from beliefs
    where to_run_number > (select last_logged.run_number from last_logged)
),

new_beliefs as (
    select * from beliefs
    where from_run_number > (select last_logged.run_number from last_logged)
),

movements as (
    select
        coalesce(ended_beliefs.to_run_number, new_beliefs.from_run_number) as run_number,
        ended_beliefs.customer_key as from_customer_key,
        new_beliefs.customer_key as to_customer_key,
        coalesce(ended_beliefs.valid_to, new_beliefs.valid_from) as changed_at,
        count(*) as profile_count
    from ended_beliefs
    full outer join new_beliefs
        on
            ended_beliefs.profile_key = new_beliefs.profile_key
            and ended_beliefs.to_run_number = new_beliefs.from_run_number
    group by
        coalesce(ended_beliefs.to_run_number, new_beliefs.from_run_number),
        ended_beliefs.customer_key,
        new_beliefs.customer_key,
        coalesce(ended_beliefs.valid_to, new_beliefs.valid_from)
),

-- Keys that stood for somebody when the run began.
standing_keys as (
    select
        moved_keys.run_number,
        moved_keys.customer_key
    from (
        select
            run_number,
            from_customer_key as customer_key
        from movements
        union
        select
            run_number,
            to_customer_key as customer_key
        from movements
    ) as moved_keys
    inner join beliefs
        on
            moved_keys.customer_key = beliefs.customer_key
            and moved_keys.run_number > beliefs.from_run_number
            and moved_keys.run_number <= coalesce(beliefs.to_run_number, moved_keys.run_number)
    group by
        moved_keys.run_number,
        moved_keys.customer_key
),

-- Keys that stand for profiles of a key that still leads elsewhere.
split_off_keys as (
    select
        movements.run_number,
        movements.to_customer_key as customer_key
    from movements
    inner join customer_keys
        on movements.from_customer_key = customer_keys.customer_key
    where movements.to_customer_key != coalesce(customer_keys.live_customer_key, '')
    group by
        movements.run_number,
        movements.to_customer_key
),

-- A new profile of a known customer is no change of keys; neither is one that is taken back.
changes as (
    select
        movements.run_number,
        movements.from_customer_key,
        movements.to_customer_key,
        case
            when movements.to_customer_key is null and from_keys.live_customer_key is null
                then 'retired'
            when movements.to_customer_key is null then null
            when
                movements.from_customer_key is null
                and coalesce(standing_keys.customer_key, split_off_keys.customer_key) is not null
                then null
            when
                movements.from_customer_key is null
                and to_keys.minted_run_number = movements.run_number
                then 'minted'
            when movements.from_customer_key is null then 'returned'
            when from_keys.live_customer_key = movements.to_customer_key then 'merged'
            when standing_keys.customer_key is null then 'split'
            else 'moved'
        end as change_kind,
        movements.profile_count,
        movements.changed_at
    from movements
    left join customer_keys as from_keys
        on movements.from_customer_key = from_keys.customer_key
    left join customer_keys as to_keys
        on movements.to_customer_key = to_keys.customer_key
    left join standing_keys
        on
            movements.run_number = standing_keys.run_number
            and movements.to_customer_key = standing_keys.customer_key
    left join split_off_keys
        on
            movements.run_number = split_off_keys.run_number
            and movements.to_customer_key = split_off_keys.customer_key
)

select
    run_number,
    change_kind,
    from_customer_key,
    to_customer_key,
    profile_count,
    changed_at
from changes
where change_kind is not null
