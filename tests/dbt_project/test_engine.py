"""The engine is behind macros: models, data tests and snapshots say nothing that only DuckDB has.

The other engine in mind speaks Spark SQL, and is not here: this keeps the door open. A function may
be used anywhere if Spark has it under the same name and with the same meaning; all others have a
macro in `macros/engine/`. Types (`varchar`, `double`), quoted names and implied conversions differ
too, and are left to whoever translates the compiled SQL, which a parser does by itself.
"""

import re
from pathlib import Path

import pytest

from orchestration.paths import DBT_PROJECT_DIR

# What Spark SQL has under the same name and with the same meaning.
SHARED = {
    *("abs", "any_value", "array_contains", "avg", "bool_and", "bool_or", "ceil", "chr"),
    *("coalesce", "concat_ws", "contains", "corr", "count", "date_trunc", "dense_rank", "exp"),
    *("first_value", "floor", "greatest", "lag", "last_value", "lead", "least", "left", "length"),
    *("ln", "lower", "make_date", "max", "max_by", "md5", "median", "min", "min_by", "ntile"),
    *(
        "nullif",
        "percent_rank",
        "power",
        "rank",
        "replace",
        "right",
        "round",
        "row_number",
        "split_part",
    ),
    *("sqrt", "stddev_samp", "substr", "sum", "trim", "try_cast", "upper", "year"),
}

# What DuckDB alone has, or means otherwise, and what to say instead.
DUCKDB_ONLY = {
    "arg_max": "max_by is the name that both have",
    "arg_min": "min_by is the name that both have",
    "array_agg": "Spark drops the nulls: sorted_values",
    "damerau_levenshtein": "Spark counts two exchanged letters as two edits: edit_distance",
    "date_diff": "Spark wants the unit without quotes: dbt.datediff",
    "ends_with": "endswith in Spark: ends_in",
    "epoch": "unix_timestamp drops the fraction in Spark: seconds_between, epoch_seconds",
    "generate_series": "sequence in Spark: days_between",
    "hash": "a 32-bit number in Spark: number_hash",
    "isfinite": "Spark has isnan alone: is_finite",
    "isodow": "extract(dayofweek_iso from ...) in Spark: weekday_number",
    "jaro_winkler_similarity": "Spark has none: text_likeness",
    "json_array_length": "Spark takes no path: list_size of json_list",
    "json_extract": "Spark has get_json_object, which gives text: json_list",
    "json_extract_string": "get_json_object in Spark: json_text",
    "json_transform": "from_json in Spark, with a schema in its own language: json_fields",
    "len": "of a list, size in Spark: list_size",
    "list": "Spark drops the nulls: sorted_values",
    "list_concat": "|| joins lists in both",
    "list_contains": "array_contains is the name that both have",
    "list_count": "Spark has none: known_count",
    "list_filter": "filter in Spark, with an arrow: items_where",
    "list_max": "array_max in Spark: greatest_item",
    "list_min": "array_min in Spark: least_item",
    "list_sort": "array_sort in Spark: sorted_values",
    "list_sum": "aggregate in Spark: sum_of_items",
    "list_transform": "transform in Spark, with an arrow: items_as",
    "ltrim": "Spark takes its arguments the other way round: trim(leading ... from ...)",
    "make_timestamp": "Spark takes year, month, day and more: epoch_to_timestamp",
    "quantile_cont": "percentile_cont in Spark, with another grammar: interpolated_quantile",
    "range": "sequence in Spark, with its end: numbers_to",
    "regexp_extract": "Spark gives the first group, DuckDB the whole match: matched_part",
    "regexp_matches": "regexp_like in Spark, and a backslash is doubled there",
    "regexp_replace": "Spark replaces every match, DuckDB the first: replaced_matches",
    "row": "struct in Spark: sort_key",
    "rtrim": "Spark takes its arguments the other way round: trim(trailing ... from ...)",
    "sha256": "sha2 in Spark: secure_hash",
    "starts_with": "startswith in Spark: begins_with",
    "strftime": "date_format in Spark, with other letters: compact_date",
    "string_agg": "listagg in Spark, its order in another place: dbt.listagg",
    "string_split": "split in Spark, by a regular expression: words",
    "strip_accents": "Spark has none: latin_letters",
    "strlen": "octet_length in Spark",
    "struct_pack": "named_struct in Spark: struct_of, or sort_key to break a tie",
    "timezone": "from_utc_timestamp and to_utc_timestamp in Spark: to_local, to_utc",
    "to_days": "Spark multiplies an interval: duration_of",
    "to_json": "of a list, Spark wants other options: surrogate_key",
    "to_microseconds": "Spark multiplies an interval: duration_of",
    "to_seconds": "Spark multiplies an interval: duration_of",
    "try": "try_cast, or a function of Spark's that begins with try_",
    "try_strptime": "try_to_timestamp in Spark, with other letters: day_first_timestamp",
    "unnest": "explode in Spark, one per select: one_row_per, one_row_per_place",
}

