"""The two database files of a warehouse: opened, locked, built by dbt, and known to be audited.

Modules are imported one by one: dbt takes seconds to import, and most commands need none of it.
What is in the files belongs to `landing`, to the dbt project and to `publishing`.
"""
