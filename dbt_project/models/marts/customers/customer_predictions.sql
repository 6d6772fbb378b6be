-- An amount or a chance is that of all customers of the same fifth: a group can be predicted, one
-- person hardly. Beside it stands by how much the same fifth was missed the last time.
{%- set fifths = [
    'value_fifth', 'order_fifth', 'risk_fifth', 'p_repurchase_30_fifth', 'p_contact_30_fifth'
] %}
with predictions as (
    select * from {{ ref('int_value__predictions') }}
),

models as (
    select * from {{ ref('int_value__models') }}
    where fifth is not null
),

holdout_errors as (
    select
        fifth,
        max(value) filter (
            where prediction_slug = 'expected_orders' and name = 'holdout_predicted_mean'
        ) as predicted_orders,
        max(value) filter (
            where prediction_slug = 'expected_orders' and name = 'holdout_actual_mean'
        ) as actual_orders,
        max(value) filter (
            where prediction_slug = 'expected_margin' and name = 'holdout_predicted_mean'
        ) as predicted_margin,
        max(value) filter (
            where prediction_slug = 'expected_margin' and name = 'holdout_actual_mean'
        ) as actual_margin
    from models
    group by fifth
),

settings as (
    select setting_value as minimum_customers
    from {{ ref('identity_settings') }}
    where setting = 'minimum_customers_per_public_cell'
),

described as (
    select
        *,
        avg(expected_orders) over (partition by order_fifth) as mean_orders,
        avg(expected_margin) over (partition by value_fifth) as mean_margin,
        avg(p_repurchase_30) over (partition by p_repurchase_30_fifth) as mean_repurchase,
        avg(p_contact_30) over (partition by p_contact_30_fifth) as mean_contact
    from predictions
),

-- All fifths together single out nobody: where too few customers share them, the last of them is
-- left out, then the one before it. Who shares enough stays as they are, so no cell gets small.
up_to_step_0 as (
    select
        described.*,
        settings.minimum_customers
    from described
    cross join settings
),

{% for fifth in fifths | reverse %}
    up_to_step_{{ loop.index }} as (
        select
            {{ all_columns_but('step', [fifth]) }},
            case
                when
                    count(*) over (partition by {{ fifths | join(', ') }})
                    >= step.minimum_customers
                    then step.{{ fifth }}
            end as {{ fifth }}
        from up_to_step_{{ loop.index0 }} as step
    ),

{% endfor %}
shown_predictions as (
    select * from up_to_step_{{ fifths | length }}
)

select
    shown.customer_key,
    cast(shown.horizon_days as integer) as horizon_days,
    cast(shown.value_fifth as integer) as value_fifth,
    cast(shown.order_fifth as integer) as order_fifth,
    cast(shown.risk_fifth as integer) as risk_fifth,
    case when shown.order_fifth is not null then shown.mean_orders end as expected_order_count,
    case
        when shown.order_fifth is not null and shown.mean_orders is not null
            then
                (orders_of_fifth.predicted_orders - orders_of_fifth.actual_orders)
                / nullif(orders_of_fifth.actual_orders, 0)
    end as order_error_share,
    case when shown.value_fifth is not null then shown.mean_margin end as expected_margin_amount,
    case
        when shown.value_fifth is not null and shown.mean_margin is not null
            then
                (margin_of_fifth.predicted_margin - margin_of_fifth.actual_margin)
                / nullif(abs(margin_of_fifth.actual_margin), 0)
    end as margin_error_share,
    case when shown.p_repurchase_30_fifth is not null then shown.mean_repurchase end
        as p_repurchase_30,
    case when shown.p_contact_30_fifth is not null then shown.mean_contact end as p_contact_30,
    case
        when shown.order_fifth is null or shown.mean_orders is null
            then coalesce(shown.expected_orders_reason, 'too_few_alike')
    end as order_reason,
    case
        when shown.value_fifth is null or shown.mean_margin is null
            then coalesce(shown.expected_margin_reason, 'too_few_alike')
    end as margin_reason,
    case
        when shown.p_repurchase_30_fifth is null
            then coalesce(shown.p_repurchase_30_reason, 'too_few_alike')
    end as repurchase_reason,
    case
        when shown.p_contact_30_fifth is null
            then coalesce(shown.p_contact_30_reason, 'too_few_alike')
    end as contact_reason,
    shown.model_version
from shown_predictions as shown
left join holdout_errors as orders_of_fifth
    on shown.order_fifth = orders_of_fifth.fifth
left join holdout_errors as margin_of_fifth
    on shown.value_fifth = margin_of_fifth.fifth
