"""The matcher on a few hundred records made here: people, their misspelled doubles, their homes."""

import random

import pyarrow as pa
import pytest

from orchestration.identity.matching import match
from orchestration.identity.training import train

LINK = 0.95
ATTRIBUTES = (
    *("given_name", "surname", "birth_date", "email", "shared_email", "phone", "shared_phone"),
    *("street_address", "city", "postcode", "region", "country_code", "government_id"),
)
SYLLABLES = ("ka", "ro", "mi", "te", "lu", "san", "der", "wol", "bri", "fen", "gor", "hul")


def invented(random_source, syllables):
    return "".join(random_source.choice(SYLLABLES) for _ in range(syllables))


def person(random_source):
    year, month, day = (random_source.randint(*span) for span in ((1940, 2005), (1, 12), (1, 28)))
    return {
        "given_name": invented(random_source, 2),
        "surname": invented(random_source, 3),
        "birth_date": f"{year}{month:02}{day:02}",
        "street_address": f"{invented(random_source, 3)} street {random_source.randint(1, 99)}",
        "city": random_source.choice(("lodz", "krakow", "gdansk", "poznan")),
        "postcode": f"{random_source.randint(10_000, 99_999)}",
    }


def misspelled(random_source, record):
    attribute = random_source.choice(("given_name", "surname", "street_address"))
    value = record[attribute]
    place = random_source.randrange(len(value) - 1)
    return record | {attribute: value[:place] + "x" + value[place + 1 :]}


def records_of(rows):
    """Rows by key, as the warehouse hands them over."""
    return pa.table(
        {
            "profile_key": list(rows),
            **{
                name: pa.array([row.get(name) for row in rows.values()], pa.string())
                for name in ATTRIBUTES
            },
            "linking_values": pa.array([[]] * len(rows), pa.list_(pa.string())),
            "record_hash": [str(sorted(row.items())) for row in rows.values()],
        }
    )


def pairs_of(matches):
    return set(
        zip(
            matches["left_profile_key"].to_pylist(),
            matches["right_profile_key"].to_pylist(),
            strict=True,
        )
    )


@pytest.fixture(scope="module")
def rows():
    """Two hundred people, each misspelled once; and forty homes of two people."""
    random_source = random.Random(7)  # noqa: S311
    rows = {}
    for number in range(200):
        one = person(random_source)
        rows[f"person {number:03} a"] = one
        rows[f"person {number:03} b"] = misspelled(random_source, one)
    for number in range(40):
        one, other = person(random_source), person(random_source)
        home = {name: one[name] for name in ("surname", "street_address", "city", "postcode")}
        rows[f"home {number:03} a"] = one
        rows[f"home {number:03} b"] = other | home
    return rows


@pytest.fixture(scope="module")
def model(rows):
    return train(records_of(rows))


def test_people_are_found_and_homes_are_not_mistaken_for_them(rows, model):
    found = pairs_of(match(records_of(rows), model, LINK))

    true = {(f"person {number:03} a", f"person {number:03} b") for number in range(200)}
    assert found <= true
    assert len(found) >= 0.95 * len(true)


def test_the_same_records_teach_the_same_model(rows, model):
    assert train(records_of(dict(reversed(rows.items())))) == model


@pytest.mark.parametrize(
    "differences",
    [
        pytest.param({"given_name": "zofia"}, id="spouses"),
        pytest.param({"given_name": "zofia", "birth_date": "19800506"}, id="twins"),
        pytest.param({"birth_date": "19500101"}, id="father and son of one name"),
    ],
)
def test_two_of_one_home_are_not_one_person(rows, model, differences):
    one = rows["person 000 a"] | {"given_name": "marek", "birth_date": "19800506"}

    records = records_of({"one": one, "other": one | {"birth_date": None} | differences})

    assert match(records, model, LINK).num_rows == 0


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda one: {"given_name": one["given_name"][:1]}, id="initial"),
        pytest.param(
            lambda one: {"given_name": one["surname"], "surname": one["given_name"]}, id="swapped"
        ),
        pytest.param(lambda one: {"surname": None}, id="name half known"),
        pytest.param(lambda one: {"birth_date": "19850905"}, id="day and month swapped"),
        pytest.param(lambda one: {"street_address": "other road 5", "postcode": "1"}, id="moved"),
    ],
)
def test_what_one_person_may_write_is_still_that_person(rows, model, change):
    one = rows["person 000 a"] | {"birth_date": "19850509"}

    records = records_of({"one": one, "other": one | change(one)})

    assert pairs_of(match(records, model, LINK)) == {("one", "other")}


