"""Why an operator is shown somebody, on his desk before the call."""

from __future__ import annotations

from types import SimpleNamespace as Some

import pytest

from agent_console.page import environment

pytestmark = pytest.mark.unit

WORDS = "segment all, step call, retry 1"


@pytest.mark.parametrize(
    ("language", "told", "shown"),
    [
        pytest.param("ru", {"why": WORDS, "why_name": "retry"}, "повторная попытка", id="in-russian"),
        pytest.param("en", {"why": WORDS, "why_name": "retry"}, "another try", id="in-english"),
        pytest.param("ru", {"why": WORDS}, WORDS, id="an-older-dialler"),
        pytest.param("ru", {"why": "", "why_name": "first"}, "", id="a-call-of-his-own-wish"),
    ],
)
def test_the_reason_is_named_in_the_language_of_the_visitor(
    language: str, told: dict[str, str], shown: str
) -> None:
    preview = {"phone": "+79160000009", "touch": "", **told}
    online = Some(touch="", debtor=None, bailiff=None, identified=False, draft=None)
    desk = Some(preview=preview, on_line=online, call=None)
    visitor = Some(user=Some(name="Анна", login="anna"))
    page = environment(language).get_template("desk/preview.html.j2").render(desk=desk, visitor=visitor)
    assert f'<span class="told">{shown}</span>' in page
