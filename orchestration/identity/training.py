"""How a matching model is learnt from the records themselves: without labels, and reproducibly.

How strangers differ is seen on pairs drawn at random; how records of one person differ, and those
of one home, by expectation maximisation. All begins with what `matching.yaml` believes, which
little data moves little. What is done with a model does not belong here.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from splink import DuckDBAPI

from orchestration.identity.match_models import Model
from orchestration.identity.matching import (
    FULL_NAME,
    KEY,
    agreement,
    columns_of,
    configuration,
    linker_of,
    splink_database,
)

Rule = Sequence[str]
# Per comparison, the chance of each of its levels.
Chances = dict[str, np.ndarray]

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
# What shares an identifier that links is one person already.
_NOT_JOINED_ANYWAY = "not list_has_any(l.linking_values, r.linking_values)"
# A chance of nothing would outweigh all else.
_LEAST_SHARE = 1e-12
# Of the pairs of few records nobody knows how many are one person; more than this is a guess.
_FIRST_SHARE = 0.001
# Estimates that correct each other: how common one person is, and how strangers differ.
_CORRECTIONS = 3
_EVEN_ENOUGH = 1e-5


def train(records: pa.Table, is_complete: bool = False) -> Model:
    """A model of these records.

    Records that are complete, with none to follow, may bear blunter rules than a warehouse.
    """
    with splink_database(records) as connection:
        return _Training(connection, is_complete).model()


@dataclass(frozen=True)
class _Block:
    """The pairs that agree on one rule, counted by how they agree on everything else."""

    rule: Rule
    pair_count: int
    # Per comparison and pattern its level, from the most alike; -1 where it is unknown.
    levels: Mapping[str, np.ndarray]
    counts: np.ndarray

    @property
    def is_of_home(self) -> bool:
        """Whether two people of one home would be among the pairs."""
        return all(configuration()["home"].get(name, 0) >= 0.5 for name in self.rule)


class _Training:
    def __init__(self, connection: duckdb.DuckDBPyConnection, is_complete: bool) -> None:
        self.connection = connection
        self.is_complete = is_complete
        self.rules = configuration()["training"]
        self.count = self._number("select count(*) from records")
        self.pair_count = max(self.count * (self.count - 1) // 2, 1)
        self.known = self._known_counts()
        self.compared = [name for name in configuration()["comparisons"] if self._has([name])]
        self.believed = self._chances("m")
        self.same_person = self.believed
        self.strangers = self._chances("u")
        self.person_share = min(1 / self.pair_count, _FIRST_SHARE)
        self.home_share = _LEAST_SHARE
        self.unreliable_kinds: list[str] = []
        self.term_frequencies = self._term_frequencies()

    def model(self) -> Model:
        """Learn, if there is anything to learn from."""
        if self.count < 2 or not self.compared:
            return self._model([])
        drawn = self._drawn_pairs()
        blocks = self._blocks()
        self.strangers = drawn
        for _ in range(_CORRECTIONS):
            shares = self._maximise(blocks)
            self._estimate_shares(blocks, shares)
            self.strangers = self._without_persons(drawn, blocks, shares)
        self.unreliable_kinds = self._unreliable_kinds(blocks)
        if FULL_NAME in self.known:
            self.term_frequencies[FULL_NAME] = self._common_full_names()
        return self._model(self._blocking_rules())

    def _model(self, blocking_rules: list[Rule]) -> Model:
        comparisons = [
            {"output_column_name": name, "comparison_levels": self._splink_levels(name)}
            for name in self.compared
        ]
        if FULL_NAME in self.term_frequencies:
            comparisons.append(
                {"output_column_name": FULL_NAME, "comparison_levels": _FULL_NAME_LEVELS}
            )
        return {
            "splink_version": version("splink"),
            "unreliable_kinds": self.unreliable_kinds,
            "record_count": self.count,
            "known_counts": self.known,
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
                "probability_two_random_records_match": self.person_share,
            },
            "home": {
                "share": self.home_share,
                "chances": {
                    name: self._home_chances(name).tolist()
                    for name in self.compared
                    if name in configuration()["home"]
                },
            },
            "term_frequencies": self.term_frequencies,
        }

    def _splink_levels(self, name: str) -> list[dict[str, Any]]:
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
                self._levels(name), self.same_person[name], self.strangers[name], strict=True
            )
        ]
        return silent + speaking

    def _drawn_pairs(self) -> Chances:
        """How often each level is met by pairs drawn at random."""
        linker = linker_of(self.connection, self._model([]))
        linker.training.estimate_u_using_random_sampling(
            max_pairs=self.rules["u_pairs"],
            seed=self.rules["seed"],
            min_count_per_level=None,
            num_chunks=1,
        )
        pairs = min(self.rules["u_pairs"], self.pair_count)
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
            seen[0] = self._agreeing([name]) / math.comb(self.known[name], 2)
            belief = self.rules["u_belief"]
            known_pairs = pairs * self._share_known([name]) ** 2
            chances[name] = _normalized(seen * known_pairs + self.strangers[name] * belief)
        return chances

    def _without_persons(
        self, drawn: Chances, blocks: list[_Block], shares: list[np.ndarray]
    ) -> Chances:
        """Not all pairs drawn at random are strangers; of those that agree, a block knows best."""
        strangers = {
            name: chances - self.person_share * self.same_person[name]
            for name, chances in drawn.items()
        }
        for block, (_, _, stranger_share) in zip(blocks, shares, strict=True):
            if len(block.rule) == 1:
                (name,) = block.rule
                strangers[name][0] = stranger_share * drawn[name][0]
        return {
            name: _normalized(np.maximum(chances, drawn[name] * self.rules["least_strangers"]))
            for name, chances in strangers.items()
        }

    def _blocks(self) -> list[_Block]:
        model = self._model([])
        model["settings"]["retain_matching_columns"] = True
        inference = linker_of(self.connection, model).inference
        api = DuckDBAPI(self.connection)
        blocks = []
        for rule in configuration()["em_rules"]:
            taught = [name for name in self.compared if name not in rule]
            if not taught or not self._has(rule):
                continue
            pair_count = self._agreeing(rule)
            if pair_count < self.rules["minimum_em_pairs"]:
                continue
            self._draw_records(math.sqrt(self.rules["em_pairs"] / pair_count))
            pairs = inference.predict_within(
                api.register("drawn_records"),
                blocking_rules_to_generate_predictions=[agreement(rule)],
                warning_mode="never",
            )
            levels = ", ".join(f"gamma_{name}" for name in taught)
            patterns = np.array(
                self.connection.execute(
                    f"select {levels}, count(*) from {pairs.physical_name} "
                    f"group by {levels} order by {levels}"
                ).fetchall(),
                dtype=np.int64,
            ).reshape(-1, len(taught) + 1)
            pairs.drop_table_from_database_and_remove_from_cache()
            blocks.append(
                _Block(
                    rule,
                    pair_count,
                    # Splink counts levels from the least alike.
                    {
                        name: np.where(
                            patterns[:, place] < 0,
                            -1,
                            len(self.believed[name]) - 1 - patterns[:, place],
                        )
                        for place, name in enumerate(taught)
                    },
                    patterns[:, -1].astype(np.float64),
                )
            )
        return blocks

    def _draw_records(self, share: float) -> None:
        parts = 1_000_000
        self.connection.execute(
            "create or replace table drawn_records as from records "
            f"where hash({KEY} || '{self.rules['seed']}') % {parts} < {round(share * parts)}"
        )

    def _maximise(self, blocks: list[_Block]) -> list[np.ndarray]:
        """Learn how records of one person agree, from all blocks together.

        Returns of each block the shares of one person, of one home and of strangers.
        """
        shares = [np.array([0.5, 0.1, 0.4]) for _ in blocks]
        for _ in range(self.rules["rounds"]):
            before = [*shares, *self.same_person.values()]
            met = {
                name: chances * self.rules["m_belief"] for name, chances in self.believed.items()
            }
            for place, block in enumerate(blocks):
                expected = self._expected(block, shares[place])
                shares[place] = _normalized(expected.sum(axis=0) + _LEAST_SHARE)
                for name, levels in block.levels.items():
                    known = levels >= 0
                    met[name] += np.bincount(
                        levels[known], weights=expected[known, 0], minlength=len(met[name])
                    )
            self.same_person = {name: _normalized(counts) for name, counts in met.items()}
            after = [*shares, *self.same_person.values()]
            if max(np.abs(a - b).max() for a, b in zip(after, before, strict=True)) < _EVEN_ENOUGH:
                break
        return shares

    def _expected(self, block: _Block, shares: np.ndarray) -> np.ndarray:
        """How many pairs of each pattern are one person, one home, strangers."""
        logs = np.tile(np.log(shares), (len(block.counts), 1))
        for name, levels in block.levels.items():
            chances = (self.same_person[name], self._home_chances(name), self.strangers[name])
            for column, chance in enumerate(chances):
                logs[:, column] += np.where(levels >= 0, np.log(chance)[levels], 0)
        likelihoods = np.exp(logs - logs.max(axis=1, keepdims=True))
        return block.counts[:, None] * likelihoods / likelihoods.sum(axis=1, keepdims=True)

    def _home_chances(self, name: str) -> np.ndarray:
        """Two of one home have something in common, or differ in it as strangers do."""
        common = configuration()["home"].get(name, 0)
        return common * self.same_person[name] + (1 - common) * self.strangers[name]

    def _estimate_shares(self, blocks: list[_Block], shares: list[np.ndarray]) -> None:
        """A block finds the pairs that agree on its rule; how many those are of all is known."""
        of_person, of_home = [], []
        for block, (person, home, _) in zip(blocks, shares, strict=True):
            found = block.pair_count / self.pair_count / self._share_known(block.rule) ** 2
            of_person.append(person * found / self._same(block.rule, self.same_person.__getitem__))
            if block.is_of_home:
                of_home.append(home * found / self._same(block.rule, self._home_chances))
        if of_person:
            self.person_share = min(median(of_person), 0.5)
        if of_home:
            self.home_share = min(max(median(of_home), _LEAST_SHARE), 0.5)

    def _unreliable_kinds(self, blocks: list[_Block]) -> list[str]:
        """In which marks records of one person differ too often to tell people apart."""
        rules = configuration()["unreliable"]
        if self.home_share > rules["home_share"] * self.person_share:
            return []
        are_homes_told = any(block.is_of_home for block in blocks)
        share = rules["share" if are_homes_told else "share_without_homes"]
        return [
            kind
            for kind, name in rules["kinds"].items()
            if any(name in block.levels for block in blocks)
            and (
                self.same_person[name][-1] >= share
                or 1 - self.same_person[name][0] >= rules["inexact_share"]
            )
        ]

    def _same(self, rule: Rule, chances: Callable[[str], np.ndarray]) -> float:
        """The chance to agree on all of a rule."""
        return math.prod(float(chances(name)[0]) for name in rule)

    def _common_full_names(self) -> dict[str, Any]:
        """How much more strangers bear a full name than its parts would have it.

        Given names and surnames go together: of one language, of one generation.
        """
        records_of_person = 1 + self.person_share * (self.count - 1)
        rows = self.connection.execute(
            f"""
            with bearers as (
                select
                    {FULL_NAME},
                    any_value(given_name) as given_name,
                    any_value(surname) as surname,
                    count(*) - {records_of_person} as stranger_count
                from records
                where {FULL_NAME} is not null
                group by {FULL_NAME}
            ),
            given_names as (
                select given_name, count(*) / {self.known["given_name"]} as frequency
                from records group by given_name
            ),
            surnames as (
                select surname, count(*) / {self.known["surname"]} as frequency
                from records group by surname
            )
            select
                {FULL_NAME},
                stranger_count / {self.known[FULL_NAME]}
                / (given_names.frequency * surnames.frequency) as times
            from bearers
            inner join given_names using (given_name)
            inner join surnames using (surname)
            where times > 1
            order by {FULL_NAME}
            """
        ).fetchall()
        # Splink divides the chance of the level by the frequency: half means that nothing changes.
        return {"least": 0.5, "terms": {name: 0.5 * times for name, times in rows}}

    def _term_frequencies(self) -> dict[str, Any]:
        """Of values that occur more than once: the others are many, and alike."""
        return {
            name: {
                "least": 1 / self.known[name],
                "terms": dict(
                    self.connection.execute(
                        f"select {name}, count(*) / {self.known[name]} from records "
                        f"where {name} is not null group by {name} "
                        f"having count(*) > 1 order by {name}"
                    ).fetchall()
                ),
            }
            for name in self.compared
            if any(level.get("is_rarer_weightier") for level in self._levels(name))
        }

    def _blocking_rules(self) -> list[Rule]:
        """The rules that the data can bear, as upper bound: their pairs overlap."""
        bearable = configuration()["maximum_pairs_per_record"] * self.count
        if self.is_complete:
            bearable = max(bearable, configuration()["maximum_pairs_of_complete_records"])
        kept = []
        for rule in configuration()["blocking_rules"]:
            pairs = self._agreeing(rule) if self._has(rule) else 0
            if 0 < pairs <= bearable:
                bearable -= pairs
                kept.append(rule)
        return kept

    def _agreeing(self, rule: Rule) -> int:
        """How many pairs of records agree on the rule."""
        if not rule:
            return self.pair_count
        known = " and ".join(f"{key} is not null" for key in rule)
        return self._number(
            "select coalesce(sum(bearers * (bearers - 1) // 2), 0) from ("
            f"select count(*) as bearers from records where {known} group by {', '.join(rule)})"
        )

    def _has(self, rule: Rule) -> bool:
        return columns_of(rule) <= self.known.keys()

    def _share_known(self, rule: Rule) -> float:
        return math.prod(self.known[name] / self.count for name in rule)

    def _known_counts(self) -> dict[str, int]:
        """How many records show each column, of those that at least two show."""
        described = self.connection.execute("describe records").fetchall()
        counts = {row[0]: self._number(f"select count({row[0]}) from records") for row in described}
        return {name: count for name, count in counts.items() if count > 1}

    def _levels(self, name: str) -> list[Mapping[str, Any]]:
        """The levels of a comparison that say something."""
        return [level for level in configuration()["comparisons"][name] if "m" in level]

    def _chances(self, kind: str) -> Chances:
        """What is believed beforehand."""
        return {
            name: _normalized(np.array([level[kind] for level in self._levels(name)]))
            for name in self.compared
        }

    def _number(self, query: str) -> int:
        ((number,),) = self.connection.execute(query).fetchall()
        return int(number)


def _normalized(chances: np.ndarray) -> np.ndarray:
    return chances / chances.sum()
