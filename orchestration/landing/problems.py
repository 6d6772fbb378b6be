"""What can be wrong with a delivery, in words that may be logged: never a value from inside it."""

from dataclasses import dataclass


class QuarantineError(Exception):
    """The whole file is refused."""

    def __init__(self, reason_code: str, reason: str) -> None:
        super().__init__(f"{reason_code}: {reason}")
        self.reason_code = reason_code
        self.reason = reason


@dataclass(frozen=True)
class Reject:
    """One row is refused: where it was, why, and its bytes as delivered."""

    line_number: int
    line_count: int
    reason_code: str
    raw_text: bytes
