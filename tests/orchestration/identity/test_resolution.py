"""Which links hold where profiles conflict: the pure function, without a warehouse."""

import random
import time
from itertools import combinations, pairwise

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.identity.resolution import (
    AMBIGUOUS,
    BIRTH_DATE,
    FORCED_MERGE,
    FORCED_SPLIT,
    FULL_NAME,
    MATCH,
    MAXIMUM_PER_CUSTOMER,
    VENDOR_MERGE,
    Bridge,
    ContradictionError,
    Mark,
    Rules,
    resolve,
)

RULES = Rules(
    conflict_edits={"account_id": 0, "government_id": None, "passport": 1},
    maximum_per_customer={"email": 3},
    name_conflict_edits=2,
    match_name_share=0.5,
    match_birth_date_years=12,
    typo_edits=1,
)
PRIORITIES = {"account_id": 1, "government_id": 2, "email": 3, "phone": 4}


def value(identifier_type, identifier_value, members):
    return Bridge(
        "shared_identifier",
        tuple(sorted(members)),
        precedence=2,
        type_priority=PRIORITIES[identifier_type],
        identifier_type=identifier_type,
        identifier_value=identifier_value,
    )


def merge(left, right):
    return Bridge(FORCED_MERGE, tuple(sorted((left, right))), precedence=1)


def vendor_merge(left, right):
    return Bridge(VENDOR_MERGE, tuple(sorted((left, right))), precedence=2)


def match(left, right, probability=0.99):
    return Bridge(MATCH, tuple(sorted((left, right))), precedence=3, match_probability=probability)


def account(account_id):
    return Mark("account_id", account_id, vouches=True)


def born(date):
    return Mark(BIRTH_DATE, date)


def named(full_name):
    return Mark(FULL_NAME, full_name)


def partition(resolution):
    """The customers, as one text: `ab c`."""
    customers = {}
    for profile, component in sorted(resolution.components.items()):
        customers[component] = customers.get(component, "") + profile
    return " ".join(sorted(customers.values()))


def decided(bridges, marks=None, splits=(), rules=RULES):
    return resolve(bridges, marks or {}, splits, rules)


ONE_BY_EMAIL_OTHER_BY_PHONE = (value("email", "e", "ab"), value("phone", "p", "bc"))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(account("1"), account("2"), "ab c", id="two logins"),
        pytest.param(account("1"), account("1"), "abc", id="one login"),
        pytest.param(Mark("passport", "AB12"), Mark("passport", "AB21"), "abc", id="typo"),
        pytest.param(Mark("passport", "AB12"), Mark("passport", "CD12"), "ab c", id="no typo"),
        pytest.param(Mark("government_id", "1"), Mark("government_id", "2"), "abc", id="mistyped"),
        pytest.param(born("1980-05-06"), born("1980-05-07"), "ab c", id="two birth dates"),
        pytest.param(named("anna kos"), named("piotr kos"), "ab c", id="two given names"),
        pytest.param(named("anna kos"), named("anna lis"), "abc", id="married"),
        pytest.param(named("anna kos"), named("a kos"), "abc", id="initial"),
        pytest.param(named("katarzyna kos"), named("katazyan kos"), "abc", id="two slips"),
        pytest.param(named("ewa kos"), named("iga kos"), "ab c", id="short names"),
        pytest.param(named("anna kos"), named("kos ana"), "abc", id="swapped"),
    ],
)
def test_what_two_people_show_is_not_put_into_one_customer(left, right, expected):
    resolution = decided(ONE_BY_EMAIL_OTHER_BY_PHONE, {"a": [left], "c": [right]})

    assert partition(resolution) == expected


def test_a_refusal_says_what_conflicted():
    marks = {"a": [account("1")], "c": [account("2")]}

    (refusal,) = decided(ONE_BY_EMAIL_OTHER_BY_PHONE, marks).refusals

    assert refusal.bridge.identifier_type == "phone"
    assert {refusal.left_profile_key, refusal.right_profile_key} == {"b", "c"}
    assert refusal.refusal_reason == "unique_identifier"
    assert refusal.conflict_kind == "account_id"
    assert (refusal.left_value, refusal.right_value) == ("1", "2")


