"""What sqlfluff's jinja templater sees as `dbt`: enough of dbt's cross-database macros to lint."""


def safe_cast(field: str, data_type: str) -> str:
    """Stand for `dbt.safe_cast`."""
    return f"try_cast({field} as {data_type})"


def datediff(first: str, second: str, datepart: str) -> str:
    """Stand for `dbt.datediff`."""
    return f"date_diff('{datepart}', {first}, {second})"


def dateadd(datepart: str, interval: str | int, from_date_or_timestamp: str) -> str:
    """Stand for `dbt.dateadd`."""
    return f"date_add({from_date_or_timestamp}, {interval})"


def date_trunc(datepart: str, date: str) -> str:
    """Stand for `dbt.date_trunc`."""
    return f"date_trunc('{datepart}', {date})"


def listagg(measure: str, delimiter: str = "','", order_by_clause: str = "") -> str:
    """Stand for `dbt.listagg`."""
    return f"string_agg({measure}, {delimiter} {order_by_clause})"
