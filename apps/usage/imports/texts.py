"""Bytes as text: what spreadsheets save, read line by line, and a plain sentence for what is no text."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from apps.core.refusals import Refusal

HEAD_BYTES = 65_536
MOST_RECORD_LENGTH = 65_536
AS_CSV = "In Excel choose Save as, CSV UTF-8 (comma delimited); elsewhere export as CSV."

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8", "surrogateescape"),
    (b"\xff\xfe", "utf-16-le", "surrogatepass"),
    (b"\xfe\xff", "utf-16-be", "surrogatepass"),
)
_NO_TEXT = (
    (b"PK\x03\x04", "This is a workbook or an archive, not text."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook, not text."),
    (b"%PDF", "This is a PDF, not text."),
    (b"\x1f\x8b", "This is compressed. Unpack it first."),
    (b"\xff\xfe\x00\x00", "This text is UTF-32, which nothing else writes."),
)


@dataclass(frozen=True)
class Encoding:
    """How bytes become text: a codec, what to do with bytes that it does not know, and where the text begins."""

    codec: str
    errors: str
    begins: int


class Record(NamedTuple):
    """The cells of one row, and its number as a spreadsheet counts: from 1, the header and empty rows with it."""

    number: int
    cells: list[str]


def encoding_of(head: bytes) -> Encoding:
    """Tell the encoding from a file's first bytes; raise Refusal for what is no text."""
    for signature, sentence in _NO_TEXT:
        if head.startswith(signature):
            raise Refusal("not_text", f"{sentence} {AS_CSV}", field="file")
    for mark, codec, errors in _BOMS:
        if head.startswith(mark):
            return Encoding(codec, errors, len(mark))
    if b"\0" in head:
        raise Refusal("not_text", f"This is not text that can be read here. {AS_CSV}", field="file")
    return Encoding("utf-8", "surrogateescape", 0)


class Lines:
    """The lines of a file from an offset on, counting and digesting the bytes of those that were taken."""

    def __init__(self, file: BinaryIO, encoding: Encoding, *, offset: int) -> None:
        file.seek(offset)
        self.offset = offset
        self.digest = hashlib.sha256()
        self.number = 0
        self._encoding = encoding
        self._text = io.TextIOWrapper(file, encoding.codec, errors=encoding.errors, newline="")
        self._length = 0

    def records(self, delimiter: str) -> Iterator[Record]:
        """Yield the rows that have anything in them; raise Refusal where a quotation mark is not closed."""
        reader = csv.reader(self, delimiter=delimiter, strict=True)
        while True:
            self._length = 0
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise _unquoted(self.number + 1) from None
            self.number += 1
            if any(cell and not cell.isspace() for cell in cells):
                yield Record(self.number, cells)

    def release(self) -> None:
        """Let go of the file without closing it."""
        self._text.detach()

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        try:
            line = self._text.readline(MOST_RECORD_LENGTH + 1)
        except UnicodeDecodeError:
            raise Refusal("not_text", f"The text ends in the middle of a letter. {AS_CSV}", field="file") from None
        if not line:
            raise StopIteration
        self._length += len(line)
        if self._length > MOST_RECORD_LENGTH:
            raise _unquoted(self.number + 1)
        written = line.encode(self._encoding.codec, self._encoding.errors)
        self.offset += len(written)
        self.digest.update(written)
        return line


def is_readable(text: str) -> bool:
    """Say whether all of a text can be stored: no NUL, and no byte that the encoding did not know."""
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _unquoted(number: int) -> Refusal:
    sentence = (
        f'Row {number}: a quotation mark (") is opened and not closed, or more text follows a closed one. '
        'Inside quotes write "" for a quotation mark.'
    )
    return Refusal("not_quoted", sentence, field="file", extra={"row": number})
