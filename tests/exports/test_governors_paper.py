"""The governors' page of A4: one page, what it says of itself, and nothing in it that is hidden."""

import io
import shutil
import subprocess
from datetime import date

import docx
import pandas as pd
import pytest

from senlib.exports.about import About
from senlib.exports.governors_paper import Figures, one_page
from senlib.measures.published_table import publish

ABOUT = About(
    title="For governors",
    source="Any <School>",
    on=date(2005, 3, 8),
    sample=True,
    hidden="Counts of 1 to 5 are hidden.",
)


def figures(caption="Made the gain", **counts):
    rows = [
        (group, outcome, n)
        for group, (pupils, made) in counts.items()
        for outcome, n in (("pupils", pupils), ("made", made))
    ]
    table = pd.DataFrame(rows, columns=["group", "outcome", "pupils"])
    shown = publish(table, totals={"outcome": {"pupils": ["made", "not made"]}})
    labels = tuple(f"Group {group}" for group in counts)
    return Figures(
        caption=caption,
        published=shown,
        column="outcome",
        reached="made",
        of="pupils",
        rows=tuple((group,) for group in counts),
        labels=labels,
    )


def test_rows_in_words():
    told = figures(a=(40, 20), b=(23, 4), c=(0, 0)).in_words()
    assert told == [
        ("Group a", "40", "20", "50 %", "35 to 65 %"),
        ("Group b", *["hidden"] * 4),
        ("Group c", "0", "–", "–", "–"),
    ]


def test_only_a_published_table_may_stand_in_it():
    with pytest.raises(TypeError, match="PublishedTable"):
        Figures(
            caption="",
            published=pd.DataFrame(),
            column="outcome",
            reached="made",
            of="pupils",
            rows=(),
            labels=(),
        )


def test_it_says_what_it_is_its_source_its_date_and_what_was_hidden():
    tables = [figures(a=(40, 20), b=(23, 4))]
    held = docx.Document(
        io.BytesIO(
            one_page(
                about=ABOUT,
                sure="Likely.",
                answers=[("Why?", "Because <b>.")],
                figures=tables,
            )
        )
    )
    foot = held.sections[0].footer.paragraphs[0].text
    assert (
        foot
        == "For governors. Any <School>. Made on 8 March 2005. Sample data: nobody here is real."
    )
    assert (
        held.paragraphs[0].text == "For governors"
        and held.paragraphs[1].text == "Counts of 1 to 5 are hidden."
    )
    assert held.paragraphs[2].text == "Likely."
    cells = [
        cell.text for table in held.tables for row in table.rows for cell in row.cells
    ]
    assert (
        "Because <b>." in cells
        and "50 %" in cells
        and cells.count("hidden") == 4
        and "23" not in cells
    )


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="no LibreOffice on this machine"
)
def test_as_much_as_the_page_ever_says_stands_on_one_page_of_a4(tmp_path):
    """Three subjects, sources, eight headings hidden, three actions: more than either sample has."""
    answers = [
        (
            f"A question as long as they are, number {n}?",
            "A sentence on how sure one can be. " * 7,
        )
        for n in range(7)
    ]
    tables = [
        figures(
            f"Figures {n}", **{f"{letter}{n}": (40, 20) for letter in "abcdef"[:rows]}
        )
        for n, rows in enumerate((6, 6, 2, 3))
    ]
    path = tmp_path / "page.docx"
    path.write_bytes(
        one_page(
            about=ABOUT,
            sure="How sure one can be, in a line or two. " * 4,
            answers=answers,
            figures=tables,
        )
    )
    command = [
        "soffice",
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        tmp_path,
        path,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert (tmp_path / "page.pdf").read_bytes().count(b"/Type/Page\n") + (
        tmp_path / "page.pdf"
    ).read_bytes().count(b"/Type/Page/") == 1
