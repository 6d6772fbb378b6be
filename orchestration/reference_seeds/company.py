"""Rules for what the company says of itself: settings that can be read, sources, exchange rates.

Each check reads seeds of which `declared` has found nothing to say.
"""

from collections.abc import Callable, Iterator, Mapping

from orchestration.paths import dbt_project_dir
from orchestration.reference_seeds.declared import misformed, not_among
from orchestration.reference_seeds.table import Problem, Row, Seed

# Settings of a form that `declared` knows.
_FORMS = {
    "default_time_zone": "time_zone",
    "reporting_currency": "currency",
    "handling_cost_currency": "currency",
    "default_country": "country",
}
# What any other setting has to be, in words and as a question to its number.
_NUMBERS: dict[str, tuple[str, Callable[[float], bool]]] = {
    "handling_cost_per_hour": ("an amount of 0 or more", lambda value: value >= 0),
    "session_timeout_minutes": ("minutes above 0", lambda value: value > 0),
    "fiscal_year_first_month": ("a month, 1 to 12", lambda value: value in range(1, 13)),
    "as_of_early_days": ("days, 0 or more", lambda value: value >= 0),
    "as_of_early_share": ("a share between 0 and 1", lambda value: 0 <= value <= 1),
    "as_of_late_days": ("days above 0", lambda value: value > 0),
}


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """What would stop a build late, or turn money and days into something else."""
    yield from _source_problems(seeds["company_sources"])
    settings = seeds["company_settings"]
    of_settings = [problem for row in settings.rows if (problem := _setting_problem(row))]
    yield from of_settings
    # No currency has a rate to one that is none.
    if not of_settings:
        yield from _currency_problems(settings, seeds)


def _setting_problem(row: Row) -> Problem | None:
    setting, value = row.text("setting"), row.text("setting_value")
    if setting in _FORMS:
        return misformed(row, setting, value, _FORMS[setting])
    if setting in _NUMBERS:
        what, fits = _NUMBERS[setting]
        try:
            is_right = fits(float(value))
        except ValueError:
            is_right = False
        return None if is_right else row.problem(f"{setting} {value!r}: write {what}")
    if setting == "allow_stale_as_of" and value.lower() not in ("true", "false"):
        return row.problem(f"{setting} {value!r}: write true or false")
    return None


def _source_problems(sources: Seed) -> Iterator[Problem]:
    files = (dbt_project_dir() / "models" / "staging").glob("*/_*__sources.yml")
    contracts = {
        file.parent.name
        for file in files
        # What the ledger keeps nobody delivers.
        if "landing_format:" in file.read_text(encoding="utf-8")
    }
    for row in sources.rows:
        if row["source_name"] not in contracts:
            yield not_among(row, "source_name", row.text("source_name"), contracts)


def _currency_problems(settings: Seed, seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Each currency that anybody names can be turned into the one of the marts."""
    of_setting = {row["setting"]: row for row in settings.rows}
    reporting = of_setting["reporting_currency"].text("setting_value")
    rates = seeds["currency_rates"]
    rated = {row["from_currency"] for row in rates.rows if row["to_currency"] == reporting}
    named = [
        *(
            (of_setting["currencies"], "currencies", currency)
            for currency in of_setting["currencies"].text("setting_value").split()
        ),
        (
            of_setting["handling_cost_currency"],
            "handling_cost_currency",
            of_setting["handling_cost_currency"].text("setting_value"),
        ),
        *((row, "currency", row.text("currency")) for row in seeds["touchpoint_costs"].rows),
    ]
    for row, column, currency in named:
        if currency not in rated | {reporting}:
            yield row.problem(
                f"{column} {currency!r} has no rate to {reporting} in {rates.path.name}: "
                "add its rates"
            )
