"""A company delivered in two parts, each followed by a run, against the same delivered at once."""

import re
import shutil

import pytest

from tests.company import Company, run_command

pytestmark = pytest.mark.slow

# What came by the end of this day is the first part.
FIRST_PART_UNTIL = "2026-01-31"
# A customer may be keyed by whoever of them was seen first, so marts are compared without the keys
# of customers: by what they say of everybody, and of every journey.
MARTS = {
    "cx_scorecard": "*",
    "fct_journeys": "* exclude (customer_key)",
    "fct_journey_steps": "* exclude (customer_key)",
    "journey_paths": "*",
    "journey_performance": "*",
    "journey_variants": "*",
    "lifecycle_moves": "*",
    "touchpoints_daily": "*",
}


def run(company):
    ran = run_command(company.data, "orchestration.commands.throughline", "run")
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The deliveries of a small company over two months."""
    folder = tmp_path_factory.mktemp("world")
    size = ("--customers", "300", "--days", "60", "--seed", "1", "--out", str(folder))
    generated = run_command(folder, "orchestration.sample_world", *size)
    assert generated.returncode == 0, generated.stderr
    return folder


def deliver(world, company, is_due):
    """Put the files of these dates into the company's landing folder."""
    for file in sorted((world / "landing").rglob("*.*")):
        (date,) = re.findall(r"\d{4}-\d\d-\d\d", file.name)
        if is_due(date):
            place = company.data / file.relative_to(world)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)


def test_two_runs_end_as_one_run_does(world, tmp_path):
    in_parts, at_once = (Company(tmp_path / name, "") for name in ("in_parts", "at_once"))

    deliver(world, in_parts, lambda date: date <= FIRST_PART_UNTIL)
    run(in_parts)
    before = in_parts.published("select count(*) as journeys from marts.fct_journeys").journeys[0]
    deliver(world, in_parts, lambda date: date > FIRST_PART_UNTIL)
    run(in_parts)
    deliver(world, at_once, lambda _: True)
    run(at_once)

    for mart, columns in MARTS.items():
        query = f"select {columns} from marts.{mart} order by all"
        one, other = in_parts.published(query), at_once.published(query)
        assert one.equals(other), mart
    after = in_parts.published("select count(*) as journeys from marts.fct_journeys").journeys[0]
    assert after > before > 0
