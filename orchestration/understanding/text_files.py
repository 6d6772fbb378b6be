"""Files of texts that a person reads or labelled: checked line by line, written for one user."""

import csv
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from orchestration.paths import reference_dir, warehouse_path
from orchestration.understanding.text_settings import SENTIMENT, SENTIMENTS, TextSettings
from orchestration.warehouse.connections import read_warehouse
from orchestration.warehouse.private_files import create_private

SAMPLE_SIZE = 200
# A text may be longer than what the csv module takes by itself.
csv.field_size_limit(10_000_000)


class TextFileError(ValueError):
    """A file that can't be read or written, with its line and column."""


def seed_settings() -> TextSettings:
    """The settings that stand in the seed."""
    path = reference_dir() / "understanding" / "text_settings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return TextSettings.of(
            {row["setting"]: float(row["setting_value"]) for row in csv.DictReader(file)}
        )


def labelled_texts(path: Path, columns: Mapping[str, str], task: str) -> pd.DataFrame:
    """Texts and labels of a CSV, in the form of `text_learning.learnt`.

    A row without a label is left out. Without a column for the customer each text has its own;
    without one for channel or language all are of one, named `any`.

    Args:
        path: The file, UTF-8, with a header.
        columns: The name of the column of text, label, customer, channel and language; those not
            asked for are missing.
        task: sentiment takes negative, neutral and positive as labels; reason takes any word.

    Raises TextFileError.
    """
    rows = []
    for line, row in _rows(path, columns):
        label = (row[columns["label"]] or "").strip()
        if not label:
            continue
        if task == SENTIMENT and label not in SENTIMENTS:
            raise TextFileError(
                f"{path}:{line}: {columns['label']} {label!r} is no label: "
                f"write one of {', '.join(SENTIMENTS)}"
            )
        told = {
            name: (row[columns[name]] or "").strip() or None if name in columns else default
            for name, default in (("customer", None), ("channel", "any"), ("language", "any"))
        }
        rows.append(
            {
                "text_key": f"{line:09d}",
                "customer_key": told["customer"],
                "channel_slug": told["channel"] or "unknown",
                "language": told["language"] or "unknown",
                "body": row[columns["text"]] or "",
                "label": label,
            }
        )
    if not rows:
        raise TextFileError(f"{path}: no row has a {columns['label']}")
    return pd.DataFrame(rows)


def _rows(
    path: Path, columns: Mapping[str, str]
) -> Iterator[tuple[int, dict[str | None, str | None]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            header = reader.fieldnames or []
            for column in columns.values():
                if column not in header:
                    raise TextFileError(
                        f"{path}:1: there is no column {column!r}; there are {', '.join(header)}"
                    )
            line = reader.line_num + 1
            for row in reader:
                if None in row or None in row.values():
                    raise TextFileError(
                        f"{path}:{line}: not {len(header)} cells: put a text with commas in quotes"
                    )
                yield line, dict(row)
                line = reader.line_num + 1
    except OSError as error:
        raise TextFileError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TextFileError(f"{path}: it is not in UTF-8: {error}") from error
    except csv.Error as error:
        raise TextFileError(f"{path}:{reader.line_num}: {error}") from error


def write_sample(path: Path, channel: str, language: str) -> int:
    """Write texts of a channel and language, drawn by their key, for a person to label.

    The columns are those of the seed `text_labels`, and the text. Texts that have a label by hand
    are left out. Returns how many there are; raises TextFileError, also if the file is there.
    """
    if not warehouse_path().exists():
        raise TextFileError("there is no warehouse: `throughline run` builds it")
    with read_warehouse() as connection:
        texts = connection.execute(
            """
            select texts.text_key, texts.body
            from intermediate.int_texts__texts as texts
            inner join intermediate.int_texts__scores as scores using (text_key)
            where
                texts.channel_slug = ? and scores.language = ? and not texts.is_labelled_by_hand
            """,
            [channel, language],
        ).fetchall()
        known = connection.execute(
            """
            select distinct texts.channel_slug || ' ' || scores.language
            from intermediate.int_texts__texts as texts
            inner join intermediate.int_texts__scores as scores using (text_key)
            where scores.language is not null
            order by 1
            """
        ).fetchall()
    if not texts:
        there_are = ", ".join(name for (name,) in known) or "none"
        raise TextFileError(
            f"there is no text of {channel} {language} to label; there are {there_are}"
        )
    drawn = sorted(texts, key=lambda row: hashlib.sha256(row[0].encode()).hexdigest())
    try:
        descriptor = create_private(path)
    except FileExistsError as error:
        raise TextFileError(f"{path} is there already: it may hold labels") from error
    except OSError as error:
        raise TextFileError(f"{path}: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text_key", "label", "text"])
        writer.writerows([key, "", body] for key, body in drawn[:SAMPLE_SIZE])
    return len(drawn[:SAMPLE_SIZE])
