"""Run the sections that are named, or all."""

import argparse
import json
import sys

from tests.bench.bench_identity import (
    closure,
    closure_incremental,
    f1,
    sample_world,
    splink_speed,
)

SECTIONS = {
    "f1": f1,
    "splink_speed": splink_speed,
    "closure": closure,
    "closure_incremental": closure_incremental,
    "sample_world": sample_world,
}


def main() -> None:
    """Print the figures of each section as one JSON."""
    parser = argparse.ArgumentParser(prog="bench_identity", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    for section in SECTIONS.values():
        section.add_arguments(parser)
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.sections) - set(SECTIONS)):
        parser.error(f"no such section: {', '.join(unknown)}; there are {', '.join(SECTIONS)}")

    figures = {name: SECTIONS[name].run(arguments) for name in arguments.sections or SECTIONS}
    json.dump(figures, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
