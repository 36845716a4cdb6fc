"""How to read the figures: every kind has its paragraph, every paragraph a page; and the page in docs says the same.

The page in docs is written anew where SENLIB_DOCS is set.
"""

import ast
import os
import re
from pathlib import Path
from textwrap import fill

import pytest

from senlib import ROOT, pages
from senlib.pages.kit import layout
from senlib.pages.kit.how_to_read import paragraphs

DOCS = ROOT / "docs" / "how-to-read-the-figures.md"
ALL = list(paragraphs().values())

WIDTH = 140

HEAD = (
    "# How to read the figures",
    "On every page of the workbook a ‘?’ stands at the end of a figure. It opens what is written here: what is counted, of whom, what "
    "the range means or why there is none, and where the rule comes from. A range is a likely range at 95 % wherever there is "
    "one; where several subjects are compared, at 95 % for all of them together.",
)


def as_markdown() -> str:
    """All of it as docs/how-to-read-the-figures.md has it."""
    parts = list(HEAD)
    for one in ALL:
        sources = [f"[{words}]({at})" if at else words for words, at in one.sources]
        parts += [f"## {one.title}", one.text, f"Source: {'; '.join(sources)}."]
    lines = (
        fill(part, WIDTH, break_long_words=False, break_on_hyphens=False)
        for part in parts
    )
    return "\n\n".join(lines) + "\n"


def calls() -> list[tuple[str, ast.Call]]:
    """Every call of `how_to_read` on a page, with the page's module."""
    return [
        (file.stem, node)
        for file in sorted(Path(pages.__file__).parent.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "how_to_read"
    ]


def test_every_use_has_its_paragraph_and_every_paragraph_a_use():
    found = calls()
    assert found
    assert [page for page, call in found if not call.args or call.keywords] == []
    # Written out where it is called, so that whoever looks for a key finds its page.
    assert all(isinstance(key, ast.Constant) for _, call in found for key in call.args)
    used = {key.value for _, call in found for key in call.args}
    assert used == set(paragraphs())


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
def test_paragraph(one):
    assert re.fullmatch(r"[a-z0-9_]+", one.key)
    assert all((one.title, one.counts, one.whom, one.range, one.sources))
    for part in (one.counts, one.whom, one.range):
        assert part == " ".join(part.split()) and part.endswith(".")
    assert len(one.text.split()) <= 90
    assert re.search(
        r"\b(pupils?|lessons|intervention|action|everyone|England|your LEA)\b",
        one.whom,
        re.I,
    )
    assert "range" in one.range
    assert "chance" not in f"{one.title} {one.text}".lower()
    assert not re.search(r"['\"]|\d%", f"{one.title} {one.text}")
    for words, address in one.sources:
        assert words and not words.endswith(".")
        assert re.fullmatch(r"(https://[^\s()<>\"]+)?", address)
        assert not re.search(r"pypi|cran\.r-project|npmjs", address)


def test_titles_differ():
    assert len({one.title for one in ALL}) == len(ALL)


def test_a_verdict_is_only_against_the_same_summer_wherever_it_is_told():
    for key in ("england_with_your_starts", "england_same_band", "typed_figure"):
        assert "only against the same summer" in paragraphs()[key].range


def test_as_html():
    html = layout.how_to_read("rate", "spend")
    assert html.count("<details") == html.count("</details>") == 1
    assert html.count("<p>") == html.count("</p>") == 2
    assert '<summary aria-label="How to read this figure"' in html
    assert (
        html.count("<a ")
        == html.count('rel="noreferrer"')
        == html.count('target="_blank"')
        == 1
    )
    assert "82\N{NO-BREAK SPACE}%" in html
    assert html.index("A share of pupils") < html.index("Hours and pounds")


def test_a_key_that_there_is_not():
    with pytest.raises(KeyError, match="'rates' is no kind of figure: rate,"):
        layout.how_to_read("rate", "rates")


def test_the_page_in_docs_is_as_it_is_made():
    if os.environ.get("SENLIB_DOCS"):
        DOCS.write_text(as_markdown(), encoding="utf-8")
    assert DOCS.read_text(encoding="utf-8") == as_markdown(), (
        "run this with SENLIB_DOCS=1"
    )
