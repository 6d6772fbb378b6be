-- Keeps which customer each profile was believed to be, and when. Corrected data changes the belief
-- of today, never an earlier one.
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['profile_key', 'from_run_number'],
    on_schema_change='fail',
    full_refresh=false
) }}

with customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

-- A run that changes who is who changes the registry.
latest_runs as (
    select
        max(changed_run_number) as run_number,
        max(changed_at) as run_at
    from {{ ref('int_identity__customer_keys') }}
),

standing_beliefs as (
    {% if is_incremental() %}
        select * from {{ this }}
        where valid_to is null
    {% else %}
        select
            cast(null as varchar) as profile_key,
            cast(null as varchar) as customer_key,
            cast(null as bigint) as from_run_number,
            cast(null as timestamp) as valid_from
        where false
    {% endif %}
),

ended_beliefs as (
    select
        standing_beliefs.profile_key,
        standing_beliefs.customer_key,
        standing_beliefs.from_run_number,
        standing_beliefs.valid_from
    from standing_beliefs
    left join customer_profiles
        on
            standing_beliefs.profile_key = customer_profiles.profile_key
            and standing_beliefs.customer_key = customer_profiles.customer_key
    where customer_profiles.profile_key is null
),

new_beliefs as (
    select
        customer_profiles.profile_key,
        customer_profiles.customer_key
    from customer_profiles
    left join standing_beliefs
        on
            customer_profiles.profile_key = standing_beliefs.profile_key
            and customer_profiles.customer_key = standing_beliefs.customer_key
    where standing_beliefs.profile_key is null
)

select
    ended_beliefs.profile_key,
    ended_beliefs.customer_key,
    ended_beliefs.from_run_number,
    latest_runs.run_number as to_run_number,
    ended_beliefs.valid_from,
    latest_runs.run_at as valid_to
from ended_beliefs
cross join latest_runs

union all

select
    new_beliefs.profile_key,
    new_beliefs.customer_key,
    latest_runs.run_number as from_run_number,
    cast(null as bigint) as to_run_number,
    latest_runs.run_at as valid_from,
    cast(null as timestamp) as valid_to
from new_beliefs
cross join latest_runs