def test_what_an_identifier_joins_is_not_scored(rows, model):
    one = rows["person 000 a"]
    records = records_of({"one": one, "other": one})
    joined = records.set_column(
        records.column_names.index("linking_values"), "linking_values", [[["email a@b.pl"]] * 2]
    )

    assert match(records, model, LINK).num_rows == 1
    assert match(joined, model, LINK).num_rows == 0


def test_only_what_changed_is_matched_with_all(rows, model):
    records = records_of(rows)
    changed = {"person 003 a", "person 007 a", "person 007 b", "home 001 a"}

    partly = match(records, model, 0.01, sorted(changed))

    everything = match(records, model, 0.01).to_pylist()
    assert partly.to_pylist() == [
        pair
        for pair in everything
        if {pair["left_profile_key"], pair["right_profile_key"]} & changed
    ]
    assert partly.num_rows >= 2


def test_a_score_does_not_move_when_others_come(rows, model):
    few = {key: row for key, row in rows.items() if key < "person 020"}

    before = match(records_of(few), model, 0.01).to_pylist()

    assert before
    assert all(pair in match(records_of(rows), model, 0.01).to_pylist() for pair in before)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_records_teach_nothing_and_break_nothing(rows, count):
    records = records_of(dict(list(rows.items())[:count]))

    assert match(records, train(records), 0.5).num_rows <= count // 2


def test_absent_attributes_take_their_comparisons_and_rules_along(rows):
    names = {
        key: {"given_name": row["given_name"], "surname": row["surname"]}
        for key, row in rows.items()
    }

    model = train(records_of(names))

    assert {part["output_column_name"] for part in model["settings"]["comparisons"]} == {
        *("given_name", "surname", "full_name")
    }
    assert match(records_of(names), model, LINK).num_rows == 0


def test_records_that_will_not_grow_bear_blunter_rules(rows, model):
    complete = train(records_of(rows), is_complete=True)

    def rules(of_model):
        return of_model["settings"]["blocking_rules_to_generate_predictions"]

    assert len(rules(complete)) > len(rules(model))


def test_few_records_of_name_and_birth_date_with_one_slip_each_are_found():
    """A slip in one attribute excludes one in another, and hardly any rule finds many pairs."""
    random_source = random.Random(11)  # noqa: S311
    given_names, surnames = ([invented(random_source, size) for _ in range(60)] for size in (2, 3))
    rows = {}
    for number in range(450):
        one = {
            "given_name": random_source.choice(given_names),
            "surname": random_source.choice(surnames),
            "birth_date": person(random_source)["birth_date"],
        }
        rows[f"person {number:03} a"] = one
        if number < 50:
            attribute = random_source.choice(tuple(one))
            value = one[attribute]
            place = random_source.randrange(1, len(value))
            letter = random_source.choice("0123" if attribute == "birth_date" else "aeiou")
            slip = {attribute: value[:place] + letter + value[place + 1 :]}
            rows[f"person {number:03} b"] = one | slip
    true = {(f"person {number:03} a", f"person {number:03} b") for number in range(50)}

    model = train(records_of(rows), is_complete=True)
    found = pairs_of(match(records_of(rows), model, 0.5))

    assert not model["has_homes"]
    assert len(found & true) >= 0.9 * len(true)
    assert len(found & true) >= 0.95 * len(found)


def test_a_tenth_of_duplicates_among_many_namesakes_is_found():
    """One slip each: a letter of a name, or the year, month or day of the birth date."""
    random_source = random.Random(5)  # noqa: S311
    given_names, surnames = ([invented(random_source, size) for _ in range(80)] for size in (2, 3))
    rows = {}
    for number in range(2_700):
        one = {
            "given_name": random_source.choice(given_names),
            "surname": random_source.choice(surnames),
            "birth_date": person(random_source)["birth_date"],
        }
        rows[f"person {number:04} a"] = one
        if number < 300:
            attribute = random_source.choice(tuple(one))
            slip = {attribute: slipped(random_source, attribute, one[attribute])}
            rows[f"person {number:04} b"] = one | slip
    true = {(f"person {number:04} a", f"person {number:04} b") for number in range(300)}

    model = train(records_of(rows))
    found = pairs_of(match(records_of(rows), model, 0.5))

    assert model["is_paired"]
    assert len(found & true) >= 0.97 * len(true)
    assert len(found & true) >= 0.97 * len(found)