SYNTAX = {
    r"\basof\b": "Spark has no as-of join: last_row_at",
    r"\blambda\b": "Spark writes an arrow: items_where, items_as",
    r"\bignore\s+nulls\b": "Spark has it outside of the brackets: last_known, previous_known",
    r"\bexclude\s*\(": "except in Spark: all_columns_but",
    r"\*\s*replace\s*\(": "Spark has none: list the columns",
    r"\bcolumns\s*\(": "Spark has none: list the columns",
    r"\bqualify\b": "Spark has none: a row_number in a query of its own",
    r"\bpositional\s+join\b": "Spark has none",
    r"\bdistinct\s+on\b": "Spark has none: max_by",
    r"\bunion\s+(?:all\s+)?by\s+name\b": "Spark has none: list the columns",
    r"\b(?:group|order)\s+by\s+all\b(?!\s*\.)": "name the columns",
    r":=": "named_struct in Spark: struct_of",
    r"::": "cast(... as ...)",
    r"//": "div in Spark: whole_quotient",
    r"\bas\s+(?:u?hugeint|u(?:tiny|small|big)?int(?:eger)?|timestamptz|json|interval)\s*\)": (
        "a type that Spark has not"
    ),
    r"\*\s*interval\b": "duration_of, which rounds alike in both",
    # A call that was blanked stands for a value.
    r"(?<![\w\])\0])\[": "array(...) in Spark: list_of",
    r"(?<=[\w\])\0])\[(?!\s*')": "Spark counts from 0: list_item",
}

# Words that stand before a bracket and are no functions.
KEYWORDS = {
    *("all", "and", "any", "as", "between", "by", "case", "cast", "decimal", "distinct", "else"),
    *("except", "exists", "extract", "filter", "from", "grouping", "having", "if", "in", "join"),
    *("not", "numeric", "on", "or", "over", "select", "sets", "then", "union", "unpivot", "using"),
    *("values", "varchar", "when", "where", "with", "window"),
}

