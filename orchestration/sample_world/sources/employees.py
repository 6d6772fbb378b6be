"""The employee pulse: a workbook a week from the people team, with merged cells.

Nobody's answer is in it, only how many members of each team gave each score. Its quirks: cells
merged over the scores of a question and over the teams of a week, and a workbook that is corrected
a week later.
"""

import io
import zipfile
from datetime import datetime

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.xml.functions import tostring

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.world import World

SOURCE = "employees"
SHEET = "Pulse"
QUESTIONS = ("How did the week go?", "Could you help customers well?")
SCORES = (1, 2, 3, 4, 5)
CORRECTED_SHARE = 0.1
WEEK = np.timedelta64(7, "D")

# The same content is the same bytes: a workbook holds the times of its making.
MADE_AT = datetime(2026, 1, 1)
ZIP_TIME = (2026, 1, 1, 0, 0, 0)


def write(world: World, out: Delivery) -> None:
    """One workbook on the Monday after each week; teams are the company's, not a chunk's."""
    if world.chunk:
        return
    rng = world.rng(SOURCE)
    sizes = team_sizes(rng, world)
    strain = _strain(world)
    for monday in mondays_of(world):
        day = monday + WEEK
        if day >= world.end:
            break
        answers = _answers(rng, sizes, strain.get(monday, pd.Series(dtype=float)), world.teams)
        if rng.random() < CORRECTED_SHARE:
            _write_workbook(out, world, monday, day, sizes, np.maximum(answers - 1, 0))
            day = day + WEEK
        if day < world.end:
            _write_workbook(out, world, monday, day, sizes, answers)
    out.truth(
        "teams", pd.DataFrame({"team_id": world.teams["team_id"], "size": sizes.astype("int64")})
    )


def team_sizes(rng: np.random.Generator, world: World) -> np.ndarray:
    """How many members each team has, if drawn first of all."""
    return rng.integers(6, 14, len(world.teams))


def mondays_of(world: World) -> np.ndarray:
    """The Monday of every week that the world sees from its start."""
    # 1 January 2026 is a Thursday.
    first_monday = world.start.astype("datetime64[W]").astype("datetime64[D]") + 4
    return np.arange(first_monday, world.end.astype("datetime64[D]"), WEEK)


def _strain(world: World) -> dict[np.datetime64, pd.Series]:
    """By week, the share of each team's contacts that went badly."""
    worked = world.moments[(world.moments["team"] >= 0) & world.moments["outcome"].notna()]
    # numpy's weeks start on Thursdays.
    days = worked["at"].to_numpy("datetime64[D]")
    mondays = (days - 4).astype("datetime64[W]").astype("datetime64[D]") + 4
    is_bad = worked["outcome"].isin(["unresolved", "abandoned"])
    shares = is_bad.groupby([mondays, worked["team"].to_numpy()]).mean()
    return {
        np.datetime64(monday, "D"): group.droplevel(0) for monday, group in shares.groupby(level=0)
    }


def _answers(
    rng: np.random.Generator, sizes: np.ndarray, strain: pd.Series, teams: pd.DataFrame
) -> np.ndarray:
    """Answers by team, question and score: a week that goes badly for customers is a bad week."""
    bad_share = strain.reindex(range(len(teams))).fillna(0.2).to_numpy()
    answers = np.zeros((len(teams), len(QUESTIONS), len(SCORES)), dtype=int)
    for team, size in enumerate(sizes):
        for question in range(len(QUESTIONS)):
            count = rng.binomial(size, 0.75)
            scores = np.rint(rng.normal(4.3 - 1.8 * bad_share[team], 0.9, count)).clip(1, 5)
            answers[team, question] = np.bincount(scores.astype(int), minlength=6)[1:]
    return answers


def _write_workbook(
    out: Delivery,
    world: World,
    monday: np.datetime64,
    day: np.datetime64,
    sizes: np.ndarray,
    answers: np.ndarray,
) -> None:
    workbook = openpyxl.Workbook()
    workbook.properties.created = MADE_AT
    sheet = workbook.active
    sheet.title = SHEET
    sheet.append(["Week", "Team", "Asked", *(q for q in QUESTIONS for _ in SCORES)])
    sheet.append([None, None, None, *(score for _ in QUESTIONS for score in SCORES)])
    for column in (1, 2, 3):
        sheet.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
    for number in range(len(QUESTIONS)):
        start = 4 + number * len(SCORES)
        sheet.merge_cells(
            start_row=1, end_row=1, start_column=start, end_column=start + len(SCORES) - 1
        )
    year, week, _ = monday.astype(object).isocalendar()
    for team, size, counts in zip(world.teams["team_name"], sizes, answers, strict=True):
        sheet.append([f"{year}-W{week:02d}", team, int(size), *counts.ravel().tolist()])
    sheet.merge_cells(start_row=3, end_row=2 + len(sizes), start_column=1, end_column=1)
    out.file(SOURCE, f"pulse_{day}.xlsx", _bytes(workbook), len(sizes))


def _bytes(workbook: openpyxl.Workbook) -> bytes:
    made = io.BytesIO()
    workbook.save(made)
    # Saving stamps the workbook with the present.
    workbook.properties.modified = MADE_AT
    stamps = {"docProps/core.xml": tostring(workbook.properties.to_tree())}
    fixed = io.BytesIO()
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as copy:
        for part in parts.infolist():
            copy.writestr(
                zipfile.ZipInfo(part.filename, ZIP_TIME),
                stamps.get(part.filename) or parts.read(part),
            )
    return fixed.getvalue()
