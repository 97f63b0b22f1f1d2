"""docs/imports.md knows every field and every header of the files that can be imported."""

from __future__ import annotations

import re

import pytest

from ledger.imports.block_records import BLOCKS
from ledger.imports.columns import DEBTORS, Layout
from ledger.imports.contacts import CONTACTS
from ledger.imports.payments import PAYMENTS
from ledger.imports.proceedings import PROCEEDINGS
from tests.house.tree import ROOT

pytestmark = pytest.mark.unit

PAGE = (ROOT / "docs" / "imports.md").read_text(encoding="utf-8")
LAYOUTS = {
    "blocks": BLOCKS,
    "debtors": DEBTORS,
    "payments": PAYMENTS,
    "phones": CONTACTS,
    "proceedings": PROCEEDINGS,
}


@pytest.mark.parametrize(("kind", "layout"), LAYOUTS.items())
def test_the_table_of_a_file_is_true(kind: str, layout: Layout) -> None:
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    [mine] = [text for text in section if text.startswith(f"{kind}\n")]
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", mine, re.MULTILINE)
    assert dict(rows) == {field: ", ".join(headers) for field, headers in layout.headers.items()}
    needed = "; ".join(" or ".join(f"`{field}`" for field in group) for group in layout.required)
    assert f"At least: {needed}." in mine
