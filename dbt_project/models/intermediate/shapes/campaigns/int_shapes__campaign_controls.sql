{{ config(materialized='view') }}

{{ union_of_branches('campaign_controls') }}
