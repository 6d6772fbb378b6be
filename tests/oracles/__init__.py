"""Every KPI computed a second time, in plain pandas, from the conformed facts.

Written from the definitions (`seeds/reference/kpis/kpis.csv`, `dbt_project/docs/decisions/`), never
from the SQL behind the marts: two mistakes that agree are rarer than one. What does not belong
here: `int_kpis__*` or a mart as an input.
"""
