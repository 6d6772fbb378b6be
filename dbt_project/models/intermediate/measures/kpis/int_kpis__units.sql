{{ config(materialized='view') }}

-- Each family lists by name the columns that it has.
{%- set families = [] -%}
{%- for family in unit_families() -%}
    {%- do families.append(ref('int_kpis__' ~ family ~ '_units')) -%}
{%- endfor -%}
{%- do refuse_unlisted_families() %}
{{ union_by_contract(families) }}
