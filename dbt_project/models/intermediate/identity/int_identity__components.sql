{{ config(materialized='connected_components') }}

with links as (
    select * from {{ ref('int_identity__links') }}
)

select
    left_profile_key as left_key,
    right_profile_key as right_key
from links
