with source as (
    select * from {{ source('employees', 'training') }}
),

teams as (
    select * from {{ ref('teams') }}
),

typed as (
    select
        trim(week) as iso_week,
        trim(team) as team_name,
        trim(course) as course_name,
        {{ iso_week_start('trim(week)') }} as week_starts_at,
        assigned as assigned_text,
        completed as completed_text,
        {{ delivered_number('assigned', 'people', 'integer') }} as assigned_count,
        {{ delivered_number('completed', 'people', 'integer') }} as stated_completed_count,
        _file_date,
        _line,
        _load_id
    from source
),

counted as (
    select
        *,
        case when stated_completed_count <= assigned_count then stated_completed_count end
            as completed_count,
        {{ latest_version(
            'iso_week, lower(team_name), course_name',
            content=surrogate_key(['assigned_text', 'completed_text'])
        ) }} as is_latest_version
    from typed
),

listed as (
    select
        *,
        {{ value_issues({
            'iso_week': 'week_starts_at',
            'assigned_text': 'assigned_count',
            'completed_text': 'completed_count'
        }) }} as _issues
    from counted
)

select
    -- keys
    {{ surrogate_key(['listed.iso_week', 'lower(listed.team_name)', 'listed.course_name']) }}
        as training_week_key,
    teams.team_id as team_key,

    -- attributes
    listed.iso_week,
    listed.team_name,
    listed.course_name,

    -- measures
    listed.assigned_count,
    listed.completed_count,

    -- dates
    cast(listed.week_starts_at as date) as week_start_date,

    listed._issues,
    listed._line,
    listed._load_id
from listed
left join teams
    on lower(listed.team_name) = lower(teams.team_name)
where listed.is_latest_version
