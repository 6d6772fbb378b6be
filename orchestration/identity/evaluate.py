"""How well profiles were resolved to customers, against a known truth.

Pairwise: of all pairs of profiles, those put together and those that belong together.
"""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class PairwiseQuality:
    """Pairs of records that were joined, that belong together, and that are both."""

    joined_pairs: int
    true_pairs: int
    right_pairs: int

    @property
    def precision(self) -> float:
        """Share of the joined pairs that belong together; 1 where nothing was joined."""
        return self.right_pairs / self.joined_pairs if self.joined_pairs else 1.0

    @property
    def recall(self) -> float:
        """Share of the pairs that belong together that were joined; 1 where there is none."""
        return self.right_pairs / self.true_pairs if self.true_pairs else 1.0


def pairwise_quality(resolved: pd.Series, truth: pd.Series) -> PairwiseQuality:
    """Compare two labels of the same records, in the same order.

    Counts of groups give the counts of pairs, so a million records need no list of pairs.
    """
    if len(resolved) != len(truth):
        raise ValueError(f"{len(resolved)} resolved labels for {len(truth)} true ones")
    labels = pd.DataFrame({"resolved": resolved.to_numpy(), "truth": truth.to_numpy()})
    return PairwiseQuality(
        joined_pairs=_pairs_within(labels.groupby("resolved").size()),
        true_pairs=_pairs_within(labels.groupby("truth").size()),
        right_pairs=_pairs_within(labels.groupby(["resolved", "truth"]).size()),
    )


def _pairs_within(group_sizes: pd.Series) -> int:
    return int((group_sizes * (group_sizes - 1) // 2).sum())
