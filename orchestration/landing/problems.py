"""The faults of a delivery, in words that may be logged: never a value from inside it."""

from dataclasses import dataclass

# Of a refused row that is longer, the archive holds the rest.
KEPT_REJECT_BYTES = 1 << 20


class QuarantineError(Exception):
    """The whole file is refused."""

    def __init__(self, reason_code: str, reason: str) -> None:
        super().__init__(f"{reason_code}: {reason}")
        self.reason_code = reason_code
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        """An error that two processes can pass on."""
        return type(self), (self.reason_code, self.reason)


class ReaderKilledError(QuarantineError):
    """Somebody killed the reading process in the middle of the file: perhaps not because of it."""


@dataclass(frozen=True)
class Reject:
    """One row is refused: where it was, why, and its bytes as delivered (the first of many)."""

    line_number: int
    line_count: int
    reason_code: str
    raw_text: bytes
