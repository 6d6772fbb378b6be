import pytest

from orchestration.reference_seeds import SeedError, check_seeds


def replace(path, old, new):
    """Change one text; returns the line that it is in."""
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} is in {path.name} {text.count(old)} times"
    path.write_text(text.replace(old, new))
    return text[: text.index(old)].count("\n") + 1


def add(path, row):
    """Append a row; returns its line."""
    text = path.read_text()
    path.write_text(f"{text}{row}\n")
    return text.count("\n") + 1


def test_the_seeds_of_the_repository_are_sound(reasons):
    assert reasons() == []


TYPE = (
    "renewal,Membership renewal,Keep the membership,subscription,Sales,Sales,30,45,365,336,loyal,7"
)
TYPE_MISTAKES = {
    "unknown subject": (
        TYPE.replace("subscription", "parcel"),
        "subject 'parcel' is unknown: write one of case, customer, order, product, subscription",
    ),
    "negative days": (
        TYPE.replace("30,45", "-30,45"),
        "timeout_days -30 is below 0.01: write at least 0.01",
    ),
    "no number": (
        TYPE.replace("30,45", "a month,45"),
        "timeout_days 'a month' is no double: "
        "write digits alone, with a point before a fraction "
        "(0.85, not 0,85 or 85%)",
    ),
    "unknown lifecycle stage": (
        TYPE.replace("loyal,7", "faithful,7"),
        "lifecycle_stage_slug 'faithful' is not in lifecycle_stages.csv: "
        "write one of its values, or add it there",
    ),
    "no goal": (TYPE.replace("Keep the membership", ""), "no goal: fill it in"),
    "no owner": (
        TYPE.replace("subscription,Sales", "subscription,"),
        "no owner: fill it in",
    ),
    "too many cells": (
        f"{TYPE},8",
        "13 cells under 12 column names: "
        "quote a text that holds a comma, and end an empty cell with one",
    ),
    "priority of another": (
        TYPE.replace("loyal,7", "loyal,6"),
        "priority '6' as in line 7: take one of them out",
    ),
}


@pytest.mark.parametrize(("row", "reason"), TYPE_MISTAKES.values(), ids=TYPE_MISTAKES)
def test_a_bad_journey_type_is_named_with_its_line(seeds, reasons, row, reason):
    line = replace(seeds / "journeys" / "journey_types.csv", TYPE, row)

    assert ("journey_types.csv", line, reason) in reasons()


EVENT = "delivery,reach,order_delivered,false,,,,deliver,3"
EVENT_MISTAKES = {
    "unknown journey": (
        EVENT.replace("delivery,", "shipment,"),
        "journey_slug 'shipment' is not in journey_types.csv: "
        "write one of its values, or add it there",
    ),
    "unknown role": (
        EVENT.replace("reach", "finish"),
        "role 'finish' is unknown: write one of fail, reach, reach_opens, start, step",
    ),
    "unknown touchpoint type": (
        EVENT.replace("order_delivered", "parcel_delivered"),
        "touchpoint_type_slug 'parcel_delivered' is not in touchpoint_types.csv: "
        "write 'order_delivered', or add it there",
    ),
    "no boolean": (
        EVENT.replace("false", "maybe"),
        "needs_reason 'maybe' is no boolean: write true or false",
    ),
    "no stage": (EVENT.replace("deliver,3", ",3"), "no stage_slug: fill it in"),
    "stage of two numbers": (
        EVENT.replace("deliver,3", "deliver,4"),
        # The row after it, which has the other number.
        "stage deliver is number 3 here and 4 in line {line}",
    ),
    "unknown column": (
        EVENT.replace("false,,,", "false,weather,=,fine"),
        "condition_column 'weather' is unknown: "
        "write one of channel_slug, outcome_slug, prior_order_count",
    ),
    "unknown operator": (
        EVENT.replace("false,,,", "false,outcome_slug,like,late"),
        "condition_operator 'like' is unknown: write one of !=, <, =, >=",
    ),
    "half a condition": (
        EVENT.replace("false,,,", "false,outcome_slug,,late"),
        "a condition takes condition_column, condition_operator, condition_value",
    ),
    "unknown outcome": (
        EVENT.replace("false,,,", "false,outcome_slug,=,lost"),
        "order_delivered has no outcome 'lost' in touchpoint_outcomes.csv",
    ),
    "unknown channel": (
        EVENT.replace("false,,,", "false,channel_slug,=,drone"),
        "channel_slug 'drone' is not in channels.csv",
    ),
    "text put in order": (
        EVENT.replace("false,,,", "false,channel_slug,<,shop"),
        "channel_slug is no number: it takes = or !=, not <",
    ),
    "number that is none": (
        EVENT.replace("false,,,", "false,prior_order_count,=,many"),
        "prior_order_count is compared with 'many', which is no whole number",
    ),
}


