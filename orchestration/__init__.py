"""Everything that runs the warehouse: landing, the dbt project in Dagster, publishing."""
