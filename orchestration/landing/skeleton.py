"""A new source from sample files: its contract and staging views, to be reviewed by a person.

What is guessed says REVIEW. Names of the vendor stand quoted, in YAML as in SQL.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import duckdb

from orchestration.landing.contract import IDENTIFIER, quote_identifier
from orchestration.landing.samples import Column, Sample, plain

# How a kind of value is read, of the text in a column, and what its name ends in.
_READ = {
    "whole": ("delivered_number('{0}', 'count')", ""),
    "number": ("delivered_number('{0}', 'money', 'decimal(18, 4)')", ""),
    "comma_number": ("decimal_comma('{0}')", ""),
    "zoned_time": ("utc_timestamp('{0}')", "_at"),
    "time": ("to_utc(delivered_time('{0}'), \"'{1}'\")", "_at"),
    "day_first_time": ("to_utc(day_first_timestamp('{0}'), \"'{1}'\")", "_at"),
    "date": ("delivered_date('{0}')", "_date"),
}
_FIXED_WORDS = ("source", "versions", "is_latest_version")


class SkeletonError(ValueError):
    """A source that cannot be begun: what to do."""


def skeleton(source_name: str, samples: Sequence[Sample], time_zone: str) -> dict[str, str]:
    """The files of a source's folder, by name.

    Raises SkeletonError.
    """
    if not IDENTIFIER.fullmatch(source_name):
        raise SkeletonError(
            f"{source_name!r} is no name of a source: small letters, digits and _, a letter first"
        )
    files = {f"_{source_name}__sources.yml": _contract(source_name, samples, time_zone)}
    for sample in samples:
        view = f"stg_{source_name}__{sample.table_name}"
        files[f"{view}.sql"] = _view(source_name, sample, time_zone)
    files[f"_{source_name}__models.yml"] = _models(source_name, samples)
    return files


def staged_names(sample: Sample) -> dict[str, str]:
    """The name in staging of each column of the vendor's; no two are the same."""
    names: dict[str, str] = {}
    reserved = _reserved_words()
    for column in sample.columns:
        ending = "" if column.name in sample.key else _READ.get(column.kind, ("", ""))[1]
        name = plain(column.name)
        if ending and not name.endswith((ending, "_date", "_at")):
            name += ending
        while name in names.values() or name in reserved or name in _FIXED_WORDS:
            name += "_2"
        names[column.name] = name
    return names


@cache
def _reserved_words() -> frozenset[str]:
    """Words that are no name of a column in SQL unless quoted, such as order."""
    with duckdb.connect() as connection:
        words = connection.execute(
            "select keyword_name from duckdb_keywords() where keyword_category != 'unreserved'"
        ).fetchall()
    return frozenset(word for (word,) in words)


def _contract(source_name: str, samples: Sequence[Sample], time_zone: str) -> str:
    lines = [
        "sources:",
        f"  - name: {source_name}",
        "    description: Written from sample files. REVIEW and say what the source is.",
        f"    schema: raw_{source_name}",
        "    config:",
        "      loaded_at_field: _loaded_at",
        "      freshness: {warn_after: {count: 36, period: hour}}  # REVIEW how often it comes",
        f"      meta: {{landing_time_zone: {json.dumps(time_zone)}}}",
        "    tables:",
    ]
    for sample in samples:
        lines += [
            f"      - name: {sample.table_name}",
            "        description: One row per record. REVIEW",
            *(f"        # REVIEW: {doubt}" for doubt in sample.doubts),
            "        config:",
            "          meta:",
            f"            landing_format: {sample.landing_format}",
            f"            landing_file: {_yaml(sample.file_pattern)}",
        ]
        if sample.encoding != "utf-8":
            lines.append(f"            landing_encoding: {sample.encoding}")
        if sample.landing_format == "csv" and sample.delimiter != ",":
            lines.append(f"            landing_delimiter: {_yaml(sample.delimiter)}")
        if sample.records_path:
            lines.append(f"            landing_records_path: {_yaml(sample.records_path)}")
        if sample.key:
            keys = ", ".join(map(_yaml, sample.key))
            lines.append(f"            landing_key: [{keys}]  # REVIEW")
        lines += [
            "            # Of a table that holds the money of orders: the columns of its view.",
            "            # staged_amount: …",
            "            # staged_currency: …",
            "        columns:",
            *(_yaml_column(column) for column in sample.columns),
        ]
    return "\n".join([*lines, ""])


