with matched_records as (
    select * from {{ ref('int_identity__matched_records') }}
),

matches as (
    select
        profile_key as left_profile_key,
        {{ one_row_per('matches') }} as found,
        model_version
    from matched_records
)

select
    left_profile_key,
    found['right_profile_key'] as right_profile_key,
    found['match_probability'] as match_probability,
    model_version
from matches
