with models as (
    select * from {{ ref('int_value__models') }}
)

select
    {{ surrogate_key(['prediction_slug', 'name', 'fifth']) }} as prediction_quality_key,
    prediction_slug,
    kind_slug,
    name as measure_slug,
    cast(fifth as integer) as fifth,
    value as measured_value,
    at_least,
    at_most,
    is_met,
    cast(horizon_days as integer) as horizon_days,
    model_version
from models
