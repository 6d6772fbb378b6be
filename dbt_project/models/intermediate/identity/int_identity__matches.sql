with matched_records as (
    select * from {{ ref('int_identity__matched_records') }}
)

select
    profile_key as left_profile_key,
    unnest(matches).right_profile_key as right_profile_key,
    unnest(matches).match_probability as match_probability,
    model_version
from matched_records
