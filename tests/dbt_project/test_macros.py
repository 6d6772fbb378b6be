def test_macros_give_what_their_names_say(evaluate):
    values = evaluate(
        email="""{{ normalize_email("' Ada@Example.com '") }}""",
        blank="""{{ normalize_email("'   '") }}""",
        null_is_not_empty="""{{ surrogate_key(['null']) }} != {{ surrogate_key(["''"]) }}""",
        delimiters_stay_apart=(
            """{{ surrogate_key(["'a|b'", "'c'"]) }} != {{ surrogate_key(["'a'", "'b|c'"]) }}"""
        ),
        absent="""{{ json_text("'{\\"a\\": null}'", '$.a') }} is null""",
        issues="""len({{ value_issues({"'x'": "cast(null as int)", "'1'": "1"}) }})""",
    )

    assert values == {
        "email": "ada@example.com",
        "blank": None,
        "null_is_not_empty": True,
        "delimiters_stay_apart": True,
        "absent": True,
        "issues": 1,
    }
