{{ config(materialized='connected_components') }}

with proposed_links as (
    select * from {{ ref('int_identity__proposed_links') }}
)

select
    left_profile_key as left_key,
    right_profile_key as right_key
from proposed_links
