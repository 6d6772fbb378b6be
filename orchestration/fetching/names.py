"""Names of files from elsewhere: which of them may lie in landing, and in which order."""

import os
from collections.abc import Iterable
from datetime import date

from orchestration.landing.contract import SourceContract
from orchestration.landing.inbox import DONE_ENDING, UNFINISHED_ENDINGS

# A name is followed by the ending of its mark.
_MOST_BYTES = 255 - len(DONE_ENDING)


def wanted(contract: SourceContract, names: Iterable[str]) -> list[str]:
    """Those that a table of the source expects, by their day and name."""
    days = {
        name: table.file_date_or_none(name) or date.min
        for name in names
        if may_be_delivered(name) and (table := contract.table_of(name)) is not None
    }
    return sorted(days, key=lambda name: (days[name], name))


def may_be_delivered(name: str) -> bool:
    """Whether a name can be that of a finished file in landing."""
    return (
        bool(name)
        and not name.startswith(".")
        and not name.endswith(UNFINISHED_ENDINGS)
        and not {"/", "\0"} & set(name)
        and len(os.fsencode(name)) <= _MOST_BYTES
    )
