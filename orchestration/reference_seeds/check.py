"""All checks of all seeds. A folder with rules of its own adds its module to `FOLDER_CHECKS`."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from orchestration.paths import REFERENCE_DIR, company_dir
from orchestration.reference_seeds import (
    acting,
    company,
    declared,
    feedback,
    identity,
    journeys,
    kpis,
    service,
    settings,
    understanding,
    values,
)
from orchestration.reference_seeds.company_seeds import joined_seeds
from orchestration.reference_seeds.table import Problem, Seed

# By the folder below `seeds/reference/`; each sees every seed.
FOLDER_CHECKS: dict[str, Callable[[Mapping[str, Seed]], Iterable[Problem]]] = {
    "acting": acting.problems,
    "company": company.problems,
    "feedback": feedback.problems,
    "identity": identity.problems,
    "journeys": journeys.problems,
    "kpis": kpis.problems,
    "service": service.problems,
    "understanding": understanding.problems,
    "values": values.problems,
}


class SeedError(ValueError):
    """Seeds that nothing should be built from: every problem with its file and line."""

    def __init__(self, problems: list[Problem]) -> None:
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        lines = [f"{count} in the reference seeds; nothing was built.", *map(str, problems)]
        super().__init__("\n".join(lines))
        self.problems = problems


def check_seeds(directory: Path | None = None) -> None:
    """Raise SeedError if a seed is not what the models take it for.

    Without a directory: those that are in force, the product's with what the company says instead.
    """
    company = company_dir() if directory is None else None
    directory = directory or REFERENCE_DIR
    seeds = joined_seeds(directory, company)
    # What has no shape makes all that refers to it look wrong: nothing else is said beside it.
    for seed in seeds.values():
        if seed.problems:
            raise SeedError(list(seed.problems))
    problems = set(declared.problems(seeds))
    # Rules across rows say nothing sensible about rows that are wrong by themselves.
    if not problems:
        problems.update(settings.problems(seeds))
        for folder, check in FOLDER_CHECKS.items():
            if (directory / folder).is_dir():
                problems.update(check(seeds))
    if problems:
        raise SeedError(sorted(problems))