@pytest.mark.parametrize(("row", "reason"), EVENT_MISTAKES.values(), ids=EVENT_MISTAKES)
def test_a_bad_journey_event_is_named_with_its_line(seeds, reasons, row, reason):
    line = replace(seeds / "journeys" / "journey_events.csv", EVENT, row)

    found = reasons()

    at = line + 1 if "{line}" in reason else line
    assert ("journey_events.csv", at, reason.format(line=line)) in found


def test_a_journey_takes_a_start_and_a_reach(seeds, reasons):
    line = add(
        seeds / "journeys" / "journey_types.csv",
        "referral,Referral,Recommend,customer,Marketing,Marketing,7,7,7,24,loyal,8",
    )

    assert reasons() == [
        ("journey_types.csv", line, "referral has no reach in journey_events.csv"),
        ("journey_types.csv", line, "referral has no start in journey_events.csv"),
    ]


def test_one_moment_cannot_both_reach_and_fail(seeds, reasons):
    events = seeds / "journeys" / "journey_events.csv"
    line = add(events, "delivery,fail,order_delivered,false,,,,deliver,3")

    reached_in = events.read_text().split(EVENT)[0].count("\n") + 1
    assert reasons() == [("journey_events.csv", line, f"fails what line {reached_in} reaches")]


def test_a_row_said_twice_names_both_lines(seeds, reasons):
    reasons_file = seeds / "journeys" / "journey_reasons.csv"
    line = add(reasons_file, "delivery,delivery")

    first = reasons_file.read_text().splitlines().index("delivery,delivery") + 1
    assert reasons() == [
        (
            "journey_reasons.csv",
            line,
            f"journey_slug 'delivery', contact_reason_slug 'delivery' as in line {first}: "
            "take one of them out",
        )
    ]


def test_a_journey_that_asks_for_reasons_has_some(seeds, reasons):
    line = add(
        seeds / "journeys" / "journey_types.csv",
        "referral,Referral,Recommend,customer,Marketing,Marketing,7,7,7,24,loyal,8",
    )
    events = seeds / "journeys" / "journey_events.csv"
    add(events, "referral,start,call_inbound,true,,,,ask,1")
    add(events, "referral,reach,referral_made,false,,,,refer,2")

    found = reasons()

    asking = events.read_text().count("\n") - 1
    assert line
    assert found == [
        (
            "journey_events.csv",
            asking,
            "needs a reason, but referral has none in journey_reasons.csv",
        )
    ]


def test_a_range_of_a_lifecycle_rule_is_not_empty(seeds, reasons):
    line = replace(
        seeds / "journeys" / "lifecycle_rules.csv",
        "6,after_purchase,,,,,1,,0,30,,",
        "6,after_purchase,,,,,1,,40,30,,",
    )

    assert reasons() == [
        (
            "lifecycle_rules.csv",
            line,
            "minimum_days_since_order 40 is above its maximum 30",
        )
    ]


def test_a_stage_that_a_touchpoint_gives_says_how_long_it_lasts(seeds, reasons):
    line = replace(
        seeds / "journeys" / "lifecycle_rules.csv", "order_placed,1,1,", "order_placed,1,,"
    )

    assert reasons() == [
        (
            "lifecycle_rules.csv",
            line,
            "touchpoint_type_slug, minimum_touchpoints and lasting_days go together",
        )
    ]


def test_a_missing_and_an_unknown_column_are_named(seeds, reasons):
    replace(seeds / "journeys" / "journey_reasons.csv", "journey_slug,contact", "journey,contact")

    assert reasons() == [
        (
            "journey_reasons.csv",
            1,
            "no column journey_slug, unknown column 'journey': "
            "the header is journey_slug,contact_reason_slug",
        )
    ]


def test_every_mistake_is_told_at_once_with_its_path(seeds):
    replace(seeds / "journeys" / "journey_types.csv", TYPE, TYPE.replace("30,45", "-1,-2"))

    with pytest.raises(SeedError) as error:
        check_seeds(seeds)

    assert str(error.value).splitlines() == [
        "2 mistakes in the reference seeds; nothing was built.",
        f"{seeds}/journeys/journey_types.csv:8: horizon_days -2 is below 0.01: write at least 0.01",
        f"{seeds}/journeys/journey_types.csv:8: timeout_days -1 is below 0.01: write at least 0.01",
    ]


