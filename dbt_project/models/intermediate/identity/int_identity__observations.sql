-- A new source is one more branch. The branches are made alike: union goes by position.
with shop as (
    select * from {{ ref('int_identity__shop_observations') }}
),

pos as (
    select * from {{ ref('int_identity__pos_observations') }}
),

complete_journey as (
    select * from {{ ref('int_identity__complete_journey_observations') }}
),

web as (
    select * from {{ ref('int_identity__web_observations') }}
),

accounts as (
    select * from {{ ref('int_identity__accounts_observations') }}
),

product_usage as (
    select * from {{ ref('int_identity__product_usage_observations') }}
),

sensors as (
    select * from {{ ref('int_identity__sensors_observations') }}
),

loyalty as (
    select * from {{ ref('int_identity__loyalty_observations') }}
),

crm as (
    select * from {{ ref('int_identity__crm_observations') }}
),

email as (
    select * from {{ ref('int_identity__email_observations') }}
),

messaging as (
    select * from {{ ref('int_identity__messaging_observations') }}
),

calls as (
    select * from {{ ref('int_identity__calls_observations') }}
),

chat as (
    select * from {{ ref('int_identity__chat_observations') }}
),

tickets as (
    select * from {{ ref('int_identity__tickets_observations') }}
),

social as (
    select * from {{ ref('int_identity__social_observations') }}
),

surveys as (
    select * from {{ ref('int_identity__surveys_observations') }}
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
