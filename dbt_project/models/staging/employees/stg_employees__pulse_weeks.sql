with source as (
    select * from {{ source('employees', 'pulse') }}
),

teams as (
    select * from {{ ref('teams') }}
),

typed as (
    select
        trim(week) as iso_week,
        trim(team) as team_name,
        {{ iso_week_start('trim(week)') }} as week_starts_at,
        asked as asked_text,
        "How did the week go? / 1" as mood_1_text,
        "How did the week go? / 2" as mood_2_text,
        "How did the week go? / 3" as mood_3_text,
        "How did the week go? / 4" as mood_4_text,
        "How did the week go? / 5" as mood_5_text,
        "Could you help customers well? / 1" as enablement_1_text,
        "Could you help customers well? / 2" as enablement_2_text,
        "Could you help customers well? / 3" as enablement_3_text,
        "Could you help customers well? / 4" as enablement_4_text,
        "Could you help customers well? / 5" as enablement_5_text,
        _file_date,
        _line,
        _load_id
    from source
),

counted as (
    select
        *,
        {{ delivered_number('asked_text', 'people', 'integer') }} as asked_count,
        {{ delivered_number('mood_1_text', 'people', 'integer') }} as mood_1,
        {{ delivered_number('mood_2_text', 'people', 'integer') }} as mood_2,
        {{ delivered_number('mood_3_text', 'people', 'integer') }} as mood_3,
        {{ delivered_number('mood_4_text', 'people', 'integer') }} as mood_4,
        {{ delivered_number('mood_5_text', 'people', 'integer') }} as mood_5,
        {{ delivered_number('enablement_1_text', 'people', 'integer') }} as enablement_1,
        {{ delivered_number('enablement_2_text', 'people', 'integer') }} as enablement_2,
        {{ delivered_number('enablement_3_text', 'people', 'integer') }} as enablement_3,
        {{ delivered_number('enablement_4_text', 'people', 'integer') }} as enablement_4,
        {{ delivered_number('enablement_5_text', 'people', 'integer') }} as enablement_5
    from typed
),

ranked as (
    select
        *,
        {{ latest_version(
            'iso_week, team_name',
            content=surrogate_key([
                'asked_text', 'mood_1_text', 'mood_2_text', 'mood_3_text', 'mood_4_text',
                'mood_5_text', 'enablement_1_text', 'enablement_2_text', 'enablement_3_text',
                'enablement_4_text', 'enablement_5_text'
            ])
        ) }} as is_latest_version,
        {{ value_issues({
            'iso_week': 'week_starts_at',
            'asked_text': 'asked_count',
            'mood_1_text': 'mood_1',
            'mood_2_text': 'mood_2',
            'mood_3_text': 'mood_3',
            'mood_4_text': 'mood_4',
            'mood_5_text': 'mood_5',
            'enablement_1_text': 'enablement_1',
            'enablement_2_text': 'enablement_2',
            'enablement_3_text': 'enablement_3',
            'enablement_4_text': 'enablement_4',
            'enablement_5_text': 'enablement_5'
        }) }} as _issues
    from counted
)

select
    -- keys
    {{ surrogate_key(['ranked.iso_week', 'ranked.team_name']) }} as pulse_week_key,
    teams.team_id as team_key,

    -- attributes
    ranked.iso_week,
    ranked.team_name,

    -- measures
    ranked.asked_count,
    ranked.mood_1,
    ranked.mood_2,
    ranked.mood_3,
    ranked.mood_4,
    ranked.mood_5,
    ranked.enablement_1,
    ranked.enablement_2,
    ranked.enablement_3,
    ranked.enablement_4,
    ranked.enablement_5,

    -- dates
    cast(ranked.week_starts_at as date) as week_start_date,

    ranked._issues,
    ranked._line,
    ranked._load_id
from ranked
left join teams
    on lower(ranked.team_name) = lower(teams.team_name)
where ranked.is_latest_version