def test_the_stronger_link_holds():
    marks = {"a": [account("1")], "c": [account("2")]}
    phone, email = value("phone", "p", "ab"), value("email", "e", "bc")

    assert partition(decided([phone, email], marks)) == "a bc"
    assert partition(decided([match("b", "c"), phone], marks)) == "ab c"
    assert partition(decided([match("a", "b", 0.97), match("b", "c", 0.98)], marks)) == "a bc"


def test_probabilities_that_round_alike_are_taken_by_key():
    marks = {"a": [account("1")], "c": [account("2")]}
    bridges = [match("b", "c", 0.98000001), match("a", "b", 0.98)]

    assert partition(decided(bridges, marks)) == "ab c"


def test_a_value_joins_those_who_belong_together_whoever_is_first():
    marks = {"a": [born("1950-01-01")], "b": [born("1980-01-01")], "c": [born("1980-01-01")]}

    assert partition(decided([value("phone", "p", "abc")], marks)) == "a bc"


def test_who_could_be_either_of_two_is_neither():
    marks = {"a": [named("anna kos")], "b": [named("piotr kos")], "c": [named("anna kos")]}

    resolution = decided([value("phone", "p", "abcd")], marks)

    assert partition(resolution) == "ac b d"
    assert (AMBIGUOUS, "d") in {
        (r.refusal_reason, r.right_profile_key) for r in resolution.refusals
    }


def test_what_a_weaker_link_joins_after_all_is_not_refused():
    marks = {"a": [named("anna kos")], "b": [named("piotr kos")]}

    resolution = decided([value("email", "e", "abd"), value("phone", "p", "ad")], marks)

    assert partition(resolution) == "ad b"
    assert {r.refusal_reason for r in resolution.refusals} == {FULL_NAME}


def test_a_split_leaves_the_others_where_most_are():
    resolution = decided([value("email", "e", "abcd")], splits=[("d", "a")])

    assert partition(resolution) == "abc d"
    assert [r.refusal_reason for r in resolution.refusals] == [FORCED_SPLIT]


def test_a_split_holds_over_any_way_round():
    bridges = [value("email", "e", "ab"), value("phone", "p", "bc"), match("a", "c")]

    assert partition(decided(bridges, splits=[("a", "c")])) == "ab c"


def test_a_forced_merge_waives_what_its_own_profiles_show():
    marks = {
        "a": [account("1"), born("1980-01-01")],
        "b": [account("2"), born("1990-01-01")],
        "c": [account("2")],
        "d": [account("3")],
    }
    bridges = [merge("b", "a"), value("email", "e", "bc"), value("phone", "p", "cd")]

    assert partition(decided(bridges, marks)) == "abc d"


def test_merges_in_two_steps_waive_what_their_ends_show():
    marks = {"a": [account("1")], "c": [account("2")]}

    assert partition(decided([merge("a", "b"), merge("b", "c")], marks)) == "abc"


def test_a_merge_by_the_vendor_waives_what_its_own_profiles_show():
    marks = {
        "a": [named("marysia mergecka"), account("1")],
        "b": [named("maria zamezna"), account("2")],
        "c": [named("piotr inny")],
    }
    bridges = [vendor_merge("a", "b"), value("email", "e", "bc")]

    assert partition(decided(bridges, marks)) == "ab c"


def test_a_person_parts_what_the_vendor_merges_in_two_steps():
    bridges = [vendor_merge("a", "b"), vendor_merge("b", "c")]

    assert partition(decided(bridges, splits=[("a", "c")])) == "ab c"


def test_a_split_of_what_merges_join_is_an_error():
    with pytest.raises(ContradictionError, match="merged and split"):
        decided([merge("a", "b"), merge("b", "c")], splits=[("a", "c")])


