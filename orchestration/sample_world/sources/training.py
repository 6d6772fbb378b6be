"""The training of the front-line teams, as the learning platform counts it: a CSV a week.

Nobody is named in it, only how many members of each team are on a course and how many have finished
it. Its quirks: a file that is corrected a week later, and the course of those who have just begun,
which has one or two members at a time.
"""

import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.sources import employees
from orchestration.sample_world.world import World

SOURCE = employees.SOURCE

COURSES = (
    "Returns and refunds", "Difficult conversations", "Product care", "Data protection",
    "Phone and chat tools", "Selling without pushing",
)  # fmt: skip
WELCOME = "Welcome days"
# One course after another is open to everybody for so many weeks, and finished little by little.
OPEN_WEEKS = 5
WEEKS_APART = 4
WEEKLY_CHANCE = 0.33
CORRECTED_SHARE = 0.1


def write(world: World, out: Delivery) -> None:
    """One file on the Monday after each week; teams are the company's, not a chunk's."""
    if world.chunk:
        return
    rng = world.rng("training")
    sizes = employees.team_sizes(world.rng(employees.SOURCE), world)
    eagerness = rng.uniform(-0.12, 0.12, len(sizes))
    finished: dict[int, np.ndarray] = {}
    truth = []
    for week, monday in enumerate(employees.mondays_of(world)):
        day = monday + employees.WEEK
        if day >= world.end:
            break
        rows = _rows(rng, world, week, monday, sizes, eagerness, finished)
        known = rows
        if rng.random() < CORRECTED_SHARE:
            known = rows.assign(Completed=np.maximum(rows["Completed"] - 1, 0))
            if day + employees.WEEK < world.end:
                _write_week(out, day + employees.WEEK, rows, "_corrected")
        _write_week(out, day, known)
        truth.append(
            (rows if day + employees.WEEK < world.end else known).assign(week_start_date=monday)
        )
    if truth:
        frame = pd.concat(truth, ignore_index=True)
        out.truth(
            "training",
            pd.DataFrame(
                {
                    "team_name": frame["Team"],
                    "course_name": frame["Course"],
                    "week_start_date": frame["week_start_date"].astype("datetime64[ms]"),
                    "assigned": frame["Assigned"].astype("int64"),
                    "completed": frame["Completed"].astype("int64"),
                }
            ),
        )


def _rows(
    rng: np.random.Generator,
    world: World,
    week: int,
    monday: np.datetime64,
    sizes: np.ndarray,
    eagerness: np.ndarray,
    finished: dict[int, np.ndarray],
) -> pd.DataFrame:
    """Every team and course of the week; what was finished stays finished."""
    parts = []
    for course in range(max(0, (week - OPEN_WEEKS) // WEEKS_APART + 1), week // WEEKS_APART + 1):
        before = finished.get(course, np.zeros(len(sizes), dtype=np.int64))
        chance = np.clip(WEEKLY_CHANCE + eagerness, 0, 1)
        finished[course] = before + rng.binomial(sizes - before, chance)
        parts.append((COURSES[course % len(COURSES)], sizes, finished[course]))
    joined = rng.binomial(2, 0.15, len(sizes))
    parts.append((WELCOME, joined, rng.binomial(joined, 0.5)))
    year, number, _ = monday.astype(object).isocalendar()
    rows = pd.concat(
        [
            pd.DataFrame(
                {
                    "Week": f"{year}-W{number:02d}",
                    "Team": world.teams["team_name"].to_numpy(),
                    "Course": name,
                    "Assigned": assigned,
                    "Completed": completed,
                }
            )
            for name, assigned, completed in parts
        ],
        ignore_index=True,
    )
    return rows[rows["Assigned"] > 0]


def _write_week(out: Delivery, day: np.datetime64, rows: pd.DataFrame, suffix: str = "") -> None:
    content = rows.to_csv(index=False, lineterminator="\n").encode()
    out.file(SOURCE, f"training_{day}{suffix}.csv", content, len(rows))
