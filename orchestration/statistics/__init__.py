"""Statistics that SQL can't do well, for dbt Python models to call: pure functions of frames."""