def test_a_unique_identifier_outweighs_a_name_and_a_birth_date():
    marks = {
        "a": [account("1"), named("anna kos"), born("1980-01-01")],
        "b": [account("1"), named("hanka lis"), born("1990-01-01")],
    }

    assert partition(decided([value("account_id", "1", "ab")], marks)) == "ab"
    assert partition(decided([match("a", "b")], marks)) == "ab"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(["anna kos", "1980-05-06"], ["anna kos", "1982-05-06"], "ab", id="near"),
        pytest.param(["jan kos", "1950-05-06"], ["jan kos", "1980-05-06"], "a b", id="generation"),
        pytest.param(["anna kos", "1980-05-06"], ["ewa kos", "1980-05-06"], "a b", id="twins"),
        pytest.param([None, "1980-05-06"], [None, "1980-05-07"], "ab", id="names unknown"),
        pytest.param(
            ["rob kos", "1980-05-06"], ["robert kos", "1980-05-06"], "ab", id="short form"
        ),
        pytest.param(["marek kos", None], ["maria kos", "1980-05-06"], "a b", id="no birth date"),
    ],
)
def test_a_match_outweighs_alike_names_with_near_birth_dates(left, right, expected):
    marks = {
        profile: [named(name)] * bool(name) + [born(date)] * bool(date)
        for profile, (name, date) in zip("ab", (left, right), strict=True)
    }

    assert partition(decided([match("a", "b")], marks)) == expected


def test_what_is_waived_of_one_customer_is_not_waived_of_others():
    """A slip of the pen in two birth dates once let them pass in the whole warehouse."""
    marks = {profile: [born("1980-05-06")] for profile in "ac"} | {
        profile: [born("1980-05-07")] for profile in "bd"
    }
    bridges = [match("a", "b"), value("phone", "p", "cd")]

    assert partition(decided(bridges, marks)) == "ab c d"


def test_a_customer_has_no_more_values_than_its_type_allows():
    marks = {
        profile: [Mark("email", f"{profile}@mail.pl"), Mark("email", "both@mail.pl")]
        for profile in "abcd"
    }
    email, phone = value("email", "both@mail.pl", "ab"), value("phone", "p", "bcd")

    resolution = decided([phone, email], marks)

    assert partition(resolution) == "ab cd"
    assert {r.refusal_reason for r in resolution.refusals} == {MAXIMUM_PER_CUSTOMER}


def test_taking_an_identifier_back_parts_what_it_joined():
    bridges = [value("email", "e", "ab"), value("phone", "p", "bc")]

    assert partition(decided(bridges)) == "abc"
    assert partition(decided([bridges[0], value("phone", "p", "c")])) == "ab c"


PROFILES = "abcdefgh"
members = st.sets(st.sampled_from(PROFILES), min_size=2, max_size=5)
pairs = st.sets(st.sampled_from(PROFILES), min_size=2, max_size=2).map(sorted)
worlds = st.fixed_dictionaries(
    {
        "values": st.dictionaries(
            st.tuples(st.sampled_from(["account_id", "email", "phone"]), st.integers(0, 3)),
            members,
            max_size=8,
        ),
        "matches": st.dictionaries(
            pairs.map(tuple), st.sampled_from([0.95, 0.99, 0.999]), max_size=4
        ),
        "merges": st.lists(pairs, max_size=2),
        "splits": st.lists(pairs, max_size=2),
        "accounts": st.dictionaries(st.sampled_from(PROFILES), st.sampled_from("12")),
        "birth_dates": st.dictionaries(
            st.sampled_from(PROFILES), st.sampled_from(["1950-01-02", "1980-03-04", "1981-03-04"])
        ),
        "names": st.dictionaries(
            st.sampled_from(PROFILES), st.sampled_from(["anna kos", "ana kos", "piotr lis"])
        ),
    }
)


class World:
    """Random profiles with what joins and what parts them."""

    def __init__(self, parts):
        self.merges = parts["merges"]
        merged = closure(self.merges)
        self.splits = [
            (left, right) for left, right in parts["splits"] if merged[left] != merged[right]
        ]
        self.bridges = [
            *(value(kind, str(number), of) for (kind, number), of in parts["values"].items()),
            *(match(*pair, probability) for pair, probability in parts["matches"].items()),
            *(merge(left, right) for left, right in self.merges),
        ]
        self.marks = {
            profile: [
                *(account(parts["accounts"][p]) for p in profile if p in parts["accounts"]),
                *(born(parts["birth_dates"][p]) for p in profile if p in parts["birth_dates"]),
                *(named(parts["names"][p]) for p in profile if p in parts["names"]),
            ]
            for profile in PROFILES
        }

    def resolution(self, seed=None):
        bridges, splits, marks = list(self.bridges), list(self.splits), dict(self.marks)
        if seed is not None:
            shuffled = random.Random(seed)  # noqa: S311
            shuffled.shuffle(bridges)
            shuffled.shuffle(splits)
            marks = dict(shuffled.sample(sorted(marks.items()), len(marks)))
        return resolve(bridges, marks, splits, RULES)


