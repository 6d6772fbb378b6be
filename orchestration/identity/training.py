"""How a matching model is learnt from the records themselves: without labels, and reproducibly.

Pairs drawn at random show how strangers differ; expectation maximisation finds how records of one
person differ, and those of one home. All begins with the beliefs of `matching.yaml`, which little
data moves little. `train` is the algorithm, top down; each of its steps takes an estimate and
returns another. Applying a model does not belong here.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import product
from statistics import median
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from splink import DuckDBAPI

from orchestration.identity.match_models import Model, TermFrequencies
from orchestration.identity.matching import (
    FULL_NAME,
    KEY,
    agreement,
    columns_of,
    configuration,
    linker_of,
    match_within,
    splink_database,
)

Rule = Sequence[str]
# Of one comparison, the chance of each of its levels, from the most alike to the least.
Chance = npt.NDArray[np.float64]
Chances = dict[str, Chance]
# Places of levels, one per pattern.
Levels = npt.NDArray[np.int64]

# Everything beyond the frequency of the very name is weighed by its parts.
_FULL_NAME_LEVELS = [
    {
        "sql_condition": f"{FULL_NAME}_l is null or {FULL_NAME}_r is null",
        "label_for_charts": "unknown",
        "is_null_level": True,
    },
    {
        "sql_condition": f"{FULL_NAME}_l = {FULL_NAME}_r",
        "label_for_charts": "same",
        "m_probability": 0.5,
        "u_probability": 0.5,
        "tf_adjustment_column": FULL_NAME,
    },
    {
        "sql_condition": "ELSE",
        "label_for_charts": "different",
        "m_probability": 0.5,
        "u_probability": 0.5,
    },
]
# Records that share a linking identifier are one person already.
_NOT_JOINED_ANYWAY = "not list_has_any(l.linking_values, r.linking_values)"
# A chance of nothing would outweigh all else.
_LEAST_SHARE = 1e-12
# Of the pairs of few records nobody knows how many are one person; more than this is a guess.
_FIRST_SHARE = 0.001
# However many persons a block is thought to hold, it may hold strangers.
_LARGEST_SHARE = 0.9
# Estimates that correct each other: how common one person is, and how strangers differ.
_CORRECTIONS = 3
# Of a value that one person alone bears, as a share of a person's: strangers may bear it.
_OF_THE_RAREST = 0.5
# As many bearers of a full name are assumed to have been seen for what is true on average.
_NAMESAKES_BELIEVED = 1.0
_EVEN_ENOUGH = 1e-5


def train(records: pa.Table, is_complete: bool = False) -> Model:
    """A model of these records.

    Args:
        records: One row per profile, as `int_identity__match_records` has them.
        is_complete: No more records will follow: they may bear blunter rules than a warehouse.
    """
    with splink_database(records) as connection:
        counted = _Records.of(connection)
        term_frequencies = _term_frequencies(counted)
        believed = _beliefs(counted)
        untaught = _model(counted, believed, term_frequencies)
        if counted.count < 2 or not counted.compared:
            return untaught
        drawn = _drawn_pairs(counted, untaught, believed.strangers)
        blocks = _blocks(counted, untaught, is_complete)
        estimate = replace(believed, strangers=drawn)
        are_homes_feared = True
        for _ in range(_CORRECTIONS):
            same_person, shares = _maximise(
                estimate, believed.same_person, blocks, counted, are_homes_feared
            )
            estimate = replace(estimate, same_person=same_person)
            estimate = _with_shares(estimate, counted, blocks, shares)
            strangers = _without_persons(estimate, drawn, blocks, shares)
            estimate = replace(estimate, strangers=strangers)
            are_homes_feared = _has_homes(estimate)
        frequencies_of_persons = _term_frequencies(counted, estimate.person_share)
        if FULL_NAME in counted.known:
            frequencies_of_persons[FULL_NAME] = _full_names(
                counted, estimate, frequencies_of_persons
            )
        model = _model(
            counted,
            estimate,
            frequencies_of_persons,
            _unreliable_kinds(estimate, blocks),
            _blocking_rules(counted, is_complete),
            bool(blocks),
        )
        return model if model["has_homes"] else _with_pairs(model, counted)


@dataclass(frozen=True)
class _Records:
    """The table `records`, as far as it can be counted."""

    connection: duckdb.DuckDBPyConnection
    count: int
    # How many records show each column, of those that at least two show.
    known: Mapping[str, int]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> "_Records":
        """Count the records of a database."""
        described = connection.execute("describe records").fetchall()
        counts = {
            row[0]: _number(connection, f"select count({row[0]}) from records") for row in described
        }
        return cls(
            connection,
            _number(connection, "select count(*) from records"),
            {name: count for name, count in counts.items() if count > 1},
        )

    @property
    def pair_count(self) -> int:
        """All pairs of records, at least one."""
        return max(self.count * (self.count - 1) // 2, 1)

    @property
    def compared(self) -> list[str]:
        """The comparisons whose columns the records show."""
        return [name for name in configuration()["comparisons"] if self.has([name])]

    def has(self, rule: Rule) -> bool:
        """Whether the records show every column of a rule."""
        return columns_of(rule) <= self.known.keys()

    def share_known(self, rule: Rule) -> float:
        """The share of records that show all of a rule, if its columns are independent."""
        return math.prod(self.known[name] / self.count for name in rule)

    def agreeing(self, rule: Rule) -> int:
        """How many pairs of records agree on the rule."""
        if not rule:
            return self.pair_count
        known = " and ".join(f"{key} is not null" for key in rule)
        return _number(
            self.connection,
            "select coalesce(sum(bearers * (bearers - 1) // 2), 0) from ("
            f"select count(*) as bearers from records where {known} group by {', '.join(rule)})",
        )


@dataclass(frozen=True)
class _Estimate:
    """An estimate over all pairs: how they agree, and how many are one person or one home."""

    same_person: Chances
    strangers: Chances
    person_share: float
    home_share: float

    def home_chances(self, name: str) -> Chance:
        """Two of one home have something in common, or differ in it as strangers do."""
        common = configuration()["home"].get(name, 0)
        return common * self.same_person[name] + (1 - common) * self.strangers[name]


@dataclass(frozen=True)
class _Block:
    """The pairs that agree on one rule, counted by how they agree on everything else."""

    rule: Rule
    pair_count: int
    # Per comparison and pattern its level, from the most alike; -1 where it is unknown.
    levels: Mapping[str, Levels]
    # Pairs of each pattern, if all pairs had been looked at.
    counts: Chance

    def agrees(self, rule: Rule) -> npt.NDArray[np.bool_]:
        """Which patterns agree on all of another rule as well."""
        agreement = np.ones(len(self.counts), dtype=bool)
        for name in rule:
            if name not in self.rule:
                agreement &= self.levels[name] == 0
        return agreement

    @property
    def is_of_home(self) -> bool:
        """Whether two people of one home would be among the pairs."""
        return all(configuration()["home"].get(name, 0) >= 0.5 for name in self.rule)


def _beliefs(counted: _Records) -> _Estimate:
    """The estimate that `matching.yaml` begins with."""

    def chances(kind: str) -> Chances:
        return {
            name: _normalized(np.array([level[kind] for level in _levels(name)]))
            for name in counted.compared
        }

    return _Estimate(
        same_person=chances("m"),
        strangers=chances("u"),
        person_share=min(1 / counted.pair_count, _FIRST_SHARE),
        home_share=_LEAST_SHARE,
    )


def _drawn_pairs(counted: _Records, untaught: Model, believed: Chances) -> Chances:
    """How often each level is met by pairs drawn at random."""
    rules = configuration()["training"]
    linker = linker_of(counted.connection, untaught)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=rules["u_pairs"],
        seed=rules["seed"],
        min_count_per_level=None,
        num_chunks=1,
    )
    pairs = min(rules["u_pairs"], counted.pair_count)
    chances = {}
    for comparison in linker.misc.save_model_to_json()["comparisons"]:
        name = comparison["output_column_name"]
        seen = np.array(
            [
                level.get("u_probability", 0.0)
                for level in comparison["comparison_levels"]
                if not level.get("is_null_level")
            ]
        )
        # Those that are the same need no drawing: they can be counted.
        seen[0] = counted.agreeing([name]) / math.comb(counted.known[name], 2)
        known_pairs = pairs * counted.share_known([name]) ** 2
        chances[name] = _normalized(seen * known_pairs + believed[name] * rules["u_belief"])
    return chances


def _blocks(counted: _Records, untaught: Model, is_complete: bool) -> list[_Block]:
    """The pairs that teach: those that agree on one rule of `em_rules`, where there are enough."""
    rules = configuration()["training"]
    kind = "_of_complete_records" if is_complete else ""
    fewest_pairs = rules[f"minimum_em_pairs{kind}"]
    settings = untaught["settings"] | {"retain_matching_columns": True}
    inference = linker_of(counted.connection, {**untaught, "settings": settings}).inference
    api = DuckDBAPI(counted.connection)
    blocks = []
    for rule in configuration()["em_rules"]:
        taught = [name for name in counted.compared if name not in rule]
        if not taught or not counted.has(rule):
            continue
        pair_count = counted.agreeing(rule)
        if pair_count < fewest_pairs:
            continue
        _draw_records(counted.connection, math.sqrt(rules["em_pairs"] / pair_count))
        pairs = inference.predict_within(
            api.register("drawn_records"),
            blocking_rules_to_generate_predictions=[agreement(rule)],
            warning_mode="never",
        )
        patterns = _patterns(counted.connection, pairs.physical_name, taught)
        pairs.drop_table_from_database_and_remove_from_cache()
        levels = {
            # Splink counts levels from the least alike.
            name: np.where(met < 0, -1, len(_levels(name)) - 1 - met)
            for name, met in zip(taught, patterns.T[:-1], strict=True)
        }
        counts = patterns[:, -1].astype(np.float64)
        if counts.sum() > 0:
            counts *= pair_count / counts.sum()
            blocks.append(_Block(rule, pair_count, levels, counts))
    return blocks


def _draw_records(connection: duckdb.DuckDBPyConnection, share: float) -> None:
    parts = 1_000_000
    seed = configuration()["training"]["seed"]
    connection.execute(
        "create or replace table drawn_records as from records "
        f"where hash({KEY} || '{seed}') % {parts} < {round(share * parts)}"
    )


def _patterns(connection: duckdb.DuckDBPyConnection, pairs: str, taught: Sequence[str]) -> Levels:
    """A row per pattern of levels, a column per comparison, and in the last one the pairs."""
    levels = ", ".join(f"gamma_{name}" for name in taught)
    rows = connection.execute(
        f"select {levels}, count(*) from {pairs} group by {levels} order by {levels}"
    ).fetchall()
    return np.array(rows, dtype=np.int64).reshape(-1, len(taught) + 1)


def _maximise(
    estimate: _Estimate,
    believed: Chances,
    blocks: list[_Block],
    counted: _Records,
    are_homes_feared: bool,
) -> tuple[Chances, list[Chance]]:
    """Learn how records of one person agree, from all blocks together.

    A pair that is in several blocks counts once, and teaches what it agrees on too. If a block
    taught nothing but the other comparisons, records with one slip each would teach nonsense: those
    of one name would always differ in the birth date, and those of one birth date in the name.
    What no block holds is estimated, and added.

    A block of few persons among many strangers would lose them: that each has slipped in what is
    left to compare is too unlikely. Where no homes are feared, it is taken to hold as many as all
    persons that are seen let expect.

    Returns that, and of each block the shares of one person, of one home and of strangers.
    """
    rules = configuration()["training"]
    shares = [np.array([0.5, 0.1, 0.4]) for _ in blocks]
    unseen = _Unseen.of(blocks, counted, believed)
    often_seen = [
        np.sum([block.agrees(other.rule) for other in blocks], axis=0) > 1 for block in blocks
    ]
    first_seen = [
        ~np.any([block.agrees(earlier.rule) for earlier in blocks[:place]], axis=0)
        if place
        else np.ones(len(block.counts), dtype=bool)
        for place, block in enumerate(blocks)
    ]
    person_count = 0.0
    for _ in range(rules["rounds"]):
        before = [*shares, *estimate.same_person.values()]
        if not are_homes_feared:
            shares = [
                _with_persons(share, person_count * _found_by(block, estimate, counted))
                for share, block in zip(shares, blocks, strict=True)
            ]
        met = {name: chances * rules["m_belief"] for name, chances in believed.items()}
        seen_count = often_seen_count = 0.0
        for place, block in enumerate(blocks):
            expected = _expected(estimate, block, shares[place])
            shares[place] = _normalized(expected.sum(axis=0) + _LEAST_SHARE)
            persons = expected[first_seen[place], 0].sum()
            seen_count += persons
            often_seen_count += expected[first_seen[place] & often_seen[place], 0].sum()
            for name in block.rule:
                if name in met:
                    met[name][0] += persons
            for name, levels in block.levels.items():
                known = (levels >= 0) & first_seen[place]
                met[name] += np.bincount(
                    levels[known], weights=expected[known, 0], minlength=len(met[name])
                )
        missed = unseen.levels(estimate.same_person, seen_count, often_seen_count)
        for name, counts in missed.items():
            met[name] += counts
        person_count = seen_count
        same_person = {name: _normalized(counts) for name, counts in met.items()}
        estimate = replace(estimate, same_person=same_person)
        after = [*shares, *same_person.values()]
        if max(np.abs(a - b).max() for a, b in zip(after, before, strict=True)) < _EVEN_ENOUGH:
            break
    return estimate.same_person, shares


def _found_by(block: _Block, estimate: _Estimate, counted: _Records) -> float:
    """Of one pair of one person, the chance to be in the block, as a share of its pairs."""
    agreement_of = _agreement_of(block.rule, estimate.same_person.__getitem__)
    return counted.share_known(block.rule) ** 2 * agreement_of / block.pair_count


def _with_persons(shares: Chance, person_share: float) -> Chance:
    """The shares of a block, in which at least this one is of one person."""
    person_share = max(float(shares[0]), min(person_share, _LARGEST_SHARE))
    return np.array([person_share, *(1 - person_share) * _normalized(shares[1:])])


@dataclass(frozen=True)
class _Unseen:
    """The pairs of one person that agree on no rule, if slips were independent."""

    names: list[str]
    # A row per way to agree or not on each of the names, of those that no rule brings together.
    agreements: npt.NDArray[np.bool_]
    shares_known: Chance

    @classmethod
    def of(cls, blocks: list[_Block], counted: _Records, names: Iterable[str]) -> "_Unseen":
        """Whatever all blocks miss."""
        ruled = sorted({name for block in blocks for name in block.rule} & set(names))
        ways = np.array(list(product((False, True), repeat=len(ruled))), dtype=bool)
        seen = np.zeros(len(ways), dtype=bool)
        for block in blocks:
            seen |= ways[:, [ruled.index(name) for name in block.rule]].all(axis=1)
        known = np.array([counted.share_known([name]) ** 2 for name in ruled])
        return cls(ruled, ways[~seen], known)

    def levels(self, same_person: Chances, seen: float, often_seen: float) -> Chances:
        """How many pairs of each level are missed, beside those that the blocks hold.

        They are taken for no more than those that agree on several rules: where hardly any do, one
        slip excludes another, and nothing is known of records that no rule brings together.
        """
        agree = self.shares_known * [same_person[name][0] for name in self.names]
        chances = np.where(self.agreements, agree, 1 - agree).prod(axis=1)
        missed = chances.sum()
        if missed >= 1 or missed <= _LEAST_SHARE:
            return {}
        count = min(seen * missed / (1 - missed), often_seen)
        agreeing = count * (chances @ self.agreements) / missed
        levels = {}
        for place, name in enumerate(self.names):
            others = same_person[name].copy()
            others[0] = 0
            differing = (count - agreeing[place]) / max(1 - agree[place], _LEAST_SHARE)
            levels[name] = differing * self.shares_known[place] * others
            levels[name][0] = agreeing[place]
        return levels


def _expected(estimate: _Estimate, block: _Block, shares: Chance) -> Chance:
    """How many pairs of each pattern are one person, one home, strangers."""
    # A kind of which there are none is out of the question: minus infinity.
    with np.errstate(divide="ignore"):
        logs = np.tile(np.log(shares), (len(block.counts), 1))
    for name, levels in block.levels.items():
        chances = (
            estimate.same_person[name],
            estimate.home_chances(name),
            estimate.strangers[name],
        )
        for column, chance in enumerate(chances):
            logs[:, column] += np.where(levels >= 0, np.log(chance)[levels], 0)
    likelihoods = np.exp(logs - logs.max(axis=1, keepdims=True))
    expected: Chance = block.counts[:, None] * likelihoods / likelihoods.sum(axis=1, keepdims=True)
    return expected


def _with_shares(
    estimate: _Estimate, counted: _Records, blocks: list[_Block], shares: list[Chance]
) -> _Estimate:
    """A block finds the pairs that agree on its rule; how many those are of all is known."""
    of_person, of_home = [], []
    for block, (person, home, _) in zip(blocks, shares, strict=True):
        found = block.pair_count / counted.pair_count / counted.share_known(block.rule) ** 2
        of_person.append(
            person * found / _agreement_of(block.rule, estimate.same_person.__getitem__)
        )
        if block.is_of_home:
            of_home.append(home * found / _agreement_of(block.rule, estimate.home_chances))
    if of_person:
        estimate = replace(estimate, person_share=min(median(of_person), 0.5))
    if of_home:
        estimate = replace(estimate, home_share=min(max(median(of_home), _LEAST_SHARE), 0.5))
    return estimate


def _agreement_of(rule: Rule, chances: Callable[[str], Chance]) -> float:
    """The chance to agree on all of a rule."""
    return math.prod(float(chances(name)[0]) for name in rule)


def _without_persons(
    estimate: _Estimate, drawn: Chances, blocks: list[_Block], shares: list[Chance]
) -> Chances:
    """Not all pairs drawn at random are strangers; of those that agree, a block knows best."""
    strangers = {
        name: chances - estimate.person_share * estimate.same_person[name]
        for name, chances in drawn.items()
    }
    for block, (_, _, stranger_share) in zip(blocks, shares, strict=True):
        if len(block.rule) == 1:
            (name,) = block.rule
            strangers[name][0] = stranger_share * drawn[name][0]
    least = configuration()["training"]["least_strangers"]
    return {
        name: _normalized(np.maximum(chances, drawn[name] * least))
        for name, chances in strangers.items()
    }


def _has_homes(estimate: _Estimate) -> bool:
    """Whether pairs of one home are not few beside those of one person."""
    least: float = configuration()["unreliable"]["home_share"]
    return bool(estimate.home_share > least * estimate.person_share)


def _unreliable_kinds(estimate: _Estimate, blocks: list[_Block]) -> list[str]:
    """In which marks records of one person differ too often to tell people apart."""
    rules = configuration()["unreliable"]
    if _has_homes(estimate):
        return []
    are_homes_told = any(block.is_of_home for block in blocks)
    share = rules["share" if are_homes_told else "share_without_homes"]
    return [
        kind
        for kind, name in rules["kinds"].items()
        if any(name in block.levels for block in blocks)
        and (
            estimate.same_person[name][-1] >= share
            or 1 - estimate.same_person[name][0] >= rules["inexact_share"]
        )
    ]


def _with_pairs(model: Model, counted: _Records) -> Model:
    """The model, for records of which hardly one is of a person who has more than two.

    There a record that has found its own is out of the question for all others. Two that have
    found none are likelier one person, as most others that they could belong to are gone. The odds
    are those of such two, so only those who are each other's likeliest may be linked, and no
    identifier may have found records their own before.
    """
    rules = configuration()["pairs"]
    joined = _number(
        counted.connection, "select count(*) from records where len(linking_values) > 0"
    )
    if joined or not model["settings"]["blocking_rules_to_generate_predictions"]:
        return model
    matches = match_within(counted.connection, model, rules["probability"])
    matched = Counter(
        matches["left_profile_key"].to_pylist() + matches["right_profile_key"].to_pylist()
    )
    several = sum(count > 1 for count in matched.values())
    if len(matched) < rules["least_records"] or several > rules["several_share"] * len(matched):
        return model
    lonely = max(1 - len(matched) / counted.count, rules["least_lonely_share"])
    share = model["settings"]["probability_two_random_records_match"]
    odds = share / (1 - share) / lonely**2
    settings = model["settings"] | {"probability_two_random_records_match": odds / (1 + odds)}
    return {**model, "settings": settings, "is_paired": True}


def _term_frequencies(counted: _Records, person_share: float = 0) -> dict[str, TermFrequencies]:
    """Of values that occur more than once: the others are many, and alike.

    Of two records that agree on a value, one says nothing of how common it is among strangers: its
    bearers without one person's records do. Of a value that nobody else bears some remains: what
    is not seen twice is not impossible.
    """
    of_person = _records_of_person(counted, person_share)
    least = _OF_THE_RAREST * of_person
    return {
        name: {
            "least": least / counted.known[name],
            "terms": dict(
                counted.connection.execute(
                    f"select {name}, greatest(count(*) - {of_person}, {least}) "
                    f"/ {counted.known[name]} from records "
                    f"where {name} is not null group by {name} "
                    f"having count(*) > 1 order by {name}"
                ).fetchall()
            ),
        }
        for name in counted.compared
        if any(level.get("is_rarer_weightier") for level in _levels(name))
    }


def _records_of_person(counted: _Records, person_share: float) -> float:
    """How many records one person has on average."""
    return 1 + person_share * (counted.count - 1)


def _full_names(
    counted: _Records, estimate: _Estimate, frequencies: Mapping[str, TermFrequencies]
) -> TermFrequencies:
    """How much more strangers bear a full name than its parts would have it.

    Given names and surnames go together: of one language, of one generation. How much on average
    is the ratio of strangers of one full name to those that the parts let expect; a name whose
    bearers are many has its own. Two of its bearers prove nothing: they are the pair that is asked
    about. Bearers of one birth date are one person.
    """
    rule = ("given_name", "surname")
    of_person = _records_of_person(counted, estimate.person_share)
    known_pairs = counted.pair_count * counted.share_known(rule) ** 2
    by_parts = known_pairs * _agreement_of(rule, estimate.strangers.__getitem__)
    of_persons = (
        known_pairs * estimate.person_share * _agreement_of(rule, estimate.same_person.__getitem__)
    )
    times_on_average = max((counted.agreeing(rule) - of_persons) / by_parts, 1.0)
    for name in rule:
        counted.connection.register(
            f"bearers_of_{name}",
            pa.table(
                {
                    name: pa.array(frequencies[name]["terms"].keys(), pa.string()),
                    "frequency": pa.array(frequencies[name]["terms"].values(), pa.float64()),
                }
            ),
        )
    birth_dates = "birth_date" if "birth_date" in counted.known else "cast(null as varchar)"
    rows = counted.connection.execute(
        f"""
        with bearers as (
            select
                {FULL_NAME},
                any_value(given_name) as given_name,
                any_value(surname) as surname,
                least(
                    count(distinct {birth_dates})
                    + (count(*) - count({birth_dates})) / {of_person},
                    count(*)
                ) as person_count
            from records
            where {FULL_NAME} is not null
            group by {FULL_NAME}
            having count(*) > 1
        ),
        expected as (
            select
                bearers.{FULL_NAME},
                greatest(bearers.person_count - 2, 0) * {of_person} as other_count,
                given_names.frequency * surnames.frequency * {counted.count} as expected_count
            from bearers
            inner join bearers_of_given_name as given_names
                on bearers.given_name = given_names.given_name
            inner join bearers_of_surname as surnames on bearers.surname = surnames.surname
        )
        select
            {FULL_NAME},
            (other_count + {_NAMESAKES_BELIEVED * times_on_average})
            / (expected_count + {_NAMESAKES_BELIEVED}) as times
        from expected
        order by {FULL_NAME}
        """
    ).fetchall()
    for name in rule:
        counted.connection.unregister(f"bearers_of_{name}")
    # Splink divides the chance of the level by the frequency: half means that nothing changes.
    return {
        "least": 0.5 * times_on_average,
        "terms": {name: 0.5 * times for name, times in rows},
    }


def _blocking_rules(counted: _Records, is_complete: bool) -> list[Rule]:
    """The rules that the data can bear, as upper bound: their pairs overlap."""
    bearable = configuration()["maximum_pairs_per_record"] * counted.count
    if is_complete:
        bearable = max(bearable, configuration()["maximum_pairs_of_complete_records"])
    kept = []
    for rule in configuration()["blocking_rules"]:
        pairs = counted.agreeing(rule) if counted.has(rule) else 0
        if 0 < pairs <= bearable:
            bearable -= pairs
            kept.append(rule)
    return kept


def _model(
    counted: _Records,
    estimate: _Estimate,
    term_frequencies: dict[str, TermFrequencies],
    unreliable_kinds: Sequence[str] = (),
    blocking_rules: Sequence[Rule] = (),
    has_taught: bool = False,
) -> Model:
    """An estimate as plain data, in the form that Splink takes."""
    comparisons = [
        {"output_column_name": name, "comparison_levels": _splink_levels(estimate, name)}
        for name in counted.compared
    ]
    if FULL_NAME in term_frequencies:
        comparisons.append(
            {"output_column_name": FULL_NAME, "comparison_levels": _FULL_NAME_LEVELS}
        )
    # Where nothing has been learnt, homes are to be feared.
    has_homes = not has_taught or _has_homes(estimate)
    return {
        "splink_version": version("splink"),
        "unreliable_kinds": list(unreliable_kinds),
        "has_homes": has_homes,
        "is_paired": False,
        "record_count": counted.count,
        "known_counts": dict(counted.known),
        "settings": {
            "link_type": "dedupe_only",
            "unique_id_column_name": KEY,
            "retain_matching_columns": False,
            "retain_intermediate_calculation_columns": True,
            "comparisons": comparisons,
            "blocking_rules_to_generate_predictions": [
                {"blocking_rule": f"{agreement(rule)} and {_NOT_JOINED_ANYWAY}"}
                for rule in blocking_rules
            ],
            "probability_two_random_records_match": estimate.person_share,
        },
        "home": {
            # The few that look like a home are one person who slipped twice.
            "share": estimate.home_share if has_homes else _LEAST_SHARE,
            "chances": {
                name: estimate.home_chances(name).tolist()
                for name in counted.compared
                if name in configuration()["home"]
            },
        },
        "term_frequencies": term_frequencies,
    }


def _splink_levels(estimate: _Estimate, name: str) -> list[dict[str, Any]]:
    unknown = f"{name}_l is null or {name}_r is null"
    silent = [
        {"sql_condition": condition, "label_for_charts": label, "is_null_level": True}
        for condition, label in [
            (unknown, "unknown"),
            *(
                (level["when"], level["label"])
                for level in configuration()["comparisons"][name]
                if "m" not in level
            ),
        ]
    ]
    speaking = [
        {
            "sql_condition": level.get("when", "ELSE"),
            "label_for_charts": level["label"],
            "m_probability": float(m),
            "u_probability": float(u),
        }
        | ({"tf_adjustment_column": name} if level.get("is_rarer_weightier") else {})
        for level, m, u in zip(
            _levels(name), estimate.same_person[name], estimate.strangers[name], strict=True
        )
    ]
    return silent + speaking


def _levels(name: str) -> list[Mapping[str, Any]]:
    """The levels of a comparison that say something."""
    return [level for level in configuration()["comparisons"][name] if "m" in level]


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    ((number,),) = connection.execute(query).fetchall()
    return int(number)


def _normalized(chances: Chance) -> Chance:
    normalized: Chance = chances / chances.sum()
    return normalized
