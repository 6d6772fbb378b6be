-- What a member of a dimension is called: a report shows words, not keys.
with channels as (
    select * from {{ ref('channels') }}
    where channel_slug != 'unknown'
),

segments as (
    select distinct segment_slug from {{ ref('int_identity__customers') }}
    where segment_slug is not null and segment_slug != 'unknown'
),

contact_reasons as (
    select * from {{ ref('contact_reasons') }}
),

journey_types as (
    select * from {{ ref('journey_types') }}
),

products as (
    select * from {{ ref('int_orders__products') }}
),

stores as (
    select * from {{ ref('stores') }}
),

teams as (
    select * from {{ ref('teams') }}
),

survey_programs as (
    select distinct program_slug from {{ ref('survey_questions') }}
),

dimensions as (
    select * from {{ ref('kpi_dimensions') }}
)

select
    'channel' as dimension,
    channel_slug as member,
    channel_name as member_name
from channels
union all
select
    'segment' as dimension,
    segment_slug as member,
    {{ slug_in_words('segment_slug') }} as member_name
from segments
union all
select
    'contact_reason' as dimension,
    contact_reason_slug as member,
    contact_reason_name as member_name
from contact_reasons
union all
select
    'journey' as dimension,
    journey_slug as member,
    journey_name as member_name
from journey_types
union all
select
    'product' as dimension,
    product_key as member,
    max(product_name) as member_name
from products
group by product_key
union all
select
    'store' as dimension,
    store_id as member,
    store_name as member_name
from stores
union all
select
    'team' as dimension,
    team_id as member,
    team_name as member_name
from teams
union all
select
    'program' as dimension,
    program_slug as member,
    {{ slug_in_words('program_slug') }} as member_name
from survey_programs
union all
select
    dimension,
    'all' as member,
    'All' as member_name
from dimensions
union all
select
    dimension,
    'unknown' as member,
    'Unknown' as member_name
from dimensions