def closure(links):
    """The least profile of each profile's connected component."""
    graph = networkx.Graph(tuple(link) for link in links)
    graph.add_nodes_from(PROFILES)
    return {
        profile: min(component)
        for component in networkx.connected_components(graph)
        for profile in component
    }


@settings(max_examples=300, deadline=None)
@given(worlds.map(World), st.integers())
def test_no_order_of_arrival_changes_who_is_who(world, seed):
    first, again = world.resolution(), world.resolution(seed)

    assert first.components == again.components
    assert set(first.refusals) == set(again.refusals)


@settings(max_examples=300, deadline=None)
@given(worlds.map(World))
def test_the_links_that_hold_are_the_customers_and_no_other_link_joins_them(world):
    resolution = world.resolution()

    links = [link for bridge in world.bridges for link in resolution.links(bridge)]
    reached = closure(links)

    bridged = {member for bridge in world.bridges for member in bridge.members}
    assert {profile: resolution.components[profile] for profile in bridged} == {
        profile: reached[profile] for profile in bridged
    }
    for refusal in resolution.refusals:
        assert (
            resolution.components[refusal.left_profile_key]
            != resolution.components[refusal.right_profile_key]
        )


def together(resolution):
    """Every pair of profiles that are one customer."""
    components = resolution.components
    return [
        (left, right)
        for left, right in combinations(sorted(components), 2)
        if components[left] == components[right]
    ]


@settings(max_examples=300, deadline=None)
@given(worlds.map(World))
def test_decisions_hold_whatever_else_is_known(world):
    joined = together(world.resolution())

    assert not [split for split in world.splits if tuple(sorted(split)) in joined]
    assert not [pair for pair in world.merges if tuple(sorted(pair)) not in joined]


@settings(max_examples=300, deadline=None)
@given(worlds.map(lambda parts: World({**parts, "merges": []})))
def test_no_customer_has_two_logins_unless_somebody_decided_so(world):
    for left, right in together(world.resolution()):
        shown = {mark.value for mark in world.marks[left] + world.marks[right]}
        assert not {"1", "2"} <= shown


@settings(max_examples=300, deadline=None)
@given(worlds)
def test_no_customer_has_two_birth_dates_or_names_that_nothing_outweighs(parts):
    values = {of: joined for of, joined in parts["values"].items() if of[0] != "account_id"}
    world = World({**parts, "merges": [], "matches": {}, "values": values})

    for left, right in together(world.resolution()):
        shown = {mark.value for mark in world.marks[left] + world.marks[right]}
        assert len(shown & {"1950-01-02", "1980-03-04", "1981-03-04"}) < 2
        assert not any({name, "piotr lis"} <= shown for name in ("anna kos", "ana kos"))


@settings(max_examples=200, deadline=None)
@given(worlds.map(World))
def test_without_a_conflict_all_links_hold(world):
    resolution = resolve(world.bridges, {}, [], RULES)

    links = [bridge.members for bridge in world.bridges]
    reached = closure(
        (left, right) for members in links for left, right in combinations(members, 2)
    )
    assert resolution.refusals == ()
    assert resolution.components == {profile: reached[profile] for profile in resolution.components}


@pytest.mark.parametrize("shape", ["chain", "hub"])
def test_one_conflict_among_100_000_profiles_takes_seconds(shape):
    profiles = [f"{number:06}" for number in range(100_000)]
    marks = {profiles[0]: [account("1")], profiles[-1]: [account("2")]}
    bridges = {
        "chain": [
            value("email", f"{left}@mail.pl", (left, right)) for left, right in pairwise(profiles)
        ],
        "hub": [value("email", "hub@mail.pl", profiles)],
    }[shape]

    started = time.process_time()
    resolution = resolve(bridges, marks, [], RULES)
    seconds = time.process_time() - started

    assert resolution.components[profiles[0]] != resolution.components[profiles[-1]]
    assert len(resolution.components) == 100_000
    assert seconds < 10
