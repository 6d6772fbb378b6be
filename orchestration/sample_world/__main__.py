"""Simulate the sample world, and write the exports of every source and the truth."""

import argparse
import importlib
import os
import pkgutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from orchestration.paths import data_dir
from orchestration.sample_world import (
    DEFAULT_CHUNK_SIZE,
    DEFAULT_CUSTOMERS,
    DEFAULT_DAYS,
    sources,
)
from orchestration.sample_world.delivery import Delivery, gather_truth
from orchestration.sample_world.simulation import simulate
from orchestration.sample_world.truth import write_truth
from orchestration.sample_world.world import World
from orchestration.warehouse.private_files import keep_files_private, make_data_folder


@dataclass(frozen=True)
class Plan:
    """The size of the world, and its folder."""

    customers: int
    days: int
    seed: int
    chunk_size: int
    out: Path

    @property
    def chunk_count(self) -> int:
        """How many chunks of customers there are."""
        return -(-self.customers // self.chunk_size)

    def customers_of(self, chunk: int) -> range:
        """The persons of one chunk."""
        start = chunk * self.chunk_size
        return range(start, min(start + self.chunk_size, self.customers))


def writers() -> list[Callable[[World, Delivery], None]]:
    """The `write` of every module in `sources/`, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(sources.__path__))
    return [importlib.import_module(f"{sources.__name__}.{name}").write for name in names]


def write_chunk(plan: Plan, chunk: int) -> int:
    """Simulate one chunk of customers and let every source export it; the number of moments."""
    world = simulate(
        plan.customers_of(chunk), plan.days, plan.seed, chunk=chunk, chunk_count=plan.chunk_count
    )
    out = Delivery(plan.out, chunk, plan.chunk_count, world.end)
    for write in writers():
        write(world, out)
    write_truth(world, out)
    out.write_truth()
    return len(world.moments)


def write_world(plan: Plan, workers: int = 1) -> int:
    """Write the whole world, whichever worker takes which chunk; the number of moments."""
    started = time.monotonic()
    moments = 0
    write = partial(write_chunk, plan)
    chunks = range(plan.chunk_count)
    workers = min(workers, plan.chunk_count)
    if workers > 1:
        with ProcessPoolExecutor(workers) as pool:
            for chunk, count in enumerate(pool.map(write, chunks)):
                moments += count
                _report(chunk, plan, moments, started)
    else:
        for chunk in chunks:
            moments += write(chunk)
            _report(chunk, plan, moments, started)
    gather_truth(plan.out)
    return moments


def _report(chunk: int, plan: Plan, moments: int, started: float) -> None:
    seconds = time.monotonic() - started
    sys.stderr.write(
        f"sample world: {plan.customers_of(chunk).stop:,} of {plan.customers:,} customers, "
        f"{moments:,} moments, {seconds:.0f} s\n"
    )


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and write the world."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.sample_world",
        description="Write a sample company: OUT/landing/<source>/ and OUT/truth/.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--customers", type=int, default=DEFAULT_CUSTOMERS, help="how many people to simulate"
    )
    parser.add_argument(
        "--days", type=int, default=DEFAULT_DAYS, help="how many days, from 2026-01-01"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same bytes")
    parser.add_argument("--out", type=Path, default=data_dir(), help="folder to write into")
    parser.add_argument(
        "--chunk-size", type=int, default=DEFAULT_CHUNK_SIZE, help="customers in memory at once"
    )
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count(), help="chunks written at the same time"
    )
    given = parser.parse_args(arguments)
    if min(given.customers, given.days, given.chunk_size, given.workers) < 1:
        parser.error("--customers, --days, --chunk-size and --workers must be at least 1")
    plan = Plan(given.customers, given.days, given.seed, given.chunk_size, given.out.resolve())
    make_data_folder(plan.out)
    keep_files_private()
    write_world(plan, given.workers)


if __name__ == "__main__":
    main()
