"""Reading the rows of a file: a workbook, or a CSV file whose encoding and delimiter nobody wrote down."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from domain.errors import InputError
from ledger.imports.workbook import SIGNATURE, read_workbook

ENCODINGS = ("utf-8", "cp1251")
DELIMITERS = (";", ",", "\t")
LONGEST_LINE = 1_000_000
CHUNK = 1 << 20

_WITH_BOM = {"utf-8": "utf-8-sig"}  # reads files without the mark as well


class Row(NamedTuple):
    """Cells of a row, stripped, and the line of the file (from 1) at which it begins.

    ``fault`` says why the cells cannot be told apart; then there are none but the raw text.
    """

    line: int
    cells: list[str]
    fault: str = ""


class Source(Protocol):
    """An open file of rows."""

    @property
    def path(self) -> Path:
        """The file."""
        ...

    @property
    def size(self) -> int:
        """Its bytes."""
        ...

    @property
    def bytes_read(self) -> int:
        """How far into the file one has read, of ``size``."""
        ...

    def where(self, line: int) -> str:
        """The place as an error names it."""
        ...

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty, the header first."""
        ...


@dataclass(slots=True)
class XlsxSource:
    """The first sheet of a workbook; it is read as a whole, so its size does matter."""

    path: Path
    size: int
    bytes_read: int = 0

    def where(self, line: int) -> str:
        """The place as an error names it."""
        return f"{self.path}, row {line}"

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty, the header first; InputError when it is no workbook."""
        sheet = read_workbook(self.path)
        for line, cells in enumerate(sheet, start=1):
            self.bytes_read = self.size * line // len(sheet)
            if any(cells):
                yield Row(line, cells)


@dataclass(slots=True)
class CsvSource:
    """An open CSV file. Rows are read one by one, so that its size does not matter."""

    path: Path
    encoding: str
    delimiter: str
    size: int
    _file: BinaryIO
    _text: TextIOWrapper
    _line: int = 0
    _raw: str = ""

    @property
    def bytes_read(self) -> int:
        """How far into the file one has read, of ``size``."""
        return self._file.tell()

    def where(self, line: int) -> str:
        """The place as an error names it."""
        return f"{self.path}, row {line}"

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty, the header first.

        Raises InputError where nothing after can be trusted: a quote that swallows rows, bytes that are not
        of the encoding, a line without end.
        """
        reader = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
        while True:
            begins = self._line + 1
            try:
                cells = list(map(str.strip, next(reader)))
            except StopIteration:
                return
            except csv.Error as error:
                if self._line > begins or "unexpected end" in str(error):
                    raise InputError(
                        "a quote that opens here is never closed properly",
                        where=self.where(begins),
                        remedy='close it, or double the quotes inside a quoted cell: ""',
                    ) from error
                yield Row(begins, [self._raw.strip()], _fault(error))
                continue
            if any(cells):
                yield Row(begins, cells)

    def _lines(self) -> Iterator[str]:
        while True:
            try:
                self._raw = self._text.readline(LONGEST_LINE)
            except UnicodeDecodeError as error:
                raise InputError(
                    f"bytes that are not {self.encoding}",
                    where=f"{self.path}, after row {self._line}",
                    remedy=f"tell its encoding ({' or '.join(ENCODINGS)}), or save it as CSV UTF-8",
                ) from error
            if not self._raw:
                return
            self._line += 1
            if len(self._raw) == LONGEST_LINE:
                raise InputError(
                    f"a line of more than {LONGEST_LINE:,} characters",
                    where=self.where(self._line),
                    remedy="is it a CSV file? Its rows end with line breaks",
                )
            yield self._raw


def _fault(error: csv.Error) -> str:
    if "limit" in str(error):
        return f"a cell of more than {csv.field_size_limit():,} characters"
    return "quotes inside a quoted cell must be doubled"


@contextmanager
def open_source(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Iterator[Source]:
    """Open a workbook or a CSV file; what is not told of the latter (``encoding``, ``delimiter``) is detected.

    Raises InputError when it is not there, not a file, empty, or neither.
    """
    if delimiter is not None and delimiter not in DELIMITERS:
        raise InputError(f"unknown delimiter {delimiter!r}", remedy="a semicolon, a comma or a tab")
    with _open(path) as file:
        if file.read(len(SIGNATURE)) == SIGNATURE:
            yield XlsxSource(path, path.stat().st_size)
            return
        file.seek(0)
        found = _encoding_told(encoding) if encoding else None
        found = _detect_encoding(file, path, found)
        file.seek(0)
        text = TextIOWrapper(file, _WITH_BOM.get(found, found), newline="")
        size = path.stat().st_size
        yield CsvSource(path, found, delimiter or _detect_delimiter(text), size, file, text)


def _open(path: Path) -> BinaryIO:
    if path.exists() and not path.is_file():
        raise InputError("is not a file", where=str(path), remedy="give a CSV or XLSX file")
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", where=str(path), remedy="check its name and its rights"
        ) from error


def _encoding_told(told: str) -> str:
    """The encoding as one of `ENCODINGS`, whatever it was called (``windows-1251``, ``UTF8``)."""
    try:
        name = codecs.lookup(told).name
    except LookupError:
        name = told
    if name.removesuffix("-sig") not in ENCODINGS:
        raise InputError(f"unknown encoding {told!r}", remedy=f"one of {', '.join(ENCODINGS)}")
    return name.removesuffix("-sig")


def _detect_encoding(file: BinaryIO, path: Path, told: str | None) -> str:
    """What was told, else UTF-8 if all of the file is (the first Russian letter may come late), else cp1251."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, empty = True, True
    while chunk := file.read(CHUNK):
        if b"\0" in chunk:
            raise InputError("is not a text file", where=str(path), remedy="save it as CSV UTF-8 or XLSX")
        empty = empty and not chunk.removeprefix(codecs.BOM_UTF8).strip()
        is_utf8 = is_utf8 and _decodes(decoder, chunk)
    if empty:
        raise InputError("is empty", where=str(path), remedy="it needs a header, and rows below it")
    return told or ("utf-8" if is_utf8 and _decodes(decoder, b"", final=True) else "cp1251")


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _detect_delimiter(text: TextIOWrapper) -> str:
    """The one that the header holds most of."""
    try:
        header = text.readline(LONGEST_LINE)
    except UnicodeDecodeError:
        header = ""  # the reading of rows says so, with the place
    text.seek(0)
    return max(DELIMITERS, key=header.count)
