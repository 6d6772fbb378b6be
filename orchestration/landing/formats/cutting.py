"""Where JSON texts start and end in a buffer, found with vectors instead of a loop over characters.

Nothing here knows whether a text is valid JSON: DuckDB decides that afterwards. Cutting only needs
strings, escapes and brackets, and then every byte between the texts can be accounted for.
"""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_NOTHING, _QUOTE, _BACKSLASH, _OPEN, _CLOSE, _COMMA = 0, 1, 2, 3, 4, 5
_CHARACTERS = b'"\\{[}],'
_CHARACTER_SIGNS = bytes([_QUOTE, _BACKSLASH, _OPEN, _OPEN, _CLOSE, _CLOSE, _COMMA])
# The meaning of each byte for the structure; 0 for none.
_SIGNS = bytes(
    _CHARACTER_SIGNS[_CHARACTERS.index(byte)] if byte in _CHARACTERS else 0 for byte in range(256)
)
_DEPTH_CHANGE = np.array([0, 0, 0, 1, -1, 0], dtype=np.int8)
_IS_SPACE = np.zeros(256, dtype=bool)
_IS_SPACE[list(b" \t\r\n")] = True


@dataclass(frozen=True)
class Spans:
    """Texts in a buffer, as the offsets of their first byte and of the byte after their last."""

    buffer: bytes
    starts: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        """How many texts."""
        return len(self.starts)

    def trimmed(self) -> "Spans":
        """The same texts without space around them."""
        starts, ends = self.starts.copy(), self.ends.copy()
        bytes_ = np.frombuffer(self.buffer, dtype=np.uint8)
        while True:
            loose = np.flatnonzero(starts < ends)
            loose = loose[_IS_SPACE[bytes_[starts[loose]]]]
            if not len(loose):
                break
            starts[loose] += 1
        while True:
            loose = np.flatnonzero(starts < ends)
            loose = loose[_IS_SPACE[bytes_[ends[loose] - 1]]]
            if not len(loose):
                break
            ends[loose] -= 1
        return Spans(self.buffer, starts, ends)

    def texts(self) -> pa.Array:
        """The texts as one Arrow column. Raises ArrowInvalid unless all are UTF-8."""
        # Texts and what is between them, alternating, is what one offsets buffer can express.
        offsets = np.empty(2 * len(self) + 1, dtype=np.int32)
        offsets[0:-1:2], offsets[1::2] = self.starts, self.ends
        offsets[-1] = self.ends[-1] if len(self) else 0
        alternating = pa.Array.from_buffers(
            pa.binary(), 2 * len(self), [None, pa.py_buffer(offsets), pa.py_buffer(self.buffer)]
        )
        return alternating.take(pa.array(np.arange(0, 2 * len(self), 2))).cast(pa.string())


def lines(buffer: bytes) -> Spans:
    """The lines, without their line breaks."""
    bytes_ = np.frombuffer(buffer, dtype=np.uint8)
    ends = np.flatnonzero(bytes_ == ord("\n"))
    if not buffer.endswith(b"\n"):
        ends = np.append(ends, len(buffer))
    starts = np.concatenate(([0], ends[:-1] + 1))
    has_return = (ends > starts) & (bytes_[ends - 1] == ord("\r"))
    return Spans(buffer, starts, ends - has_return)


@dataclass(frozen=True)
class _Structure:
    """The brackets and commas outside strings: where, which, and how deep after each."""

    positions: np.ndarray
    signs: np.ndarray
    depths: np.ndarray


