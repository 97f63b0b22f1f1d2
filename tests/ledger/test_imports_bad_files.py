"""Files that cannot be used as a whole: one clear line, and nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.errors import InputError
from domain.portfolio import Portfolio
from ledger.books import Books
from ledger.imports.columns import read_mapping
from ledger.imports.debtors import import_debtors
from ledger.imports.source import LONGEST_LINE
from tests.places import without_columns

pytestmark = pytest.mark.unit

HEADER = "account;name;sum;month\n"
GOOD = "".join(f"{n};Имя;100;2025-11\n" for n in range(1, 2_001))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "debtors.csv"


@pytest.fixture
def refuse(books: Books, portfolio: Portfolio, file: Path) -> Iterator[Any]:
    """Imports a content that must be refused; gives the error's line. Nothing may be left of it."""

    def import_content(content: str | bytes, **options: Any) -> str:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return error_of(books, portfolio, file, **options)

    yield import_content
    with books.read() as tx:
        assert tx.debtors.count(portfolio.id) == 0
    assert [path.name for path in file.parent.iterdir() if "debtors" in path.name] in ([], [file.name])


def error_of(books: Books, portfolio: Portfolio, path: Path, **options: Any) -> str:
    with pytest.raises(InputError) as caught, books.write() as tx:
        import_debtors(tx.connection, portfolio.id, path, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_that_is_not_there(books: Books, portfolio: Portfolio, tmp_path: Path) -> None:
    line = error_of(books, portfolio, tmp_path / "absent.csv")
    assert (
        line
        == f"{tmp_path / 'absent.csv'}: cannot be read: No such file or directory; check its name and its rights"
    )


def test_a_folder(books: Books, portfolio: Portfolio, tmp_path: Path) -> None:
    assert error_of(books, portfolio, tmp_path) == f"{tmp_path}: is not a file; give a CSV or XLSX file"


@pytest.mark.parametrize("content", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file(refuse: Any, file: Path, content: bytes) -> None:
    assert refuse(content) == f"{file}: is empty; it needs a header, and rows below it"


def test_a_header_alone(refuse: Any, file: Path) -> None:
    assert refuse(HEADER) == f"{file}: has a header but no rows; add a row for each debt"


def test_delimiters_alone(refuse: Any, file: Path) -> None:
    assert "no column for account" in refuse(";;;;\n;;;\n")


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        ("account;name;month\n1;Имя;2025-11\n", "sum"),
        ("account;name;sum\n1;Имя;5\n", "oldest_unpaid"),
        ("name;sum;month\nИмя;5;2025-11\n", "account"),
        ("1;Имя;5;2025-11\n", "account"),
    ],
)
def test_a_missing_column_names_the_columns_there_are(
    refuse: Any, file: Path, content: str, missing: str
) -> None:
    line = refuse(content)
    assert line.startswith(f"{file}, row 1: no column for {missing}; name a column ")
    assert repr(content.split(";")[1].split("\n")[0]) in line


def test_two_columns_for_one_field(refuse: Any, file: Path) -> None:
    line = refuse("account;sum;Долг;month\n1;5;6;2025-11\n")
    assert line.startswith(f"{file}, row 1: columns 'sum' and 'Долг' are both sum; say which")


def test_a_mapped_column_that_is_not_there(refuse: Any) -> None:
    assert "no column 'Итого', which the mapping takes for sum; its columns are 'account'" in refuse(
        HEADER + GOOD, mapped={"sum": "Итого"}
    )


def test_a_mapping_of_an_unknown_field(refuse: Any) -> None:
    assert "unknown field 'suma' in the column mapping; the fields are external_id, account" in refuse(
        HEADER + GOOD, mapped={"suma": "sum"}
    )


def test_a_wrong_encoding_that_was_told(refuse: Any, file: Path) -> None:
    content = (HEADER + GOOD + "3000;Жанна;1;2025-11\n").encode("cp1251")
    assert "bytes that are not utf-8; tell its encoding (utf-8 or cp1251)" in refuse(
        content, encoding="utf-8"
    )


def test_an_unknown_encoding_and_delimiter(refuse: Any) -> None:
    assert refuse(HEADER + GOOD, encoding="koi8-r") == "unknown encoding 'koi8-r'; one of utf-8, cp1251"
    assert refuse(HEADER + GOOD, encoding="klingon") == "unknown encoding 'klingon'; one of utf-8, cp1251"
    assert refuse(HEADER + GOOD, delimiter="#") == "unknown delimiter '#'; a semicolon, a comma or a tab"


@pytest.mark.parametrize("content", [HEADER.encode("utf-16"), b"account;sum\n1;\x002\n"])
def test_what_is_no_text(refuse: Any, file: Path, content: bytes) -> None:
    assert refuse(content) == f"{file}: is not a text file; save it as CSV UTF-8 or XLSX"


def test_a_zip_archive_that_is_no_workbook(refuse: Any, file: Path) -> None:
    line = refuse(b"PK\x03\x04 something else")
    assert line == f"{file}: is not a workbook that can be read; save it as XLSX or CSV UTF-8"


def test_a_quote_that_never_closes(refuse: Any, file: Path) -> None:
    line = refuse(HEADER + '1;Имя;5;2025-11\n2;"Имя;5;2025-11\n' + GOOD)
    assert line.startswith(f"{file}, row 3: a quote that opens here is never closed properly; close it")
    assert "row 2002: a quote that opens" in refuse(HEADER + GOOD + '2;"Имя;5;2025-11')


def test_a_quote_that_closes_in_a_later_row(refuse: Any, file: Path) -> None:
    assert "row 2: a quote that opens here" in refuse(
        HEADER + '2;"Имя;5;2025-11\n3;ООО "Дом";5;2025-11\n' + GOOD
    )


def test_a_line_without_end_is_not_read_to_its_end(refuse: Any, file: Path) -> None:
    line = refuse(HEADER + GOOD + "x" * (100 * LONGEST_LINE))
    assert line.startswith(f"{file}, row 2002: a line of more than 1,000,000 characters; is it a CSV file?")
    assert "a line of more than" in refuse("x" * (2 * LONGEST_LINE))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("- sum\n", "is a mapping of our fields to your headers; e.g. sum: Долг"),
        ("suma: Долг\n", "line 1, suma: unknown field 'suma'; the fields are"),
        ("account: Счёт\nsum:\n", "line 2, sum: is a header"),
        ("phones: {a: b}\n", "line 1, phones: is a header"),
        ("sum: [\n", "not YAML"),
    ],
)
def test_a_wrong_mapping_file(tmp_path: Path, text: str, error: str) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_mapping(path)
    assert str(path) in str(caught.value)
    assert error in without_columns(str(caught.value))


def test_a_mapping_file(tmp_path: Path) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text("sum: Долг\nphones: [Моб, Дом]\n")
    assert read_mapping(path) == {"sum": "Долг", "phones": ["Моб", "Дом"]}
