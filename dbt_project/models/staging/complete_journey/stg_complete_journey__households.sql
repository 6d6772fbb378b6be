with source as (
    select * from {{ source('complete_journey', 'demographics') }}
),

versions as (
    select
        *,
        {{ latest_version(
            'household_id',
            content=surrogate_key([
                'age', 'income', 'home_ownership', 'marital_status', 'household_size',
                'household_comp', 'kids_count'
            ])
        ) }} as is_latest_version
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

    cast({{ list_of([]) }} as {{ list_type('varchar') }}) as _issues,
    _line,
    _load_id
from versions
where is_latest_version
