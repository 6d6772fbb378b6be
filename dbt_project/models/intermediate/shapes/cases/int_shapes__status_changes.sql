{{ config(materialized='view') }}

{{ union_of_branches('status_changes') }}
