with settings as (
    select
        max(case when setting = 'match_link_probability' then setting_value end)
            as link_probability,
        max(case when setting = 'match_best_link_probability' then setting_value end)
            as best_link_probability,
        max(case when setting = 'match_link_probability_without_homes' then setting_value end)
            as link_probability_without_homes,
        max(case when setting = 'match_birth_date_edits' then setting_value end)
            as birth_date_edits
    from {{ ref('identity_settings') }}
),

known_matches as (
    select * from {{ ref('int_identity__matches') }}
),

best_matches as (
    select
        sides.profile_key,
        max(sides.match_probability) as match_probability
    from (
        select
            left_profile_key as profile_key,
            match_probability
        from known_matches
        union all
        select
            right_profile_key as profile_key,
            match_probability
        from known_matches
    ) as sides
    group by sides.profile_key
),

learnt as (
    select
        coalesce(bool_or(has_homes), true) as has_homes,
        coalesce(bool_or(is_paired), false) as is_paired
    from {{ ref('int_identity__matched_records') }}
),

-- A profile without a likelier match takes one that is a little less likely. One that has likelier
-- matches would only tie two people together. Where nobody lives with anybody, nothing but chance
-- makes two people alike: two who are each other's likeliest are linked from even odds. Where
-- nobody has more than two records, no others are.
matches as (
    select known_matches.*
    from known_matches
    inner join best_matches as left_bests
        on known_matches.left_profile_key = left_bests.profile_key
    inner join best_matches as right_bests
        on known_matches.right_profile_key = right_bests.profile_key
    cross join settings
    cross join learnt
    where
        (
            not learnt.is_paired
            and known_matches.match_probability >= settings.link_probability
        )
        or (
            not learnt.is_paired
            and known_matches.match_probability >= settings.best_link_probability
            and known_matches.match_probability
            >= least(left_bests.match_probability, right_bests.match_probability)
        )
        or (
            not learnt.has_homes
            and known_matches.match_probability >= settings.link_probability_without_homes
            and known_matches.match_probability
            >= greatest(left_bests.match_probability, right_bests.match_probability)
        )
),

records as (
    select * from {{ ref('int_identity__match_records') }}
),

identifiers as (
    select * from {{ ref('int_identity__identifiers') }}
    where is_linking and is_blocked and not is_junk
),

full_names as (
    select * from {{ ref('int_identity__full_names') }}
),

different_namesakes as (
    select * from {{ ref('int_identity__different_namesakes') }}
    where is_beyond_birth_dates
),

-- Where birth dates are often mistyped, two of them do not prove two people. Where nobody has more
-- than two records, a record is tied to one other alone, and their odds weigh the birth dates.
limits as (
    select settings.birth_date_edits
    from settings
    cross join {{ ref('int_identity__matched_records') }} as matched_records
    where
        not matched_records.is_paired
        and not array_contains(matched_records.unreliable_kinds, 'birth_date')
),

-- A profile that bears the name of father and son and shows no birth date matches both.
candidates as (
    select
        undated_matches.profile_key,
        dated_records.birth_date
    from (
        select
            left_profile_key as profile_key,
            right_profile_key as other_profile_key
        from matches
        union all
        select
            right_profile_key as profile_key,
            left_profile_key as other_profile_key
        from matches
    ) as undated_matches
    inner join records as undated_records
        on undated_matches.profile_key = undated_records.profile_key
    inner join records as dated_records
        on undated_matches.other_profile_key = dated_records.profile_key
    where undated_records.birth_date is null and dated_records.birth_date is not null
    group by undated_matches.profile_key, dated_records.birth_date
),

ambiguous_profiles as (
    select candidates.profile_key
    from candidates
    inner join candidates as other_candidates
        on
            candidates.profile_key = other_candidates.profile_key
            and candidates.birth_date < other_candidates.birth_date
    cross join limits
    where
        {{ edit_distance('candidates.birth_date', 'other_candidates.birth_date') }}
        > limits.birth_date_edits
    group by candidates.profile_key
),

-- The two profiles have only their name and the line that they share to go by.
namesake_matches as (
    select distinct
        matches.left_profile_key,
        matches.right_profile_key
    from matches
    inner join identifiers as left_identifiers
        on matches.left_profile_key = left_identifiers.profile_key
    inner join identifiers as right_identifiers
        on
            matches.right_profile_key = right_identifiers.profile_key
            and left_identifiers.identifier_type = right_identifiers.identifier_type
            and left_identifiers.identifier_value = right_identifiers.identifier_value
    inner join different_namesakes
        on
            left_identifiers.identifier_type = different_namesakes.identifier_type
            and left_identifiers.identifier_value = different_namesakes.identifier_value
    left join full_names as left_names
        on matches.left_profile_key = left_names.profile_key
    left join full_names as right_names
        on matches.right_profile_key = right_names.profile_key
    where different_namesakes.full_name in (left_names.full_name, right_names.full_name)
)

select
    matches.left_profile_key,
    matches.right_profile_key,
    matches.match_probability
from matches
inner join records as left_records
    on matches.left_profile_key = left_records.profile_key
inner join records as right_records
    on matches.right_profile_key = right_records.profile_key
left join ambiguous_profiles as left_ambiguous_profiles
    on matches.left_profile_key = left_ambiguous_profiles.profile_key
left join ambiguous_profiles as right_ambiguous_profiles
    on matches.right_profile_key = right_ambiguous_profiles.profile_key
left join namesake_matches
    on
        matches.left_profile_key = namesake_matches.left_profile_key
        and matches.right_profile_key = namesake_matches.right_profile_key
where
    namesake_matches.left_profile_key is null
    and (left_ambiguous_profiles.profile_key is null or right_records.birth_date is null)
    and (right_ambiguous_profiles.profile_key is null or left_records.birth_date is null)
