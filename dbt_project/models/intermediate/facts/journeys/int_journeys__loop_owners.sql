-- Which team has to talk to a detractor: known from what was answered about, before anybody calls,
-- so that who reaches nobody answers for it as who does.
with loops as (
    select * from {{ ref('int_feedback__loops') }}
),

answer_subjects as (
    select * from {{ ref('int_journeys__answer_subjects') }}
),

teams as (
    select * from {{ ref('teams') }}
),

closed_loop_owners as (
    select * from {{ ref('closed_loop_owners') }}
),

store_teams as (
    select
        store_id,
        min(team_id) as team_key
    from teams
    where store_id is not null
    group by store_id
),

subjects as (
    select
        loops.response_key,
        loops.program_slug,
        loops.channel_slug,
        loops.answer_reason_slug,
        answer_subjects.store_key,
        answer_subjects.team_key as case_team_key,
        store_teams.team_key as store_team_key
    from loops
    left join answer_subjects
        on loops.response_key = answer_subjects.response_key
    left join store_teams
        on answer_subjects.store_key = store_teams.store_id
),

fitting_rules as (
    select
        subjects.response_key,
        subjects.store_key,
        closed_loop_owners.priority,
        case closed_loop_owners.owner_kind
            when 'case_team' then subjects.case_team_key
            when 'store_team' then subjects.store_team_key
            else closed_loop_owners.team_id
        end as team_key
    from subjects
    inner join closed_loop_owners
        on
            coalesce(
                closed_loop_owners.program_slug is null
                or subjects.program_slug = closed_loop_owners.program_slug,
                false
            )
            and coalesce(
                closed_loop_owners.channel_slug is null
                or subjects.channel_slug = closed_loop_owners.channel_slug,
                false
            )
            and coalesce(
                closed_loop_owners.contact_reason_slug is null
                or subjects.answer_reason_slug = closed_loop_owners.contact_reason_slug,
                false
            )
            and coalesce(
                closed_loop_owners.store_id is null
                or subjects.store_key = closed_loop_owners.store_id,
                false
            )
)

select
    response_key,
    max(store_key) as store_key,
    -- A rule that finds no team is none.
    min_by(team_key, priority) as owner_team_key
from fitting_rules
where team_key is not null
group by response_key
