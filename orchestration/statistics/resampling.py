"""The base of every bootstrap here: its confidence, its numbers, batches that bound its memory."""

import hashlib

import numpy as np

# The bounds of an interval of 95 %, as quantiles of the resamples.
CONFIDENCE = (0.025, 0.975)
# Half the width of one of a normal distribution, in standard errors.
NORMAL_QUANTILE = 1.959963984540054
_BATCH = 100


def batches(replicates: int) -> list[int]:
    """Sizes that add up to the number of replicates."""
    whole, rest = divmod(replicates, _BATCH)
    return [_BATCH] * whole + ([rest] if rest else [])


def cell_generator(cell: tuple[object, ...], seed: int) -> np.random.Generator:
    """A cell has random numbers of its own: another cell more or less changes none of them."""
    name = hashlib.sha256("|".join(map(str, cell)).encode()).digest()[:8]
    return np.random.default_rng([seed, int.from_bytes(name, "big")])
