with hazard_ratios as (
    select * from {{ ref('int_churn__hazard_ratios') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'defection_hazards'
)

select
    cast(hazard_ratios.experience_number as integer) as experience_number,
    hazard_ratios.customer_count,
    hazard_ratios.control_count,
    hazard_ratios.left_count,
    hazard_ratios.control_left_count,
    hazard_ratios.hazard_ratio,
    hazard_ratios.ci_low,
    hazard_ratios.ci_high,
    hazard_ratios.customer_count >= mart_rules.minimum_n
    and hazard_ratios.control_count >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from hazard_ratios
cross join mart_rules
