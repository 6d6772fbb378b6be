def test_macros_give_what_their_names_say(evaluate):
    values = evaluate(
        email="""{{ normalize_email("' Ada@Example.com '") }}""",
        blank="""{{ normalize_email("'   '") }}""",
        null_is_not_empty="""{{ surrogate_key(['null']) }} != {{ surrogate_key(["''"]) }}""",
        delimiters_stay_apart=(
            """{{ surrogate_key(["'a|b'", "'c'"]) }} != {{ surrogate_key(["'a'", "'b|c'"]) }}"""
        ),
        absent="""{{ json_text("'{\\"a\\": null}'", '$.a') }} is null""",
        second_week="""{{ week_of("timestamp '1970-01-08 00:00:00'") }}""",
        issues="""len({{ value_issues({"'x'": "cast(null as int)", "'1'": "1"}) }})""",
        listed="""{{ slug_or_unknown("'gold'", "'Gold'") }}""",
        unlisted="""{{ slug_or_unknown("null", "'Platinum'") }}""",
        not_told="""{{ slug_or_unknown("null", "' '") }}""",
    )

    assert values == {
        "email": "ada@example.com",
        "blank": None,
        "null_is_not_empty": True,
        "delimiters_stay_apart": True,
        "absent": True,
        "second_week": 1,
        "issues": 1,
        "listed": "gold",
        "unlisted": "unknown",
        "not_told": None,
    }


def test_the_latest_version_of_a_key_stands(evaluate):
    """The source's time decides, then the file's date, then the content, then what came first."""

    def standing(version, rows):
        return (
            "(select string_agg(content || _load_id || _line, ' ' order by content) from ("
            f"select *, {version} as is_latest_version from (values {rows}) "
            "as versions (id, changed_at, _file_date, content, _load_id, _line)) "
            "where is_latest_version)"
        )

    by_time = "{{ latest_version('id', 'changed_at', content='content') }}"
    by_file = "{{ latest_version('id', content='content') }}"
    a, b = "(1, 5, 1, 'a', 1, 1)", "(1, 5, 1, 'b', 2, 1)"
    values = evaluate(
        time=standing(
            by_time, "(1, 5, 1, 'new', 2, 1), (1, 4, 2, 'old', 1, 1), (2, 3, 1, 'other', 1, 2)"
        ),
        no_time=standing(by_time, "(1, null, 2, 'timeless', 1, 1), (1, 4, 1, 'timed', 1, 2)"),
        file=standing(
            by_time,
            "(1, 5, 2, 'corrected', 1, 1), (1, 5, 3, 'again', 2, 1), (1, 5, 1, 'first', 3, 1)",
        ),
        content=standing(by_time, f"{a}, {b}"),
        content_read_otherwise=standing(by_time, f"{b}, {a}"),
        no_time_at_all=standing(by_file, "(1, 9, 1, 'first', 1, 1), (1, 1, 2, 'second', 2, 1)"),
        load=standing(by_time, "(1, 5, 1, 'a', 3, 1), (1, 5, 1, 'a', 2, 9), (1, 5, 1, 'a', 4, 1)"),
        line=standing(by_file, "(1, 5, 1, 'a', 2, 7), (1, 5, 1, 'a', 2, 5), (1, 5, 1, 'a', 2, 6)"),
    )

    assert values == {
        "time": "new21 other12",
        "no_time": "timed12",
        "file": "again21",
        "content": "b21",
        "content_read_otherwise": "b21",
        "no_time_at_all": "second21",
        "load": "a29",
        "line": "a25",
    }


def test_the_first_delivered_comes_first(evaluate):
    """By the source's time, the file's date, the content; of equal ones by load and line."""

    def ranked(rank, rows):
        return (
            f"(select string_agg(payload_hash || _load_id || _line, ' ' order by place) from ("
            f"select *, {rank} as place from (values {rows}) "
            "as rows_of_key (id, received_at, _file_date, payload_hash, _load_id, _line)))"
        )

    by_time, by_file = "{{ delivery_rank('id', 'received_at') }}", "{{ delivery_rank('id') }}"
    values = evaluate(
        time=ranked(by_time, "(1, null, 1, 'a', 1, 1), (1, 5, 1, 'b', 1, 2), (1, 4, 2, 'c', 2, 1)"),
        file=ranked(by_file, "(1, 4, 2, 'a', 1, 1), (1, 5, 1, 'b', 2, 1)"),
        content=ranked(by_time, "(1, 5, 1, 'b', 1, 1), (1, 5, 1, 'a', 2, 1)"),
        equal=ranked(by_file, "(1, 5, 1, 'a', 2, 7), (1, 5, 1, 'a', 1, 9), (1, 5, 1, 'a', 2, 5)"),
    )

    assert values == {
        "time": "c21 b12 a11",
        "file": "b21 a11",
        "content": "a21 b11",
        "equal": "a19 a25 a27",
    }


def test_a_fiscal_year_bears_the_number_of_its_end(evaluate):
    def month(day, first_month):
        return f"cast({{{{ fiscal_month(\"date '{day}'\", {first_month}) }}}} as varchar)"

    values = evaluate(
        calendar=month("2026-12-31", 1),
        last_day=month("2026-03-31", 4),
        first_day=month("2026-04-01", 4),
        long_month=month("2026-08-31", 7),
    )

    assert values == {
        "calendar": "2026-12-01",
        "last_day": "2026-12-01",
        "first_day": "2027-01-01",
        "long_month": "2027-02-01",
    }
