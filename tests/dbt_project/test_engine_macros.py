"""What `macros/engine/` promises: another engine's macros would have to pass this as it stands."""

from orchestration.warehouse.key_secret import customer_key, key_secret


def test_json_is_read(evaluate):
    payload = """'{"id": 7, "tags": ["a", "b"], "by": {"name": "Ada"}, "lines": [{"n": 1}]}'"""
    shape = "{'id': 'VARCHAR', 'tags': ['VARCHAR'], 'by': {'name': 'VARCHAR'}, 'no': 'VARCHAR'}"

    values = evaluate(
        number_as_text=f"""{{{{ json_fields({payload!r}, {shape}) }}}}['id']""",
        nested=f"""{{{{ json_fields({payload!r}, {shape}) }}}}['by']['name']""",
        second_of_list=(
            f"""{{{{ list_item(json_fields({payload!r}, {shape}) ~ "['tags']", 2) }}}}"""
        ),
        absent=f"""{{{{ json_fields({payload!r}, {shape}) }}}}['no'] is null""",
        at_path=f"""{{{{ json_text({payload!r}, '$.by.name') }}}}""",
        matches=f"""{{{{ list_size(json_list({payload!r}, '$.lines[*].n')) }}}}""",
    )

    assert values == {
        "number_as_text": "7",
        "nested": "Ada",
        "second_of_list": "b",
        "absent": True,
        "at_path": "Ada",
        "matches": 1,
    }


def test_times_are_counted_and_moved(evaluate):
    values = evaluate(
        local=as_text(to_local="\"timestamp '2026-07-01 22:30:00'\", \"'Europe/Berlin'\""),
        utc=as_text(to_utc="\"timestamp '2026-07-02 00:30:00'\", \"'Europe/Berlin'\""),
        day=as_text(business_date="\"timestamp '2026-07-01 22:30:00'\", \"'Europe/Berlin'\""),
        printed=as_text(day_first_timestamp="\"'05.01.2026 10:15:00'\""),
        not_printed="""{{ day_first_timestamp("'05/01/2026'") }} is null""",
        since_1970="""{{ epoch_seconds("timestamp '1970-01-01 00:00:01.5'") }}""",
        in_an_interval="""{{ epoch_seconds("interval '90 minutes'") }}""",
        backwards=(
            """{{ seconds_between("timestamp '2026-01-02'", "timestamp '2026-01-01 12:00'") }}"""
        ),
        a_day_and_a_half=(
            """cast(timestamp '2026-01-01' + {{ duration_of('0.5 + 1', 'day') }} as varchar)"""
        ),
        ninety_minutes="""{{ duration_of(1.5, 'hour') }} = {{ duration_of(90, 'minute') }}""",
        no_duration="""{{ duration_of('null', 'second') }} is null""",
        half_past_nine=(
            """cast(timestamp '2026-01-01' + {{ time_of_day("'09:30'") }} as varchar)"""
        ),
        sunday="""{{ weekday_number("date '2026-01-04'") }}""",
        digits="""{{ compact_date("date '2026-01-05'") }}""",
        midnights=as_text(days_between="\"date '2026-01-05'\", \"date '2026-01-06'\""),
        weeks=as_text(days_between="\"date '2026-01-05'\", \"date '2026-01-15'\", step=7"),
    )

    assert values == {
        "local": "2026-07-02 00:30:00",
        "utc": "2026-07-01 22:30:00",
        "day": "2026-07-02",
        "printed": "2026-01-05 10:15:00",
        "not_printed": True,
        "since_1970": 1.5,
        "in_an_interval": 5400,
        "backwards": -43200,
        "a_day_and_a_half": "2026-01-02 12:00:00",
        "ninety_minutes": True,
        "no_duration": True,
        "half_past_nine": "2026-01-01 09:30:00",
        "sunday": 7,
        "digits": "20260105",
        "midnights": "['2026-01-05 00:00:00', '2026-01-06 00:00:00']",
        "weeks": "['2026-01-05 00:00:00', '2026-01-12 00:00:00']",
    }


def test_lists_are_made_and_searched(evaluate):
    values = evaluate(
        to_three=as_text(numbers_to="3"),
        to_none=as_text(numbers_to="0"),
        typed="""cast({{ list_of([]) }} as {{ list_type('varchar') }}) || ['a'] = ['a']""",
        first="""{{ list_item("['a', 'b']", 1) }}""",
        beyond="""{{ list_item("['a']", 2) }} is null""",
        size="""{{ list_size("[1, null]") }}""",
        known="""{{ known_count("[1, null]") }}""",
        great=as_text(items_where="'[1, 2, 3]', 'number', 'number > 1'"),
        doubled=as_text(items_as="'[1, 2]', 'number', 'number * 2'"),
        total="""{{ sum_of_items('[1, 2, null]') }}""",
        least="""{{ least_item('[2, 1, null]') }}""",
        greatest="""{{ greatest_item('[2, 1, null]') }}""",
        ordered="""(
            select cast({{ sorted_values('name') }} as varchar)
            from (values ('b'), ('a')) as rows (name)
        )""",
        some="""(
            select cast({{ sorted_values('name', "name != 'a'") }} as varchar)
            from (values ('b'), ('a'), ('c')) as rows (name)
        )""",
        two_least="""(
            select cast({{ least_values('name', 2) }} as varchar)
            from (values ('c'), ('b'), ('a')) as rows (name)
        )""",
        per_item="""(
            select string_agg(item, '/')
            from (select {{ one_row_per(["'a'", "'b'"]) }} as item) as rows
        )""",
        per_item_of_a_column="""(
            select string_agg(item, '/')
            from (select {{ one_row_per('items') }} as item from (select ['a', 'b'] as items))
        )""",
        per_place="""(
            select string_agg(item || place, '/')
            from (select {{ one_row_per_place({'item': ["'a'", "'b'"], 'place': '[1, 2]'}) }})
        )""",
    )

    assert values == {
        "to_three": "[1, 2, 3]",
        "to_none": "[]",
        "typed": True,
        "first": "a",
        "beyond": True,
        "size": 2,
        "known": 1,
        "great": "[2, 3]",
        "doubled": "[2, 4]",
        "total": 3,
        "least": 1,
        "greatest": 2,
        "ordered": "[a, b]",
        "some": "[b, c]",
        "two_least": "[a, b]",
        "per_item": "a/b",
        "per_item_of_a_column": "a/b",
        "per_place": "a1/b2",
    }