def test_of_people_with_two_records_one_that_another_birth_date_hides_is_found():
    """A full name that only the two bear says more than that some names are borne by many."""
    random_source = random.Random(7)  # noqa: S311
    given_names, surnames = ([invented(random_source, size) for _ in range(90)] for size in (2, 3))
    rows = {}
    for number in range(330):
        one = {
            "given_name": random_source.choice(given_names),
            "surname": random_source.choice(surnames),
            "birth_date": person(random_source)["birth_date"],
        }
        rows[f"person {number:03} a"] = one
        if number < 300:
            attribute = random_source.choice(("given_name", "surname"))
            slip = {attribute: slipped(random_source, attribute, one[attribute])}
            if number < 30:
                slip = {"birth_date": person(random_source)["birth_date"]}
            elif number < 60:
                slip = {"birth_date": None}
            rows[f"person {number:03} b"] = one | slip
    true = {(f"person {number:03} a", f"person {number:03} b") for number in range(300)}

    model = train(records_of(rows), is_complete=True)
    matches = match(records_of(rows), model, 0.5)
    likeliest: dict[str, float] = {}
    for pair in matches.to_pylist():
        for side in ("left_profile_key", "right_profile_key"):
            found = likeliest.get(pair[side], 0)
            likeliest[pair[side]] = max(found, pair["match_probability"])
    linked = {
        (pair["left_profile_key"], pair["right_profile_key"])
        for pair in matches.to_pylist()
        if pair["match_probability"]
        >= max(likeliest[pair["left_profile_key"]], likeliest[pair["right_profile_key"]])
    }

    assert model["is_paired"]
    assert len(linked & true) >= 0.97 * len(true)
    assert len(linked & true) >= 0.99 * len(linked)


def test_records_that_an_identifier_joins_are_not_taken_for_pairs(rows):
    pairs = {key: row for key, row in rows.items() if key.startswith("person")}
    records = records_of(pairs)
    joined = records.set_column(
        records.column_names.index("linking_values"),
        "linking_values",
        [[[f"email {key}@b.pl"] for key in records["profile_key"].to_pylist()]],
    )

    assert train(records, is_complete=True)["is_paired"]
    assert not train(joined, is_complete=True)["is_paired"]


def slipped(random_source, attribute, value):
    """Another letter, or another year, month or day."""
    if attribute != "birth_date":
        place = random_source.randrange(1, len(value))
        return (
            value[:place]
            + random_source.choice("aeiou".replace(value[place], ""))
            + value[place + 1 :]
        )
    start, end, others = random_source.choice(
        [
            (0, 4, [f"{year}" for year in range(1930, 2000)]),
            (4, 6, [f"{month:02}" for month in range(1, 13)]),
            (6, 8, [f"{day:02}" for day in range(1, 29)]),
        ]
    )
    others = [other for other in others if other != value[start:end]]
    return value[:start] + random_source.choice(others) + value[end:]


@pytest.fixture(scope="module")
def complete_rows():
    """Two files of the same people with slips; hardly any two are of one home."""
    random_source = random.Random(3)  # noqa: S311
    rows = {}
    for number in range(300):
        one = person(random_source)
        rows[f"person {number:03} a"] = one
        other = misspelled(random_source, one)
        if number % 20 == 0:
            other |= {"given_name": invented(random_source, 2)}
        if number % 20 == 1:
            other |= {"birth_date": person(random_source)["birth_date"]}
        if number % 100 == 2:
            other |= {key: person(random_source)[key] for key in ("given_name", "birth_date")}
        if number % 20 == 3:
            other |= {"given_name": one["surname"], "surname": invented(random_source, 3)}
        rows[f"person {number:03} b"] = other
    return rows


@pytest.fixture(scope="module")
def complete_model(complete_rows):
    return train(records_of(complete_rows), is_complete=True)


def test_one_name_in_the_place_of_the_other_is_still_that_person(complete_rows, complete_model):
    one = complete_rows["person 000 a"]
    other = one | {"given_name": one["surname"], "surname": "unheard"}

    found = match(records_of({"one": one, "other": other}), complete_model, LINK)

    assert pairs_of(found) == {("one", "other")}


def test_without_homes_a_person_whose_name_and_birth_date_are_wrong_is_found(
    complete_rows, complete_model
):
    one = complete_rows["person 000 a"]
    other = one | {"given_name": "unheard", "birth_date": "19010203"}

    found = match(records_of({"one": one, "other": other}), complete_model, 0.5)

    assert not complete_model["has_homes"]
    assert pairs_of(found) == {("one", "other")}
