"""How well records were resolved to customers, against a known truth.

Pairwise: of all pairs of records, those put together and those that belong together. Cluster: of
all customers, those that are exactly one person.
"""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Quality:
    """Counts of pairs, or of whole customers: those found, those that are true, and those both."""

    found_count: int
    true_count: int
    right_count: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 where nothing was found."""
        return self.right_count / self.found_count if self.found_count else 1.0

    @property
    def recall(self) -> float:
        """Share of what is true that was found; 1 where nothing is."""
        return self.right_count / self.true_count if self.true_count else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def as_dict(self) -> dict[str, float]:
        """The three figures."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}


def pairwise_quality(resolved: pd.Series, truth: pd.Series) -> Quality:
    """Compare two labels of the same records, in the same order.

    Counts of groups give the counts of pairs, so a million records need no list of pairs.
    """
    labels = _labels(resolved, truth)
    return Quality(
        found_count=_pairs_within(labels.groupby("resolved").size()),
        true_count=_pairs_within(labels.groupby("truth").size()),
        right_count=_pairs_within(labels.groupby(["resolved", "truth"]).size()),
    )


def cluster_quality(resolved: pd.Series, truth: pd.Series) -> Quality:
    """Compare whole customers, those of one record included: only exactly the same is right."""
    labels = _labels(resolved, truth)
    found, true = labels.groupby("resolved").size(), labels.groupby("truth").size()
    both = labels.groupby(["resolved", "truth"]).size()
    # A right customer and its person have exactly the same records.
    is_right = (both == found.reindex(both.index.get_level_values("resolved")).to_numpy()) & (
        both == true.reindex(both.index.get_level_values("truth")).to_numpy()
    )
    return Quality(len(found), len(true), int(is_right.sum()))


def _labels(resolved: pd.Series, truth: pd.Series) -> pd.DataFrame:
    if len(resolved) != len(truth):
        raise ValueError(f"{len(resolved)} resolved labels for {len(truth)} true ones")
    return pd.DataFrame({"resolved": resolved.to_numpy(), "truth": truth.to_numpy()})


def _pairs_within(group_sizes: pd.Series) -> int:
    return int((group_sizes * (group_sizes - 1) // 2).sum())
