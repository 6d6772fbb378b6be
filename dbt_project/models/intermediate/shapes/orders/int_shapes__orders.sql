{{ config(materialized='view') }}

{{ union_of_branches('orders') }}