PEOPLE = "(values (1, 'b', 2), (1, 'a', 1), (2, 'c', null)) as people (seen, id, mark)"


def test_rows_are_ordered_and_joined(evaluate):
    values = evaluate(
        least_id=f"""(select min_by(mark, {{{{ sort_key(['seen', 'id']) }}}}) from {PEOPLE})""",
        least=f"""(
            select min({{{{ struct_of({{'at': 'seen', 'id': 'id'}}) }}}}).id from {PEOPLE}
        )""",
        last_mark=marks_in_order("last_known('mark')"),
        first_mark=marks_in_order("first_known('mark')"),
        mark_before=marks_in_order("previous_known('mark')"),
        latest_mark=f"""(select {{{{ latest_value('mark', 'seen') }}}} from {PEOPLE})""",
        other_columns=f"""(
            select string_agg(cast(kept as varchar), '' order by kept.mark)
            from (select {{{{ all_columns_but('people', ['seen', 'id']) }}}} from {PEOPLE}) as kept
        )""",
        last_not_after="""(
            with people as (
                select * from (values (1, 'a', 1), (2, 'c', 1)) as people (seen, id, place)
            )

            select string_agg(coalesce(people.id, '-'), '' order by moments.moment, moments.place)
            from (values (0, 1), (1, 1), (3, 1), (3, 2)) as moments (moment, place)
            {{ last_row_at('people', 'moments.place = people.place', 'seen', 'moments.moment') }}
        )""",
    )

    assert values == {
        "least_id": 1,
        "least": "a",
        "last_mark": "1 2 2",
        "first_mark": "1 1 1",
        "mark_before": "- 1 2",
        "latest_mark": 2,
        "other_columns": "{'mark': 1}{'mark': 2}{'mark': NULL}",
        "last_not_after": "-ac-",
    }


def test_values_are_told_apart_by_hashes(evaluate):
    values = evaluate(
        equal="""{{ number_hash(['1', '2']) }} = {{ number_hash(['1', '2']) }}""",
        exchanged="""{{ number_hash(['1', '2']) }} = {{ number_hash(['2', '1']) }}""",
        rows=f"""(select count(distinct {{{{ row_hash('people') }}}}) from {PEOPLE})""",
        public_test_vector="""left({{ secure_hash("'abc'") }}, 8)""",
        keyed="""left({{ keyed_hash("'żółw'") }}, 32)""",
    )

    assert values == {
        "equal": True,
        "exchanged": False,
        "rows": 3,
        "public_test_vector": "ba7816bf",
        "keyed": customer_key(key_secret(), "żółw"),
    }


def test_texts_are_split_matched_and_compared(evaluate):
    values = evaluate(
        words=as_text(words="\"'day week'\""),
        parts=as_text(parts="\"'day|week'\", \"'|'\""),
        begins="""{{ begins_with("'case 7'", "'case '") }}""",
        ends="""{{ ends_in("'ada@example.com'", "'@example.com'") }}""",
        all_replaced="""{{ replaced_matches("'a b-c'", '[\\s\\-]', '') }}""",
        last_word="""{{ matched_part("'Ada King'", '(\\S+)$') }}""",
        no_word="""{{ matched_part("''", '(\\S+)$') }}""",
        exchanged="""{{ edit_distance("'martha'", "'marhta'") }}""",
        alike="""round({{ text_likeness("'martha'", "'marhta'") }}, 3) = 0.961""",
        finite="""{{ is_finite("cast('infinity' as double)") }}""",
        thirds="""2 * {{ whole_quotient('7 + 1', 3) }}""",
    )

    assert values == {
        "words": "[day, week]",
        "parts": "[day, week]",
        "begins": True,
        "ends": True,
        "all_replaced": "abc",
        "last_word": "King",
        "no_word": "",
        "exchanged": 1,
        "alike": True,
        "finite": False,
        "thirds": 4,
    }


def marks_in_order(function):
    """What a window function says of the three people, by time and name."""
    return f"""(
        select string_agg(coalesce(cast(told as varchar), '-'), ' ' order by seen, id)
        from (
            select seen, id, {{{{ {function} }}}} over (order by seen, id) as told from {PEOPLE}
        ) as marks
    )"""


def as_text(**call):
    """The SQL that casts what one macro gives to text."""
    ((macro, arguments),) = call.items()
    return f"cast({{{{ {macro}({arguments}) }}}} as varchar)"
