{{ config(materialized='view') }}

{{ union_of_branches('sale_lines') }}
