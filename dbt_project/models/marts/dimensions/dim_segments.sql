-- A segment is the word of the source: all that any customer bears.
with customers as (
    select distinct segment_slug from {{ ref('int_identity__customers') }}
    where segment_slug is not null
)

select
    segment_slug,
    {{ slug_in_words('segment_slug') }} as segment_name
from customers
where segment_slug != 'unknown'

union all

select
    'unknown' as segment_slug,
    'Unknown' as segment_name
