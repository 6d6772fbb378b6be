{{ config(materialized='view') }}

{{ refunds_of_lines('complete_journey') }}
