"""Bytes of a delivery as whole lines of text: compression, encoding and size, checked strictly.

What the text means (rows, elements, fields) belongs in `formats`.
"""

import codecs
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from orchestration.landing.problems import QuarantineError

CHUNK_BYTES = 4 << 20
GZIP_MAGIC = b"\x1f\x8b"
_GZIP_TRAILER_BYTES = 8

MAX_EXPANDED_BYTES = 64 << 30
# Exports compress 5 to 30 times. Small files may do better and harm nobody.
MAX_EXPANSION_RATIO = 100
EXPANSION_ALWAYS_ALLOWED = 64 << 20

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
# Encodings whose line break isn't the byte 0x0A alone: they are decoded as a whole, not by line.
_WIDE_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Latin-1 gives every byte a meaning: control characters and whole UTF-8 sequences show that the
# file is in another encoding, and its letters would be wrong.
_NOT_LATIN_1 = re.compile(rb"[\x80-\x9f]|[\xc2-\xdf][\xa0-\xbf]|[\xe0-\xef][\xa0-\xbf]{2}")


def expanded_size(path: Path) -> int:
    """The size of the content once unzipped, as far as a gzip file says (modulo 4 GB)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(2) != GZIP_MAGIC or size < _GZIP_TRAILER_BYTES:
            return size
        file.seek(-4, os.SEEK_END)
        return int.from_bytes(file.read(4), "little")


def expanded(path: Path) -> Iterator[bytes]:
    """The file's bytes in chunks, unzipped if its content (whatever its name) is gzip."""
    with path.open("rb") as file:
        chunk = file.read(CHUNK_BYTES)
        if not chunk:
            raise QuarantineError("empty", "the file has no bytes")
        if not chunk.startswith(GZIP_MAGIC):
            while chunk:
                yield chunk
                chunk = file.read(CHUNK_BYTES)
            return
        if is_bomb(path.stat().st_size, expanded_size(path)):
            # Its last bytes say so, or they are cut: seen before any of it is parsed.
            for _ in _unzipped(file, chunk):
                pass
            file.seek(len(chunk))
        yield from _unzipped(file, chunk)


def is_bomb(zipped: int, unzipped: int) -> bool:
    """Whether so many bytes are more than any export makes of those that were stored."""
    return unzipped > MAX_EXPANDED_BYTES or (
        unzipped > EXPANSION_ALWAYS_ALLOWED and unzipped > MAX_EXPANSION_RATIO * zipped
    )


def _unzipped(file: BinaryIO, chunk: bytes) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=31)
    read, written = len(chunk), 0
    try:
        while chunk:
            text = member.decompress(chunk, CHUNK_BYTES)
            written += len(text)
            if is_bomb(read, written):
                raise QuarantineError(
                    "compression_bomb", f"{read} bytes expand to {written} or more"
                )
            if text:
                yield text
            chunk = member.unconsumed_tail
            if member.eof:
                # Another member may follow; padding with zeros is allowed.
                chunk = member.unused_data.lstrip(b"\0") or file.read(CHUNK_BYTES).lstrip(b"\0")
                read += len(chunk)
                if chunk:
                    member = zlib.decompressobj(wbits=31)
            elif not chunk:
                chunk = file.read(CHUNK_BYTES)
                read += len(chunk)
    except zlib.error as error:
        raise QuarantineError("gzip_damaged", "the gzip data or its checksum is wrong") from error
    if not member.eof:
        raise QuarantineError("gzip_damaged", "the gzip stream ends too early")
    if written == 0:
        raise QuarantineError("empty", "the file has no bytes once unzipped")


