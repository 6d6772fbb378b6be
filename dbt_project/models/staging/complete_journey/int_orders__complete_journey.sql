{{ config(materialized='view') }}

{{ orders_of_lines('complete_journey') }}
