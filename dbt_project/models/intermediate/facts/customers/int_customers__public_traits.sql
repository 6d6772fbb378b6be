-- A ladder: each step shows less of those whose combination still stands for too few customers.
-- Whoever stays on a step is counted there without those who stayed before.
{%- set ladder = [
    ('as_is', ['birth_year', 'birth_decade', 'gender', 'city', 'country_code']),
    ('birth_decade', ['birth_decade', 'gender', 'city', 'country_code']),
    ('no_city', ['birth_decade', 'gender', 'country_code']),
    ('no_gender', ['birth_decade', 'country_code']),
    ('country', ['country_code']),
] %}
with descriptions as (
    select * from {{ ref('int_customers__descriptions') }}
),

customer_history as (
    select * from {{ ref('int_identity__customer_history') }}
),

customer_keys as (
    select * from {{ ref('int_identity__customer_keys') }}
),

settings as (
    select setting_value as minimum_customers
    from {{ ref('identity_settings') }}
    where setting = 'minimum_customers_per_public_cell'
),

described as (
    select
        customer_key,
        birth_year,
        gender,
        city,
        country_code
    from descriptions

    union all

    select
        customer_key,
        birth_year,
        gender,
        city,
        country_code
    from customer_history
),

-- Customers who were merged since are one.
up_to_step_0 as (
    select distinct
        coalesce(customer_keys.live_customer_key, described.customer_key) as customer_key,
        {{ surrogate_key([
            'described.birth_year', 'described.gender', 'described.city', 'described.country_code'
        ]) }} as traits_key,
        described.birth_year,
        10 * {{ whole_quotient('described.birth_year', '10') }} as birth_decade,
        described.gender,
        described.city,
        described.country_code
    from described
    left join customer_keys
        on described.customer_key = customer_keys.customer_key
),

{% for step, columns in ladder %}
    cells_of_step_{{ loop.index }} as (
        select
            {{ surrogate_key(columns) }} as cell_key,
            count(distinct customer_key) as customer_count
        from up_to_step_{{ loop.index0 }}
        group by cell_key
    ),

    kept_on_step_{{ loop.index }} as (
        select cells_of_step_{{ loop.index }}.cell_key
        from cells_of_step_{{ loop.index }}
        cross join settings
        where cells_of_step_{{ loop.index }}.customer_count >= settings.minimum_customers
    ),

    up_to_step_{{ loop.index }} as (
        select *
        from up_to_step_{{ loop.index0 }}
        where
            {{ surrogate_key(columns) }} not in (
                select kept_on_step_{{ loop.index }}.cell_key from kept_on_step_{{ loop.index }}
            )
    ),

{% endfor %}
steps as (
    {% for step, columns in ladder %}
        select
            traits_key,
            '{{ step }}' as coarsening,
            {% for column in ladder[0][1] %}
                {{ column if column in columns else 'null' }} as {{ column }}
                {%- if not loop.last %},{% endif %}
            {% endfor %}
        from up_to_step_{{ loop.index0 }}
        where
            {{ surrogate_key(columns) }} in (
                select kept_on_step_{{ loop.index }}.cell_key from kept_on_step_{{ loop.index }}
            )

        union all

    {% endfor %}
    select
        traits_key,
        'nothing' as coarsening,
        {% for column in ladder[0][1] %}
            null as {{ column }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from up_to_step_{{ ladder | length }}
)

select distinct
    traits_key,
    coarsening,
    cast(birth_year as integer) as birth_year,
    cast(birth_decade as integer) as birth_decade,
    cast(gender as varchar) as gender,
    cast(city as varchar) as city,
    cast(country_code as varchar) as country_code
from steps