STRING = r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\""""
# A call may hold a dictionary, and that another.
BRACES = rf"\{{(?:{STRING}|[^{{}}'\"])*\}}"
for _ in range(5):
    BRACES = rf"\{{(?:{STRING}|[^{{}}'\"]|{BRACES})*\}}"
TOKEN = re.compile(
    rf"""(?P<comment>\{{\#.*?\#\}}|--[^\n]*|/\*.*?\*/)
    |(?P<jinja>\{{\{{(?:{STRING}|[^{{}}'"]|{BRACES})*\}}\}}|\{{%.*?%\}})
    |(?P<text>'(?:[^']|'')*')
    |(?P<name>"[^"]*")""",
    re.DOTALL | re.VERBOSE,
)


def blank(text: str) -> str:
    """As many characters, and as many lines."""
    return re.sub(r"[^\n]", "\0", text)


def sql_alone(text: str) -> str:
    """The text without comments, strings and Jinja, each place where it was."""

    def keep(token: re.Match) -> str:
        if token["text"] is not None:
            return "'" + blank(token.group()[1:-1]) + "'"
        return blank(token.group())

    return TOKEN.sub(keep, text)


def sql_in_calls(text: str) -> list[tuple[int, str]]:
    """Where a string of a Jinja call begins, and the SQL that it holds, its own strings blanked."""
    return [
        (call.start() + string.start() + 1, sql_alone(string.group()[1:-1]))
        for call in TOKEN.finditer(text)
        if call["jinja"]
        for string in re.finditer(STRING, call.group(), re.DOTALL)
    ]


def findings(sql: str) -> list[tuple[int, str]]:
    """Where something stands that is not known to be in both engines, and what to do."""
    functions = [
        (
            call.start(),
            f"{call[1]}: "
            + DUCKDB_ONLY.get(
                call[1].lower(), "is it in Spark? Then it is SHARED; else it wants a macro"
            ),
        )
        for call in re.finditer(r"(?<![\w.])([a-z_]\w*)\s*\(", sql, re.IGNORECASE)
        if call[1].lower() not in SHARED | KEYWORDS and not is_a_definition(sql, call)
    ]
    syntax = [
        (found.start(), f"{found.group().strip()}: {what}")
        for pattern, what in SYNTAX.items()
        for found in re.finditer(pattern, sql, re.IGNORECASE)
    ]
    return sorted(functions + syntax)


def is_a_definition(sql: str, call: re.Match) -> bool:
    """A name with its columns, as in `from (values ...) as rows (a)` and `with rows (a) as (`."""
    before, after = sql[: call.start()], sql[call.end() :]
    return bool(
        re.search(r"\bas\s+$", before, re.IGNORECASE)
        or re.match(r"[\w\s,]*\)\s+as\s*\(", after, re.IGNORECASE)
    )


def in_duckdb_alone(path: Path) -> list[str]:
    """The breaches of a file, as `file:line: what`."""
    text = path.read_text()
    places = [
        *findings(sql_alone(text)),
        *(
            (start + offset, what)
            for start, sql in sql_in_calls(text)
            if "(" in sql
            for offset, what in findings(sql)
        ),
    ]
    return [
        f"{path.name}:{text.count(chr(10), 0, offset) + 1}: {what}"
        for offset, what in sorted(places)
    ]


def test_models_tests_and_snapshots_say_nothing_that_only_duckdb_has():
    paths = [
        path
        for folder in ("models", "tests", "snapshots")
        for path in sorted((DBT_PROJECT_DIR / folder).rglob("*.sql"))
    ]

    assert len(paths) > 200
    assert not [breach for path in paths for breach in in_duckdb_alone(path)]


def test_every_engine_macro_is_used():
    """A door for which there is no room."""
    text = "\n".join(
        path.read_text()
        for folder in ("models", "tests", "snapshots", "macros")
        for path in (DBT_PROJECT_DIR / folder).rglob("*.sql")
    )
    macros = [path.stem for path in (DBT_PROJECT_DIR / "macros" / "engine").glob("*.sql")]

    assert not [
        macro
        for macro in macros
        # dbt calls these two itself.
        if not macro.startswith("duckdb__")
        and len(re.findall(rf"(?<!macro )\b{macro}\(", text)) == 0
    ]


@pytest.mark.parametrize(
    ("planted", "breach"),
    [
        ("select epoch(seen_at) from seen", "epoch: "),
        ("select\n    Struct_Pack (at := seen_at) as key", ":=: "),
        ("select {{ business_date('to_days(3)', \"'UTC'\") }}", "to_days: "),
        ("select lags[1] from seen", "[: Spark counts from 0"),
        ("select [1, 2] as numbers", "[: array(...)"),
        ("from seen asof join opened on true", "asof: "),
        ("select amount::decimal(18, 2)", ":::"),
        ("select * exclude (id) from seen", "exclude (: "),
        ("select bar_of_chart(seen)", "is it in Spark?"),
        ("{{ json_fields('payload', {'a': {'b': 'x'}}) }} as a, len(b)", "len: "),
    ],
)
def test_what_only_duckdb_has_is_found(tmp_path, planted, breach):
    path = tmp_path / "planted.sql"
    path.write_text(f"-- One line before.\n{planted}\n")

    found = in_duckdb_alone(path)

    assert any(breach in line for line in found)
    assert all(re.match(r"planted\.sql:[23]: ", line) for line in found)


@pytest.mark.parametrize(
    "innocent",
    [
        "-- epoch(seen_at)",
        "{# unnest([1]) #}",
        "select 'len(x) :: [1]' as text",
        "select \"Duration (in seconds)\", ticket['id'] from rows",
        "{{ surrogate_key(['a', 'b']) }} as key",
        "select count(*) filter (where x in (1, 2)) over (partition by y) from rows",
        "with rows (a) as (values (1)) select a from (values (1)) as others (a)",
        "select {{ list_item('parcels', 1) }}['name'] from rows",
        "select made_at + interval '1 day' from rows",
    ],
)
def test_what_both_have_is_not_found(tmp_path, innocent):
    path = tmp_path / "innocent.sql"
    path.write_text(innocent)

    assert not in_duckdb_alone(path)