IDENTITY_MISTAKES = {
    "unknown type": (
        "identifier_types.csv",
        "fax,true,true,false,false,,99,,,,,,,Fax number",
        "no source shows a 'fax'",
    ),
    "no boolean": (
        "identifier_types.csv",
        "fax,yes please,true,false,false,,99,,,,,,,Fax number",
        "is_linking 'yes please' is no boolean",
    ),
    "negative limit": (
        "identifier_types.csv",
        "fax,true,true,false,false,,99,-1,,,,,,Fax number",
        "maximum_given_names -1 is below 0",
    ),
    "customers of no value": (
        "identifier_types.csv",
        "fax,true,true,false,false,,99,,,,,,0,Fax number",
        "maximum_per_customer 0 is below 1",
    ),
    "tolerance of a type that many bear": (
        "identifier_types.csv",
        "fax,true,true,false,false,1,99,,,,,,,Fax number",
        "conflict_edits is for a type that is unique per person",
    ),
    "type said twice": (
        "identifier_types.csv",
        "email,true,true,false,false,,99,,,,,,,E-mail",
        "identifier_type 'email' as in line 5: take one of them out",
    ),
    "block of an unknown type": (
        "blocked_values.csv",
        "fax,exact,000,Placeholder",
        "identifier_type 'fax' is neither any nor known",
    ),
    "unknown way to match": (
        "blocked_values.csv",
        "email,regex,^x+@,Placeholder",
        "match_kind 'regex' is unknown: write one of contains, exact, number, prefix, suffix",
    ),
    "block that never matches": (
        "blocked_values.csv",
        "email,exact,NoReply@firm.pl,Nobody reads it",
        "'NoReply@firm.pl' blocks nothing: write it in lower case, as it is compared",
    ),
    "block without a reason": ("blocked_values.csv", "email,exact,x@firm.pl,", "no reason"),
    "value blocked twice": (
        "blocked_values.csv",
        "any,exact,null,Again",
        "identifier_type 'any', match_kind 'exact', blocked_value 'null' as in line 2",
    ),
    "unknown setting": (
        "identity_settings.csv",
        "name_edits,2,Edits",
        "unknown setting 'name_edits': there are ",
    ),
    "unknown decision": (
        "identity_decisions.csv",
        "join,a,b,Seen in the shop",
        "decision 'join' is unknown: write one of merge, split",
    ),
    "decision without a reason": ("identity_decisions.csv", "merge,a,b,", "no reason"),
    "decision on one profile": (
        "identity_decisions.csv",
        "merge,a,a,Seen in the shop",
        "a decision takes two profiles, not one twice",
    ),
}


@pytest.mark.parametrize(
    ("file", "row", "reason"), IDENTITY_MISTAKES.values(), ids=IDENTITY_MISTAKES
)
def test_a_bad_rule_of_identity_is_named_with_its_line(seeds, reasons, file, row, reason):
    line = add(seeds / "identity" / file, row)

    found = [why for name, at, why in reasons() if (name, at) == (file, line)]

    assert any(why.startswith(reason) for why in found), found


GOVERNMENT_ID = "government_id,true,true,true,true,2,3"


@pytest.mark.parametrize("edits", ["", "0", "2"])
def test_values_of_a_unique_type_conflict_never_or_beyond_some_edits(seeds, reasons, edits):
    types = seeds / "identity" / "identifier_types.csv"

    replace(types, GOVERNMENT_ID, f"government_id,true,true,true,true,{edits},3")

    assert reasons() == []


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ("-1", "conflict_edits -1 is below 0: write 0 to 2"),
        ("3", "conflict_edits 3 is above 2: write 0 to 2"),
        ("1.5", "conflict_edits '1.5' is no integer: write a whole number, in digits alone"),
        ("two", "conflict_edits 'two' is no integer: write a whole number, in digits alone"),
    ],
)
def test_edits_that_say_nothing_are_named_with_their_line(seeds, reasons, edits, reason):
    types = seeds / "identity" / "identifier_types.csv"

    line = replace(types, GOVERNMENT_ID, f"government_id,true,true,true,true,{edits},3")

    assert reasons() == [("identifier_types.csv", line, reason)]


def test_a_setting_has_one_row_within_its_range(seeds, reasons):
    settings = seeds / "identity" / "identity_settings.csv"
    line = replace(settings, "typo_edits,1", "typo_edits,-1")

    assert reasons() == [("identity_settings.csv", line, "typo_edits takes 0 to 10")]

    replace(settings, "typo_edits,-1", "typo_rarity,-1")
    again = "setting 'typo_rarity' as in line 3: take one of them out"
    assert ("identity_settings.csv", line, again) in reasons()


def test_a_setting_that_is_taken_out_is_missed(seeds, reasons):
    settings = seeds / "identity" / "identity_settings.csv"
    rows = settings.read_text().splitlines(keepends=True)
    settings.write_text("".join(row for row in rows if not row.startswith("typo_edits")))

    assert reasons() == [("identity_settings.csv", 1, "no row for setting typo_edits")]


def test_decisions_that_contradict_each_other_name_both_lines(seeds, reasons):
    decisions = seeds / "identity" / "identity_decisions.csv"
    rows = [
        "merge,a,b,Seen in the shop",
        "split,b,a,Two people",
        "merge,a,b,Seen again",
        "merge,b,c,One card",
        "merge,c,d,One card",
        "split,a,d,Two birth dates",
        "split,a,e,Two birth dates",
    ]
    for row in rows:
        add(decisions, row)

    assert reasons() == [
        ("identity_decisions.csv", 3, "splits what line 2 merges"),
        ("identity_decisions.csv", 4, "decided already in line 2"),
        (
            "identity_decisions.csv",
            7,
            "splits what the merges in lines 2, 5, 6 join: take one of them out",
        ),
    ]