def _structure(buffer: bytes) -> _Structure:
    signs_of_bytes = np.frombuffer(buffer.translate(_SIGNS), dtype=np.uint8)
    positions = np.flatnonzero(signs_of_bytes != _NOTHING)
    signs = signs_of_bytes[positions]
    backslashes = positions[signs == _BACKSLASH]
    if len(backslashes):
        # In a run of backslashes every second one is itself escaped.
        starts_run = np.concatenate(([True], np.diff(backslashes) != 1))
        index = np.arange(len(backslashes))
        in_run = index - np.maximum.accumulate(np.where(starts_run, index, 0))
        is_escaped = np.zeros(len(buffer) + 1, dtype=bool)
        is_escaped[backslashes[in_run % 2 == 0] + 1] = True
        signs[is_escaped[positions] | (signs == _BACKSLASH)] = _NOTHING
    is_quote = signs == _QUOTE
    # The sum may overflow: only whether it is odd counts.
    is_inside = np.cumsum(is_quote, dtype=np.uint8) & 1
    kept = np.flatnonzero((signs > _BACKSLASH) & (is_inside == 0))
    positions, signs = positions[kept], signs[kept]
    return _Structure(positions, signs, np.cumsum(_DEPTH_CHANGE[signs], dtype=np.int32))


@dataclass(frozen=True)
class Cut:
    """The whole elements at the start of a buffer, and where what follows them starts."""

    elements: Spans
    rest: int
    is_end: bool


def array_elements(buffer: bytes) -> Cut:
    """Cut a buffer that starts inside an array, at the beginning of an element.

    At the array's end `rest` is the place after its bracket. An empty element: a comma too many.
    """
    structure = _structure(buffer)
    closing = np.flatnonzero(structure.depths < 0)
    is_end = len(closing) > 0
    until = closing[0] if is_end else len(structure.positions)
    is_comma = (structure.signs[:until] == _COMMA) & (structure.depths[:until] == 0)
    ends = structure.positions[:until][is_comma]
    rest = int(ends[-1]) + 1 if len(ends) else 0
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    if is_end:
        end = structure.positions[until]
        starts, ends = np.append(starts, rest), np.append(ends, end)
        rest = int(end) + 1
    return Cut(Spans(buffer, starts, ends).trimmed(), rest, is_end)


@dataclass(frozen=True)
class Separator:
    """The end of one object, what is between it and the next, and how the next starts."""

    literal: bytes
    next_start: int


def likely_separator(buffer: bytes) -> Separator | None:
    """The separator of an array whose objects all start with the same key.

    Nearly every export is like that, with the same space everywhere. It stays a guess until all the
    texts between such separators have turned out to be whole objects: then there is no other way to
    read the array.
    """
    opening = re.match(rb'\s*(\{\s*"[^"\\]+"\s*:)', buffer)
    if opening is None:
        return None
    first = re.search(rb"\}\s*,\s*(?=%b)" % re.escape(opening[1]), buffer)
    return Separator(first[0] + opening[1], len(first[0])) if first else None


def elements_between(buffer: bytes, separator: Separator) -> Cut:
    """Cut a buffer at a separator; the last element is left, since its end isn't known."""
    # Arrow's search costs a fifth of what a match object for each separator does.
    parts = pc.split_pattern(pa.array([buffer], pa.binary()), separator.literal).flatten()
    lengths = pc.binary_length(parts).to_numpy()[:-1]
    places = np.cumsum(lengths + len(separator.literal)) - len(separator.literal)
    if not len(places):
        return Cut(Spans(buffer, places, places), 0, False)
    next_starts = places + separator.next_start
    starts = np.concatenate(([0], next_starts[:-1]))
    return Cut(Spans(buffer, starts, places + 1).trimmed(), int(next_starts[-1]), False)


def objects_in_sequence(buffer: bytes) -> Cut:
    """Cut a buffer of objects that follow one another with nothing but space between them."""
    structure = _structure(buffer)
    is_end_of_object = (structure.signs == _CLOSE) & (structure.depths == 0)
    ends = structure.positions[is_end_of_object] + 1
    rest = int(ends[-1]) if len(ends) else 0
    starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
    return Cut(Spans(buffer, starts, ends).trimmed(), rest, False)
