-- A team that a source names and the list does not is listed by its key.
with teams as (
    select * from {{ ref('teams') }}
),

touchpoints as (
    select distinct team_key from {{ ref('int_touchpoints__all') }}
    where team_key is not null
),

unlisted_teams as (
    select touchpoints.team_key
    from touchpoints
    left join teams
        on touchpoints.team_key = teams.team_id
    where teams.team_id is null and touchpoints.team_key != 'unknown'
)

select
    team_id as team_key,
    team_name,
    team_function,
    store_id as store_key,
    true as is_listed
from teams

union all

select
    team_key,
    team_key as team_name,
    null as team_function,
    null as store_key,
    false as is_listed
from unlisted_teams

union all

select
    'unknown' as team_key,
    'Unknown' as team_name,
    null as team_function,
    null as store_key,
    false as is_listed
