"""Every run can be killed at any moment: the next one ends as if nothing had happened."""

import os
from collections import Counter

import pytest

from tests.faults import figures
from tests.faults.kills import PHASES

# The moments of all kills follow from it.
SEED = os.environ.get("FAULTS_SEED", "1")
FULL = {"landing": 40, "dbt": 18, "registry": 12, "publish": 24, "rebuild": 10}
SHORT = {"landing": 3, "publish": 2}
# Every so many kills of landing, marts are built too.
_BUILT_EVERY = 8


def kill_all(killer, counts, form):
    kills = [
        killer.kill(
            phase,
            f"{SEED} {phase.name} {number}",
            "run"
            if phase.name == "landing" and number % _BUILT_EVERY == _BUILT_EVERY - 1
            else None,
        )
        for phase in PHASES
        for number in range(counts.get(phase.name, 0))
    ]
    figures.record(
        "kills",
        len(kills),
        {"wrong end states": sum(bool(kill.wrong) for kill in kills)},
        form=form,
        seed=SEED,
        phases=dict(Counter(kill.phase for kill in kills)),
        targets=dict(Counter(kill.target for kill in kills)),
    )
    return [kill for kill in kills if kill.wrong]


def test_a_few_kills_leave_no_trace(killer):
    assert kill_all(killer, SHORT, "short") == []


@pytest.mark.slow
def test_a_hundred_kills_leave_no_trace(killer):
    assert sum(FULL.values()) >= 100
    assert kill_all(killer, FULL, "full") == []
