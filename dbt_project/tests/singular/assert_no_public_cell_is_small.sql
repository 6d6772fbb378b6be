-- What the public tables show of birth, gender and home stands for enough customers, those of its
-- step alone; whoever is shown without any of it stands with everybody. Customers who were merged
-- since are one.
with shown as (
    select
        customer_key,
        coarsening,
        birth_year,
        birth_decade,
        gender,
        city,
        country_code
    from {{ ref('dim_customers') }}

    union all

    select
        customer_key,
        coarsening,
        birth_year,
        birth_decade,
        gender,
        city,
        country_code
    from {{ ref('customer_history') }}
),

settings as (
    select setting_value as minimum_customers
    from {{ ref('identity_settings') }}
    where setting = 'minimum_customers_per_public_cell'
)

select
    shown.coarsening,
    shown.birth_year,
    shown.birth_decade,
    shown.gender,
    shown.city,
    shown.country_code,
    count(distinct coalesce(redirects.customer_key, shown.customer_key)) as customer_count
from shown
left join {{ ref('customer_key_redirects') }} as redirects
    on shown.customer_key = redirects.old_customer_key
where
    coalesce(
        cast(shown.birth_decade as varchar),
        cast(shown.birth_year as varchar),
        shown.gender,
        shown.city,
        shown.country_code
    ) is not null
group by
    shown.coarsening,
    shown.birth_year,
    shown.birth_decade,
    shown.gender,
    shown.city,
    shown.country_code
having
    count(distinct coalesce(redirects.customer_key, shown.customer_key))
    < (select settings.minimum_customers from settings)