@dataclass(frozen=True)
class LineEncoding:
    """The declared encoding, and how its files are cut into lines."""

    declared: str

    @property
    def is_wide(self) -> bool:
        """Whether a line break takes several bytes."""
        return self.declared in _WIDE_ENCODINGS

    @property
    def of_lines(self) -> str:
        """The encoding of the lines that `whole_lines` gives."""
        return "utf-8" if self.is_wide or self.declared == "utf-8-sig" else self.declared

    def decode(self, chunk: bytes) -> str:
        """Decode whole lines strictly; UnicodeDecodeError also where letters would be wrong."""
        if self.of_lines == "iso8859-1" and not chunk.isascii():
            misread = _NOT_LATIN_1.search(chunk)
            if misread:
                raise UnicodeDecodeError(
                    "iso8859-1", chunk, misread.start(), misread.end(), "not Latin-1"
                )
        return chunk.decode(self.of_lines)

    def utf8(self, chunk: bytes) -> bytes:
        """Whole lines in UTF-8; lines that already are UTF-8 are not checked here."""
        return chunk if self.of_lines == "utf-8" else self.decode(chunk).encode()

    def split(self, chunk: bytes) -> list[str | bytes]:
        """The chunk's lines with their line breaks; a line that can't be text stays bytes."""
        if b"\0" not in chunk:
            try:
                return _cut(self.decode(chunk))
            except UnicodeDecodeError:
                pass
        # bytes.splitlines would also cut at a return within a value.
        return [self._decoded_if_text(line) for line in _LINE.findall(chunk)]

    def _decoded_if_text(self, line: bytes) -> str | bytes:
        if b"\0" in line:
            return line
        try:
            return self.decode(line)
        except UnicodeDecodeError:
            return line

    def encoded(self, line: str | bytes) -> bytes:
        """The line's bytes as they were delivered (as UTF-8 if the file is in a wide encoding)."""
        return line if isinstance(line, bytes) else line.encode(self.of_lines)


def has_foreign_letters(lines: list[str | bytes]) -> bool:
    """Whether a line that could be decoded has a letter beyond ASCII."""
    return any(isinstance(line, str) and not line.isascii() for line in lines)


def whole_lines(path: Path, encoding: LineEncoding) -> Iterator[bytes]:
    """The file in chunks that end at a line break (LF or CRLF), without byte order mark.

    A file that only knows CR as its line break is given LF.
    """
    chunks = expanded(path)
    first = next(chunks)
    _check_looks_like_text(first, encoding)
    if encoding.is_wide:
        chunks = _decoded_as_a_whole(first, chunks, encoding)
        first = next(chunks, b"")
    first = first.removeprefix(codecs.BOM_UTF8) if encoding.of_lines == "utf-8" else first
    has_only_returns = b"\r" in first and b"\n" not in first
    waiting: list[bytes] = []
    while first or waiting:
        chunk = first.replace(b"\r", b"\n") if has_only_returns else first
        end = chunk.rfind(b"\n") + 1
        if end:
            yield b"".join((*waiting, chunk[:end]))
            waiting = []
        if end < len(chunk):
            waiting.append(chunk[end:])
        first = next(chunks, b"")
        if not first:
            if waiting:
                yield b"".join(waiting)
            return


def utf8_text(path: Path, encoding: LineEncoding) -> Iterator[bytes]:
    """The file in chunks of UTF-8, cut anywhere. UTF-8 itself is not checked here."""
    chunks = expanded(path)
    first = next(chunks)
    _check_looks_like_text(first, encoding)
    if encoding.declared not in ("utf-8", "utf-8-sig"):
        chunks = _decoded_as_a_whole(first, chunks, encoding)
        first = next(chunks, b"")
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from chunks


def _check_looks_like_text(first: bytes, encoding: LineEncoding) -> None:
    for mark, name in _BYTE_ORDER_MARKS:
        if first.startswith(mark) and not encoding.declared.startswith(name):
            raise QuarantineError(
                "undecodable",
                f"the file starts as {name.upper()} does, the contract says {encoding.declared}",
            )
    if not encoding.is_wide and first.count(b"\0") * 20 > len(first):
        raise QuarantineError(
            "undecodable", f"the file is full of NUL bytes: it isn't {encoding.declared} text"
        )
    if encoding.declared in ("utf-16", "utf-32") and not first.startswith(
        tuple(mark for mark, name in _BYTE_ORDER_MARKS if name == encoding.declared)
    ):
        raise QuarantineError(
            "undecodable",
            f"no byte order mark: declare {encoding.declared}-le or {encoding.declared}-be",
        )


def _decoded_as_a_whole(
    first: bytes, chunks: Iterator[bytes], encoding: LineEncoding
) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding.declared)("strict")
    try:
        text = decoder.decode(first).removeprefix("\ufeff")
        for chunk in chunks:
            if text:
                yield text.encode()
            text = decoder.decode(chunk)
        text += decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise QuarantineError(
            "undecodable", f"the file isn't {encoding.declared} throughout"
        ) from error
    if text:
        yield text.encode()


def _cut(text: str) -> list[str | bytes]:
    # str.splitlines would also cut at U+2028, form feeds and other characters inside a value.
    lines: list[str | bytes] = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()
    if last != "\n":
        lines.append(str(last)[:-1])
    return lines
