with source as (
    select * from {{ source('complete_journey', 'demographics') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by household_id
            order by
                _file_date desc,
                {{ surrogate_key([
                    'age', 'income', 'home_ownership', 'marital_status', 'household_size',
                    'household_comp', 'kids_count'
                ]) }} desc
        ) as version_rank
    from source
)

select
    -- keys
    household_id,

    -- attributes
    age as age_band,
    income as income_band,
    home_ownership,
    marital_status,
    household_size,
    household_comp as household_composition,
    kids_count as child_count_band,

    cast([] as varchar[]) as _issues,
    _load_id
from versions
where version_rank = 1
