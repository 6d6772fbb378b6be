{{ config(materialized='connected_components') }}

with proposed_links as (
    select * from {{ ref('int_identity__proposed_links') }}
)

-- By hash and day, a run finds the links that are new without reading the keys of the others.
select
    left_profile_key as left_key,
    right_profile_key as right_key,
    link_hash,
    coalesce(cast(linked_at as date), date '0001-01-01') as link_group
from proposed_links
