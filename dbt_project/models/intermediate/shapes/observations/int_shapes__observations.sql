-- A new source is one more branch. The branches are made alike: union goes by position.
with shop as (
    select * from {{ ref('int_observations__shop') }}
),

pos as (
    select * from {{ ref('int_observations__pos') }}
),

complete_journey as (
    select * from {{ ref('int_observations__complete_journey') }}
),

web as (
    select * from {{ ref('int_observations__web') }}
),

accounts as (
    select * from {{ ref('int_observations__accounts') }}
),

product_usage as (
    select * from {{ ref('int_observations__product_usage') }}
),

sensors as (
    select * from {{ ref('int_observations__sensors') }}
),

loyalty as (
    select * from {{ ref('int_observations__loyalty') }}
),

crm as (
    select * from {{ ref('int_observations__crm') }}
),

email as (
    select * from {{ ref('int_observations__email') }}
),

messaging as (
    select * from {{ ref('int_observations__messaging') }}
),

calls as (
    select * from {{ ref('int_observations__calls') }}
),

chat as (
    select * from {{ ref('int_observations__chat') }}
),

tickets as (
    select * from {{ ref('int_observations__tickets') }}
),

social as (
    select * from {{ ref('int_observations__social') }}
),

surveys as (
    select * from {{ ref('int_observations__surveys') }}
),

observations as (
    select * from shop
    union all
    select * from pos
    union all
    select * from complete_journey
    union all
    select * from web
    union all
    select * from accounts
    union all
    select * from product_usage
    union all
    select * from sensors
    union all
    select * from loyalty
    union all
    select * from crm
    union all
    select * from email
    union all
    select * from messaging
    union all
    select * from calls
    union all
    select * from chat
    union all
    select * from tickets
    union all
    select * from social
    union all
    select * from surveys
)

select
    source_name,
    source_profile_id,
    profile_key,
    email,
    phone,
    loyalty_card,
    account_id,
    device_id,
    social_handle,
    contact_id,
    given_name,
    surname,
    birth_date,
    gender,
    language,
    country_code,
    city,
    postcode,
    street_address,
    -- No source of today sends them.
    cast(null as varchar) as region,
    cast(null as varchar) as government_id,
    segment_slug,
    first_seen_at,
    last_seen_at,
    _load_id
from observations
