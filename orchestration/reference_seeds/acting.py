"""What the company does: each file of the folder has a module of its own."""

from collections.abc import Iterator, Mapping

from orchestration.reference_seeds import actions, experiments, warnings
from orchestration.reference_seeds.table import Problem, Seed


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """The problems of all files of the folder."""
    yield from warnings.problems(seeds)
    yield from experiments.problems(seeds)
    yield from actions.problems(seeds)
