{{ config(materialized='view') }}

{{ refunds_of_lines('pos') }}
