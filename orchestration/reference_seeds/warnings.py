"""Rules of early warning beyond well-formed rows: what is counted has such an area and window.

Each check reads seeds of which `declared` has found nothing to say.
"""

from collections.abc import Iterator, Mapping

from orchestration.reference_seeds.table import Problem, Row, Seed

_AREAS = {
    "contact_reason": {"none", "product", "store"},
    "error": {"none", "page"},
    "new_error": {"page"},
    "low_score": {"none", "product"},
    "purchase": {"none", "product", "store"},
    "sign_in": {"none"},
    "emerging_term": {"none"},
}
_EXPOSED = {
    "product": {"bought", "waits"},
    "store": {"bought", "visited"},
    "page": {"saw", "met_error"},
}
# Each has a test of its own, of windows that are not those of a rate.
_OWN_WINDOWS = {"new_error": {"3"}, "emerging_term": {"7"}}
_RATE_WINDOWS = {"1", "7", "1 7"}
# What only the counts of a page or of answers are held against.
_WITH_EXPOSURE = {"error", "low_score"}
_NUMBERS = ("false_share", "minimum_customers", "minimum_baseline_days")
_UNUSED = {"new_error": {"false_share"}, "emerging_term": set(_NUMBERS)}


def problems(seeds: Mapping[str, Seed]) -> Iterator[Problem]:
    """Rules that could count nothing, or count the same, and ways to be exposed that none has."""
    lines: dict[tuple[str | None, ...], int] = {}
    for row in seeds["warning_rules"].rows:
        yield from _rule_problems(row)
        counted = (row["count_of"], row["area"])
        first = lines.setdefault(counted, row.line)
        if first != row.line:
            yield row.problem(
                f"{row.text('rule_slug')} counts what the rule in line {first} counts: "
                "take one of them out"
            )
    for row in seeds["exposure_rules"].rows:
        area, exposed_by = row.text("area"), row.text("exposed_by")
        if exposed_by not in _EXPOSED[area]:
            yield row.problem(
                f"nobody is exposed to a {area} as one who {exposed_by}: "
                f"write one of {_listed(_EXPOSED[area])}"
            )


def _rule_problems(row: Row) -> Iterator[Problem]:
    count_of, area, windows = row.text("count_of"), row.text("area"), row.text("window_days")
    if area not in _AREAS[count_of]:
        yield row.problem(
            f"area {area!r} is not known of a {count_of}: write one of {_listed(_AREAS[count_of])}"
        )
    known = _OWN_WINDOWS.get(count_of, _RATE_WINDOWS)
    if windows not in known:
        yield row.problem(f"window_days {windows!r} of {count_of}: write {_listed(known)}")
    if row["exposure"] != "none" and count_of not in _WITH_EXPOSURE:
        yield row.problem(f"{count_of} is counted as it is: write exposure none")
    if row["direction"] != "rise" and count_of in _OWN_WINDOWS:
        yield row.problem(f"a {count_of} only comes up: write direction rise")
    for column in _NUMBERS:
        is_unused = column in _UNUSED.get(count_of, set())
        if is_unused and row[column] is not None:
            yield row.problem(f"{column} of {count_of}, which has none: leave it empty")
        if not is_unused and row[column] is None:
            yield row.problem(f"no {column}: fill it in")
    least = row["minimum_customers"]
    if least is not None and int(least) < 5 and count_of != "new_error":
        yield row.problem(
            f"minimum_customers {least} of {count_of} would show single customers: write 5 or more"
        )


def _listed(values: set[str]) -> str:
    return ", ".join(sorted(values))
