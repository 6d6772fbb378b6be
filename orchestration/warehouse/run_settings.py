"""Settings of a run: what one warehouse overrides of the company's seed, kept in its ledger.

Only their names and forms belong here; models read them from `ledger.run_settings`.
"""

import csv
from collections.abc import Collection, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from orchestration.paths import reference_dir


class SettingError(ValueError):
    """A run setting that no model would understand."""


def checked_settings(
    settings: Mapping[str, str], source_names: Collection[str]
) -> dict[str, str | None]:
    """The settings as the ledger takes them; an empty value, to take one back, becomes None.

    `source_names` are those of the contracts: `sources` may name no other.
    """
    known = {"as_of", "sources", *_names("company_settings.csv", "setting")}
    for setting, value in settings.items():
        if setting not in known:
            raise SettingError(f"unknown setting {setting!r}: there are {sorted(known)}")
        if value:
            _check_form(setting, value, source_names)
    return {setting: value or None for setting, value in settings.items()}


def _check_form(setting: str, value: str, source_names: Collection[str]) -> None:
    try:
        if setting == "as_of":
            date.fromisoformat(value)
        elif setting == "allow_stale_as_of":
            _ = {"true": True, "false": False}[value.lower()]
        elif setting.startswith("as_of_"):
            float(value)
        elif setting == "default_time_zone":
            ZoneInfo(value)
    except (ValueError, KeyError, OSError) as error:
        raise SettingError(f"{setting} = {value!r} is not valid: {error}") from error
    if setting == "sources":
        unknown = set(value.split(",")) - set(source_names)
        if unknown:
            raise SettingError(f"unknown sources {sorted(unknown)}")


def _names(seed: str, column: str) -> set[str]:
    with (reference_dir() / "company" / seed).open(encoding="utf-8", newline="") as rows:
        return {row[column] for row in csv.DictReader(rows)}
