"""Statistics of journeys that SQL can't do well, for dbt Python models to call."""
