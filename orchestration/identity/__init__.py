"""Identity resolution, as far as SQL cannot do it.

For dbt's Python models: phone numbers, likely matches by a trained model, and the decision which
links hold. For people: why two profiles are one customer, what other seeds would change, how good
the result is, and the registry of customer keys as a file. The SQL between is in
`dbt_project/models/intermediate/identity/`.
"""
