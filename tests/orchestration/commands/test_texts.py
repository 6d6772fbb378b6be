import csv
import json

import duckdb
import numpy as np
import pytest
from typer.testing import CliRunner

from orchestration.commands.throughline import app
from orchestration.understanding import text_files

RUNNER = CliRunner()


@pytest.fixture
def labelled_file(tmp_path):
    """600 texts of three customers' moods; each tenth contradicts its label."""
    path = tmp_path / "labelled.csv"
    words = {"negative": ["awful", "broken"], "neutral": ["fine"], "positive": ["great", "quick"]}
    things = ["the parcel", "an agent", "my order", "your app", "this shop", "a call", "it all"]
    rng = np.random.default_rng(0)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Comment", "Mood", "Who", "Tongue"])
        for number in range(600):
            mood, other = rng.choice(list(words), 2)
            said = rng.choice(words[other if rng.random() < 0.15 else mood])
            thing = ", ".join(rng.permutation(things)[:4])
            writer.writerow([f"{thing}:\nit was {said}", mood, number // 2, "en"])
    return path


def evaluate(path, *options):
    return RUNNER.invoke(
        app, ["texts", "evaluate", str(path), "--text", "Comment", "--label", "Mood", *options]
    )


def test_evaluate_prints_what_the_warehouse_would_publish(labelled_file):
    outcome = evaluate(labelled_file, "--customer", "Who", "--language", "Tongue", "--json")

    assert outcome.exit_code == 0, outcome.output
    whole, row = json.loads(outcome.output)
    assert (whole["channel_slug"], row["language"]) == ("all", "en")
    assert row["held_out_text_count"] == 600
    assert row["is_used"]
    assert 0.8 < row["macro_f1"] < 0.97


def test_evaluate_says_it_in_words(labelled_file):
    outcome = evaluate(labelled_file)

    assert outcome.exit_code == 0
    assert ["held_out_text_count", "600"] in [line.split() for line in outcome.output.splitlines()]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("Text,Mood\na,negative\n", ":1: there is no column 'Comment'", id="column"),
        pytest.param(
            'Comment,Mood\n"two\nlines",negative\nb,bad\n',
            ":4: Mood 'bad' is no label: write one of negative, neutral, positive",
            id="label",
        ),
        pytest.param(
            "Comment,Mood\na,b,negative\n",
            ":2: not 2 cells: put a text with commas in quotes",
            id="cells",
        ),
        pytest.param("Comment,Mood\na,\n", ": no row has a Mood", id="no label at all"),
        pytest.param("", ":1: there is no column 'Comment'", id="empty"),
    ],
)
def test_a_wrong_file_is_answered_with_its_line(tmp_path, content, message):
    path = tmp_path / "wrong.csv"
    path.write_text(content)

    outcome = evaluate(path)

    assert outcome.exit_code == 1
    assert message in outcome.output.replace("\n", " ").replace("  ", " ")


def test_a_file_that_is_not_there_is_named(tmp_path):
    outcome = evaluate(tmp_path / "none.csv")

    assert outcome.exit_code == 1
    assert "No such file" in outcome.output


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    """A warehouse with 300 chats in Polish, one of them labelled."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    with duckdb.connect(tmp_path / "data" / "warehouse.duckdb") as connection:
        connection.execute(
            """
            create schema intermediate;
            create table intermediate.int_texts__texts as
            select
                'k' || range as text_key, 'chat' as channel_slug, 'tekst ' || range as body,
                range = 7 as is_labelled_by_hand
            from range(300);
            create table intermediate.int_texts__scores as
            select text_key, 'pl' as language from intermediate.int_texts__texts;
            """
        )


def sample(path, language="pl"):
    return RUNNER.invoke(
        app,
        ["texts", "sample", "--channel", "chat", "--language", language, "--file", str(path)],
    )


@pytest.mark.usefixtures("warehouse")
def test_a_sample_is_private_and_waits_for_labels(tmp_path):
    path = tmp_path / "sample.csv"

    outcome = sample(path)

    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert outcome.exit_code == 0, outcome.output
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(rows) == text_files.SAMPLE_SIZE
    assert {row["label"] for row in rows} == {""}
    assert "k7" not in {row["text_key"] for row in rows}


@pytest.mark.usefixtures("warehouse")
def test_a_sample_is_never_written_over_a_file(tmp_path):
    path = tmp_path / "sample.csv"
    path.write_text("labels")

    outcome = sample(path)

    assert outcome.exit_code == 1
    assert "is there already" in outcome.output
    assert path.read_text() == "labels"


@pytest.mark.usefixtures("warehouse")
def test_a_language_without_texts_is_answered_with_those_that_there_are(tmp_path):
    outcome = sample(tmp_path / "sample.csv", "de")

    assert outcome.exit_code == 1
    assert "there are chat pl" in outcome.output
