def test_identity_macros_give_what_their_names_say(evaluate):
    values = evaluate(
        folded="""{{ folded_name("'Łucja-Müller d’Or'") }}""",
        other_alphabet="""{{ folded_name("'Ольга Щербакова-Йовик'") }}""",
        german="""{{ folded_name("'Großmann'") }}""",
        other_script="""{{ folded_name("'高军'") }}""",
        no_letters="""{{ folded_name("'...'") }}""",
        words="""{{ folded_words("'ul. Świętego Jana 12/3'") }}""",
        first="""{{ first_word("' Anna Maria'") }}""",
        folded_tag="""{{ linking_email("' Ada+Shop@Mail.com'", 'true') }}""",
        kept_tag="""{{ linking_email("'Ada+Shop@Mail.com'", 'false') }}""",
        no_address="""{{ linking_email("'ada at mail.com'", 'true') }}""",
        mail_time=(
            """cast({{ rfc_2822_timestamp("'Mon, 05 Jan 2026 10:15:00 +0100'") }} as varchar)"""
        ),
        no_mail_time="""{{ rfc_2822_timestamp("'yesterday'") }} is null""",
        unsafe="""{{ dbt.safe_cast("'soon'", 'integer') }} is null""",
        latest="""(
            select {{ latest_value('name', 'seen_at') }}
            from (values ('b', 1), ('c', 2), ('d', 2), (null, 3)) as seen (name, seen_at)
        )""",
        ranks="""(
            select cast(list({{ survivorship_rank('rule') }} order by rule) as varchar)
            from (select timestamp '1970-01-02' as last_seen_at, ['a'] as parts) as told_values
            cross join (select 3 as trait_priority) as source_trust
            cross join (values ('source_priority'), ('recency'), ('completeness')) as rules (rule)
        )""",
    )

    assert values == {
        "folded": "lucjamullerdor",
        "other_alphabet": "olgashcherbakovaiovik",
        "german": "grossmann",
        "other_script": "高军",
        "no_letters": None,
        "words": "ul swietego jana 12 3",
        "first": "Anna",
        "folded_tag": "ada@mail.com",
        "kept_tag": "ada+shop@mail.com",
        "no_address": None,
        "mail_time": "2026-01-05 09:15:00",
        "no_mail_time": True,
        "unsafe": True,
        "latest": "d",
        "ranks": "[-1.0, -86400.0, 3.0]",
    }
