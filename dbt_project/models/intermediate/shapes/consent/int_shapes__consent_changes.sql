{{ config(materialized='view') }}

{{ union_of_branches('consent_changes') }}