def _yaml_column(column: Column) -> str:
    tag = (
        f", config: {{meta: {{personal_data: {column.personal_data}}}}}"
        if column.personal_data
        else ""
    )
    review = "  # REVIEW" if tag else ""
    return (
        f"          - {{name: {_yaml(column.name)}, "
        f"description: {_yaml(_in_words(column))}{tag}}}{review}"
    )


def _in_words(column: Column) -> str:
    return plain(column.name).replace("_", " ").capitalize() + "."


def _yaml(text: str) -> str:
    """A text as YAML reads it back, whatever it holds: JSON in ASCII is YAML."""
    return json.dumps(text)


def _view(source_name: str, sample: Sample, time_zone: str) -> str:
    names = staged_names(sample)
    is_tabular = sample.landing_format in ("csv", "parquet", "xlsx")
    key = sample.key or (sample.columns[0].name,)
    read = {
        column.name: _READ[column.kind][0].format(names[column.name], time_zone)
        for column in sample.columns
        if column.kind in _READ and column.name not in key
    }
    selected = [
        f"{_delivered(column.name, is_tabular)} as {names[column.name]}"
        for column in sample.columns
    ]
    typed = [f"{{{{ {call} }}}} as {names[name]}_read" for name, call in read.items()]
    partition = ", ".join(names[name] for name in key)
    issues = ", ".join(f"'{names[name]}': '{names[name]}_read'" for name in read)
    told = f"{{{{ value_issues({{{issues}}}) }}}}" if read else "{{ value_issues({}) }}"
    shown = [
        f"{names[column.name]}_read as {names[column.name]}"
        if column.name in read
        else names[column.name]
        for column in sample.columns
    ]
    return "\n".join(
        [
            "-- Written from sample files. REVIEW names, types and zones: what cannot be read is",
            "-- listed in the mart value_issues.",
            "with source as (",
            "    select",
            *(f"        {line}," for line in selected),
            "        _file_date,",
            "        _line,",
            "        _load_id",
            f"    from {{{{ source('{source_name}', '{sample.table_name}') }}}}",
            "),",
            "",
            "versions as (",
            "    select",
            "        *,",
            *(f"        {line}," for line in typed),
            f"        {{{{ latest_version('{partition}', content='_line') }}}}",
            "            as is_latest_version",
            "    from source",
            ")",
            "",
            "select",
            *(f"    {line}," for line in shown),
            f"    {told} as _issues,",
            "    _line,",
            "    _load_id",
            "from versions",
            "where is_latest_version",
            "",
        ]
    )


def _delivered(name: str, is_tabular: bool) -> str:
    if is_tabular:
        return f"nullif(trim({quote_identifier(name)}), '')"
    path = '$."' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    # SQL doubles a quote, and Jinja reads what Python writes.
    sql_text = path.replace("'", "''")
    return f"{{{{ json_text('payload', {sql_text!r}) }}}}"


def _models(source_name: str, samples: Sequence[Sample]) -> str:
    lines = ["models:"]
    for sample in samples:
        lines.append(
            f"  - {{name: stg_{source_name}__{sample.table_name}, "
            f"description: One row per record of {sample.table_name}.}}"
        )
    return "\n".join([*lines, ""])


def write_skeleton(folder: Path, files: dict[str, str]) -> list[Path]:
    """Write the files into a new folder.

    Raises SkeletonError where there is one.
    """
    if folder.exists():
        raise SkeletonError(f"{folder} is there already: edit it, or give the source another name")
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]
