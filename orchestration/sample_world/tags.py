"""Which contacts agents tag with a reason: most, not all."""

import pandas as pd

UNTAGGED_PER_MILLE = 70


def is_tagged(case: pd.Series) -> pd.Series:
    """Whether the agent tagged each case; what is no case (-1) is tagged by the menu."""
    return (case < 0) | (case * 104_729 % 1_000 >= UNTAGGED_PER_MILLE)
