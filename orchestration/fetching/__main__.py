"""`python -m orchestration.fetching SOURCE`: fetch one source, and print what became of it as JSON.

It ends when its standard input does: with the process that started it.
"""

import os
import sys
import threading

from orchestration.fetching.child import answer
from orchestration.fetching.fetch import fetch_source

_STANDARD_INPUT = 0


def _end_with_starter() -> None:
    while os.read(_STANDARD_INPUT, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_starter, daemon=True).start()
    print(answer(fetch_source(sys.argv[1])))
