"""The Word file itself, from base.docx: paper, headings, tables, pictures, the foot of each page; what stands in it is for others to say.

How all of it looks stands in the styles of base.docx, which Word and LibreOffice open and change.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import zip_longest

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from senlib.exports.about import About
from senlib.text import one_line, plain

TEMPLATE = files(__package__).joinpath("base.docx")

# Styles of paragraphs and of tables, as the template names them.
SMALL, HELP, INTRO = "Small print", "Help with a question", "Introduction"
CELL, HEAD, CARD, TIGHT = "In a table", "Head of a table", "Card", "After a table"
LINE, LIST = "Line to write on", "List Bullet"
BOX, TABLE, CARDS = "Table Grid", "Table with a head", "Cards to cut out"

# A4: its width and height.
_UPRIGHT = Cm(21), Cm(29.7)
_ACROSS = Cm(29.7), Cm(21)


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: its text, and below it, small, a help or what was said last time; `centred` is for ticks."""

    text: str = ""
    small: str = ""
    centred: bool = False


def begin(*, about: About, heading: str = "", landscape: bool = False) -> Document:
    """An A4 document with its properties, the foot of its pages, and its heading, or else what `about` calls it."""
    document = docx.Document(io.BytesIO(TEMPLATE.read_bytes()))
    about.describe(document.core_properties)
    foot = document.sections[0].footer.paragraphs[0]
    write(foot, one_line(about.line, most=500))
    _lay(document, landscape=landscape)
    add_heading(document, heading or about.title, level=1)
    add_lines(document, about.hidden, style=SMALL)
    return document


def add_section(document: Document, *, landscape: bool) -> None:
    """A new page, upright or across."""
    document.add_section(WD_SECTION.NEW_PAGE)
    _lay(document, landscape=landscape)


def write(paragraph: Paragraph, text: str) -> Paragraph:
    """Put a text into a paragraph as text, its line breaks kept."""
    paragraph.add_run(plain(text))
    return paragraph


def add_lines(document: Document, text: str, *, style: str | None = None) -> None:
    """A text as paragraphs, one a line; nothing where it is blank."""
    for line in filter(str.strip, plain(text).split("\n")):
        document.add_paragraph(line, style)


def add_heading(document: Document, text: str, *, level: int) -> None:
    """A real heading, on one line."""
    document.add_paragraph(one_line(text, most=500), f"Heading {level}")


def add_blank_line(document: Document, label: str) -> None:
    """A label, and a ruled line to write on."""
    document.add_paragraph(plain(f"{label}:\t"), LINE)


def add_picture(document: Document, content: bytes, *, says: str) -> None:
    """A picture as wide as the text, with what it says for those who do not see it."""
    shape = document.add_picture(io.BytesIO(content))
    widest = document._block_width
    if shape.width > widest:
        shape.height = Cm(shape.height.cm * widest / shape.width)
        shape.width = widest
    description = shape._inline.docPr
    description.set("descr", plain(says))
    description.set("name", "Picture")


def add_table(
    document: Document,
    *,
    heads: Sequence[Cell],
    rows: Iterable[Sequence[Cell]],
    weights: Sequence[float],
    says: str,
    heights: Sequence[float] = (),
) -> None:
    """A table whose heads stand again on each page and whose rows stay whole; `says` names it for a screen reader.

    `weights` share out the width; `heights`, if any, are the least that each row has, in cm.
    """
    rows = list(rows)
    table = _grid(document, TABLE, rows=len(rows) + 1, weights=weights, says=says)
    first, *others = table.rows
    _mark(first, "w:tblHeader")
    for cell, head in zip(first.cells, heads, strict=True):
        _fill(cell, head, style=HEAD)
    for row, cells in zip(others, rows, strict=True):
        for cell, content in zip(row.cells, cells, strict=True):
            _fill(cell, content, style=CELL)
    for row, height in zip(others, heights, strict=bool(heights)):
        row.height, row.height_rule = Cm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
    _after_table(document)


def add_box(document: Document, text: str, *, height: float, says: str) -> None:
    """A frame of at least that height in cm with a text in it, or with room for one."""
    row = _grid(document, BOX, rows=1, weights=[1], says=says).rows[0]
    row.height, row.height_rule = Cm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
    _fill(row.cells[0], Cell(text), style="Normal")
    _after_table(document)


def add_cards(
    document: Document, texts: Sequence[str], *, height: float, says: str
) -> None:
    """Cards of one size, of that height in cm, to cut out along dashed lines, two beside each other."""
    pairs = list(zip_longest(texts[::2], texts[1::2], fillvalue=""))
    table = _grid(document, CARDS, rows=len(pairs), weights=[1, 1], says=says)
    for row, pair in zip(table.rows, pairs, strict=True):
        row.height, row.height_rule = Cm(height), WD_ROW_HEIGHT_RULE.EXACTLY
        for cell, text in zip(row.cells, pair, strict=True):
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            cell.paragraphs[0].style = CARD
            write(cell.paragraphs[0], text)
    _after_table(document)


def saved(document: Document) -> bytes:
    """The file."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _lay(document: Document, *, landscape: bool) -> None:
    """Lay the last section's paper upright or across."""
    section = document.sections[-1]
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = _ACROSS if landscape else _UPRIGHT


def _grid(
    document: Document, style: str, *, rows: int, weights: Sequence[float], says: str
) -> Table:
    """An empty table whose rows stay whole, as wide as the text."""
    table = document.add_table(rows=rows, cols=len(weights), style=style)
    table.autofit = False
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), one_line(says))
    table._tbl.tblPr.append(caption)
    unit = document._block_width.cm / sum(weights)
    widths = [Cm(unit * weight) for weight in weights]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        _mark(row, "w:cantSplit")
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
    return table


def _fill(cell: _Cell, content: Cell, *, style: str) -> None:
    paragraphs = [(line, style) for line in plain(content.text).split("\n")]
    if content.small:
        small = (plain(content.small), SMALL)
        paragraphs = [*paragraphs, small] if content.text else [small]
    for number, (text, named) in enumerate(paragraphs):
        # The first paragraph is there already: a cell is never without one.
        paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
        paragraph.style = named
        paragraph.add_run(text)
        if content.centred and named != SMALL:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _mark(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _after_table(document: Document) -> None:
    """The narrow line without which Word would join two tables."""
    document.add_paragraph(style=TIGHT)
