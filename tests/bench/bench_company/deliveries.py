"""The deliveries of a generated company: made once, the last days kept back.

A day is the files whose names bear it. The campaign day is the one of the last month on which most
is delivered, the normal day the one before it; what comes later is never delivered.
"""

import shutil
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from orchestration.landing.contract import SourceContract, TableContract, load_contracts
from orchestration.sample_world.__main__ import Plan, write_world

DAYS = 180
# So many touchpoints a customer of the sample world has in these days, as measured.
_TOUCHPOINTS_PER_CUSTOMER = 52.7
_CANDIDATES = 30
_WORDS = {"k": 1_000, "m": 1_000_000}


def scale(word: str) -> int:
    """Touchpoints of a word such as 100k, 1M or 250000."""
    unit = _WORDS.get(word[-1:].lower(), 1)
    return int(float(word.rstrip("kKmM")) * unit)


@dataclass(frozen=True)
class Deliveries:
    """What one company delivers: all that comes before, a normal day, a campaign day."""

    before: tuple[Path, ...]
    normal_day: tuple[Path, ...]
    campaign_day: tuple[Path, ...]
    campaign_date: date
    landing: Path

    @property
    def normal_date(self) -> date:
        """The day before the campaign."""
        return self.campaign_date - timedelta(1)

    def deliver(self, files: tuple[Path, ...], data: Path) -> None:
        """Put files into the landing folder of a data folder, as their senders do."""
        for file in files:
            target = data / "landing" / file.relative_to(self.landing)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


def generated(folder: Path, touchpoints: int, workers: int) -> Deliveries:
    """The deliveries of a company with about so many touchpoints; made at first use."""
    world = folder / "world"
    told = folder / "world.txt"
    if not told.exists():
        shutil.rmtree(world, ignore_errors=True)
        customers = round(touchpoints / _TOUCHPOINTS_PER_CUSTOMER)
        moments = write_world(Plan(customers, DAYS, 1, 2_000, world), workers)
        told.write_text(f"{customers} customers, {moments} moments\n")
    return kept_back(world / "landing")


def kept_back(landing: Path) -> Deliveries:
    """Part the files below a landing folder into the days that a benchmark delivers."""
    days: dict[date, list[Path]] = defaultdict(list)
    for table, file in delivered_files(landing):
        days[table.file_date_or_none(file.name) or date.min].append(file)
    last = max(days)
    sizes = {
        day: sum(file.stat().st_size for file in days[day])
        for day in (last - timedelta(back) for back in range(_CANDIDATES))
        if day in days
    }
    campaign = max(sizes, key=lambda day: (sizes[day], day))
    normal = campaign - timedelta(1)
    return Deliveries(
        tuple(file for day in sorted(days) if day < normal for file in days[day]),
        tuple(days[normal]),
        tuple(days[campaign]),
        campaign,
        landing,
    )


def delivered_files(landing: Path) -> list[tuple[TableContract, Path]]:
    """Every file below a landing folder, with the table that it is for."""
    tables: dict[str, SourceContract] = {
        contract.source_name: contract for contract in load_contracts()
    }
    return [
        (table, file)
        for folder in sorted(landing.iterdir())
        for file in sorted(folder.iterdir())
        for table in tables[folder.name].tables
        if table.matches(file.name)
    ]
