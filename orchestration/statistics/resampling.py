"""The base of every bootstrap here: its confidence, and batches that bound its memory."""

# The bounds of an interval of 95 %, as quantiles of the resamples.
CONFIDENCE = (0.025, 0.975)
_BATCH = 100


def batches(replicates: int) -> list[int]:
    """Sizes that add up to the number of replicates."""
    whole, rest = divmod(replicates, _BATCH)
    return [_BATCH] * whole + ([rest] if rest else [])
