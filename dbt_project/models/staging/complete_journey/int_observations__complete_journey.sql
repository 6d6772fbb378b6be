{{ config(materialized='view') }}

with basket_lines as (
    select * from {{ ref('int_orders__sale_lines') }}
    where source_name = 'complete_journey'
),

households as (
    select * from {{ ref('stg_complete_journey__households') }}
),

campaign_households as (
    select * from {{ ref('stg_complete_journey__campaign_households') }}
),

-- Demographics and mailings name households without a time.
appearances as (
    select
        source_profile_id as household_id,
        sold_at as seen_at,
        _load_id
    from basket_lines

    union all

    select
        household_id,
        cast(null as timestamp) as seen_at,
        _load_id
    from households

    union all

    select
        household_id,
        cast(null as timestamp) as seen_at,
        _load_id
    from campaign_households
)

select
    'complete_journey' as source_name,
    household_id as source_profile_id,
    {{ surrogate_key(["'complete_journey'", 'household_id']) }} as profile_key,
    household_id as loyalty_card,
    'US' as country_code,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    max(_load_id) as _load_id
from appearances
group by household_id
