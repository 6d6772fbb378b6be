-- What a source names and no list knows is a member by its key, without a name; it stops nothing.
{{ config(severity='warn', meta={'tells_rows': true}) }}

with members as (
    select
        'stores.csv' as list_name,
        store_key as member,
        is_listed
    from {{ ref('dim_stores') }}

    union all

    select
        'teams.csv' as list_name,
        team_key as member,
        is_listed
    from {{ ref('dim_teams') }}

    union all

    select
        'the products of a source' as list_name,
        product_key as member,
        is_listed
    from {{ ref('dim_products') }}
)

select
    list_name,
    member
from members
where not is_listed and member != 'unknown'
