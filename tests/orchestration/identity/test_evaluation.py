import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from orchestration.commands.throughline import app
from orchestration.identity.quality import cluster_quality, pairwise_quality


@pytest.mark.parametrize(
    ("resolved", "precision", "recall"),
    [
        pytest.param("AABB", 1, 1, id="as it is"),
        pytest.param("ABCD", 1, 0, id="nothing joined"),
        pytest.param("AAAA", 2 / 6, 1, id="everything joined"),
        pytest.param("AAAB", 1 / 3, 1 / 2, id="one record astray"),
    ],
)
def test_pairs_are_counted_from_both_sides(resolved, precision, recall):
    quality = pairwise_quality(pd.Series(list(resolved)), pd.Series(["x", "x", "y", "y"]))

    assert quality.precision == pytest.approx(precision)
    assert quality.recall == pytest.approx(recall)


@pytest.mark.parametrize(
    ("resolved", "precision", "recall"),
    [
        pytest.param("AABBC", 1, 1, id="as it is"),
        pytest.param("ABCDE", 1 / 5, 1 / 3, id="nothing joined"),
        pytest.param("AAAAB", 1 / 2, 1 / 3, id="two persons joined"),
        pytest.param("AAABC", 1 / 3, 1 / 3, id="one record astray"),
    ],
)
def test_only_a_whole_person_is_a_right_cluster(resolved, precision, recall):
    quality = cluster_quality(pd.Series(list(resolved)), pd.Series(list("xxyyz")))

    assert quality.precision == pytest.approx(precision)
    assert quality.recall == pytest.approx(recall)


def test_nothing_right_scores_nothing():
    assert pairwise_quality(pd.Series(list("AAB")), pd.Series(list("xyy"))).f1 == 0


def test_labels_of_different_records_are_refused():
    with pytest.raises(ValueError, match="2 resolved labels for 1"):
        pairwise_quality(pd.Series(["a", "b"]), pd.Series(["x"]))


MAP = ("--map", "full_name=name", "--map", "birth_date=born", "--map", "email=mail")
# One by e-mail, one by likeness, one alone; and three who share a mailbox.
RECORDS = """who,name,born,mail,zip
1,Katarzyna Wilczyńska,1981-03-04,kasia@mail.pl,01234
1,K. Wilczynska,,kasia@mail.pl,
2,Bartłomiej Zagórski,1975-11-23,,04321
2,"Zagorski, Bartlomiej",23/11/1975,,04321
3,Weronika Jabłońska,1990-01-31,,11111
4,Anna Lis,,office@firm.pl,22222
5,Piotr Kos,,office@firm.pl,33333
6,Ewa Wilk,,office@firm.pl,44444
"""


@pytest.fixture
def evaluate(tmp_path, monkeypatch):
    """Type the command for records that the test wrote."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))

    def run(content, *words):
        path = tmp_path / "records.csv"
        path.write_text(content, encoding="utf-8")
        return CliRunner().invoke(app, ["identity", "evaluate", str(path), *words])

    return run


def test_records_are_resolved_by_rules_and_by_likeness(evaluate):
    outcome = evaluate(RECORDS, "--truth", "who", *MAP, "--map", "postcode=zip", "--json")

    figures = json.loads(outcome.output)
    assert figures.pop("seconds") > 0
    right = {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert figures == {"pairwise": right, "cluster": right}


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param(["--truth", "who", "--map", "full_name"], "ATTRIBUTE=COLUMN", id="no column"),
        pytest.param(
            ["--truth", "who", "--map", "x=name"], "unknown attribute 'x'", id="attribute"
        ),
        pytest.param(["--truth", "whom", *MAP], "no column 'whom'", id="truth"),
        pytest.param(["--truth", "who"], "at least one attribute", id="nothing mapped"),
        pytest.param(["--truth", "who", *MAP, "--model", "1"], "no version 1", id="model"),
    ],
)
def test_a_mistake_is_said_before_anything_is_resolved(evaluate, words, complaint):
    outcome = evaluate(RECORDS, *words)

    assert outcome.exit_code == 1
    assert complaint in outcome.output
