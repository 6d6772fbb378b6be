{{ config(materialized='view') }}

{{ orders_of_lines('pos') }}
