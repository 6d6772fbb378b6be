{{ config(materialized='view') }}

-- In which zone a customer's night is: that of their country, else the company's. No source tells
-- the zone itself.
with golden_records as (
    select * from {{ ref('int_identity__golden_records') }}
),

country_time_zones as (
    select * from {{ ref('country_time_zones') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
)

select
    golden_records.customer_key,
    coalesce(country_time_zones.time_zone, settings.default_time_zone) as time_zone,
    country_time_zones.time_zone is not null as is_of_country
from golden_records
cross join settings
left join country_time_zones
    on golden_records.country_code = country_time_zones.country_code
