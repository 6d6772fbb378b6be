"""A new company folder: the seeds that are a company's own, empty or with what every company needs.

What is there is never touched: the same command brings what a newer version adds.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.paths import REFERENCE_DIR, reference_dir
from orchestration.reference_seeds.company_seeds import OWN, SEEDS, csv_text, key_of
from orchestration.reference_seeds.shape import read_seeds
from orchestration.reference_seeds.table import Row, Seed

CHANGES = "changes"
_EXAMPLE_ROWS = 3
_TEAM = "customer_service"
_CALENDAR = "office"
# Lists that name the sample company's places, people, prices and plans: none of it is anybody
# else's. Those that cannot be empty begin with the least that works.
_OWN = (
    *("stores", "products", "teams", "source_teams", "loyalty_tiers"),
    *("currency_rates", "touchpoint_costs", "kpi_targets", "experiments"),
    *("business_calendars", "business_hours", "calendar_assignments", "holidays"),
    "closed_loop_owners",
)
# Lists of the product's that a company adds to or changes.
_CHANGES = (
    *("company_settings", "company_sources", "trait_sources"),
    *("contact_reasons", "source_contact_reasons", "survey_questions", "journey_surveys"),
)


_READ_ME = """
What is this company's own. The product finds it by `THROUGHLINE_COMPANY`, the path of this folder.
Deliveries, databases and what is published lie in `data/`, which is not for version control.

1. `throughline source new NAME FILE…` writes contract and staging of a source from sample files
   into `models/staging/NAME/`. Lines that say REVIEW are guesses.
2. Branches, `int_<shape>__NAME.sql` beside them, bring it into the product's shapes.
3. Put the files into `data/landing/NAME/`; `throughline landing check FILE` says what would happen
   to one, and changes nothing.
4. `throughline check-seeds`, then `throughline run`.
5. `throughline init` on this folder again writes `seen/`: rows for what was delivered and stands in
   no list. Copy those that are right.

A file in `seeds/own/` is the whole list. A file in `seeds/changes/` replaces or adds rows of the
product's by their key, and needs only the columns that it changes. Any other seed of the product
may be changed the same way. `examples/` shows rows of the sample company; nothing reads it.

| file | key | what |
|---|---|---|
"""


@dataclass(frozen=True)
class About:
    """What `init` is told of a company."""

    name: str
    currency: str
    time_zone: str
    country: str


def make_company_folder(folder: Path, about: About) -> list[Path]:
    """Write what is missing of a company folder; returns the files that are new."""
    product = read_seeds(REFERENCE_DIR)
    first = _first_rows(about, product["company_sources"])
    texts = {
        Path("README.md"): _read_me(about, product),
        # Deliveries and databases hold personal data.
        Path(".gitignore"): "/data/\n/seen/\n",
        Path("models", "staging", ".gitkeep"): "",
    }
    for place, names in ((OWN, _OWN), (CHANGES, _CHANGES)):
        for name in names:
            seed = product[name]
            if name in first:
                header, *rows = first[name]
            else:
                header, rows = list(seed.header), []
                examples = [_cells(row, seed.header) for row in seed.rows[:_EXAMPLE_ROWS]]
                texts[Path("examples", f"{name}.csv")] = csv_text([header, *examples])
            texts[Path(SEEDS, place, f"{name}.csv")] = csv_text([header, *rows])
    return write_missing(folder, texts)


def write_missing(folder: Path, texts: Mapping[Path, str]) -> list[Path]:
    """Write the files that are not there; returns them."""
    written = []
    for place, text in texts.items():
        path = folder / place
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def switch_on(company: Path, source_name: str) -> None:
    """Add a source to the company's list: seeds that speak of it look it up there."""
    path = company / SEEDS / CHANGES / "company_sources.csv"
    lines = [["source_name", "is_enabled"]]
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file)) or lines
    name, is_enabled = (lines[0].index(column) for column in ("source_name", "is_enabled"))
    if source_name not in {line[name] for line in lines[1:]}:
        added = [""] * len(lines[0])
        added[name], added[is_enabled] = source_name, "true"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(csv_text([*lines, added]), encoding="utf-8")


def default_time_zone() -> str:
    """The zone of the company whose seeds are in force."""
    with (reference_dir() / "company" / "company_settings.csv").open(encoding="utf-8") as file:
        settings = {row["setting"]: row["setting_value"] for row in csv.DictReader(file)}
    return settings["default_time_zone"]


def _cells(row: Row, header: Sequence[str]) -> list[str]:
    return [row.text(column) for column in header]


def _first_rows(about: About, sources: Seed) -> dict[str, list[list[str]]]:
    """Header and rows of the lists that a company begins with."""
    return {
        "company_settings": [
            ["setting", "setting_value"],
            ["company_name", about.name],
            ["default_time_zone", about.time_zone],
            ["default_country", about.country],
            ["reporting_currency", about.currency],
            ["currencies", about.currency],
            ["handling_cost_currency", about.currency],
            # What nobody has told is no cost.
            ["handling_cost_per_hour", "0"],
        ],
        "company_sources": [
            ["source_name", "is_enabled"],
            *([row.text("source_name"), "false"] for row in sources.rows),
        ],
        "teams": [
            ["team_id", "team_name", "team_function", "store_id"],
            [_TEAM, "Customer service", "service", ""],
        ],
        "business_calendars": [
            ["calendar_slug", "calendar_name", "time_zone", "country_code"],
            [_CALENDAR, "Office hours", about.time_zone, about.country],
        ],
        "business_hours": [
            ["calendar_slug", "weekday", "opens_at", "closes_at"],
            *([_CALENDAR, str(weekday), "09:00", "17:00"] for weekday in range(1, 6)),
        ],
        "calendar_assignments": [
            ["priority", "channel_slug", "team_id", "calendar_slug"],
            ["1", "", "", _CALENDAR],
        ],
        "closed_loop_owners": [
            ["priority", "owner_kind", "team_id"],
            ["1", "case_team", ""],
            ["2", "store_team", ""],
            ["3", "team", _TEAM],
        ],
    }


def _read_me(about: About, product: Mapping[str, Seed]) -> str:
    def listed(place: str, names: Sequence[str]) -> list[str]:
        return [
            f"| `{SEEDS}/{place}/{name}.csv` | {', '.join(key_of(product[name].properties))} | "
            f"{' '.join(product[name].properties['description'].split()).split('. ')[0]} |"
            for name in names
        ]

    lists = [*listed(OWN, _OWN), *listed(CHANGES, _CHANGES)]
    return f"# {about.name}\n{_READ_ME}{chr(10).join(lists)}\n"
