"""The Word file itself, from base.docx: paper, headings, tables, pictures, the foot of each page; what stands in it is for others to say.

How all of it looks stands in the styles of base.docx, which Word and LibreOffice open and change.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu
from docx.table import Table, _Cell, _Row

from senlib.exports.about import About
from senlib.text import one_line, plain

TEMPLATE = files(__package__).joinpath("base.docx")

# Styles of paragraphs and of tables, as the template names them.
SMALL, HELP, INTRO = "Small print", "Help with a question", "Introduction"
CELL, HEAD, CARD, TIGHT = "In a table", "Head of a table", "Card", "After a table"
LINE, LIST = "Line to write on", "List Bullet"
BOX, TABLE, CARDS = "Table Grid", "Table with a head", "Cards to cut out"

# The sides of A4.
_SHORT, _LONG = Cm(21), Cm(29.7)


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: its text, and below it, small, a help or what was said last time; `centred` is for ticks."""

    text: str = ""
    small: str = ""
    centred: bool = False


class WordFile:
    """An A4 document with its properties, the foot of its pages, and its heading, or else what `about` calls it."""

    def __init__(
        self, *, about: About, heading: str = "", landscape: bool = False
    ) -> None:
        template = io.BytesIO(TEMPLATE.read_bytes())
        self.document = docx.Document(template)
        about.describe(self.document.core_properties)
        footer = self.document.sections[0].footer
        line = one_line(about.line, most=500)
        footer.paragraphs[0].add_run(line)
        self._lay(landscape)
        self.add_heading(heading or about.title, level=1)
        self.add_lines(about.hidden, style=SMALL)

    def content(self) -> bytes:
        """The file."""
        file = io.BytesIO()
        self.document.save(file)
        return file.getvalue()

    def add_section(self, *, landscape: bool) -> None:
        """A new page, upright or across."""
        self.document.add_section(WD_SECTION.NEW_PAGE)
        self._lay(landscape)

    def add_lines(self, text: str, *, style: str | None = None) -> None:
        """A text as paragraphs, one a line; nothing where it is blank."""
        for line in plain(text).split("\n"):
            if line.strip():
                self.document.add_paragraph(line, style)

    def add_heading(self, text: str, *, level: int) -> None:
        """A real heading, on one line."""
        heading = one_line(text, most=500)
        self.document.add_paragraph(heading, f"Heading {level}")

    def add_blank_line(self, label: str) -> None:
        """A label, and a ruled line to write on."""
        self.document.add_paragraph(plain(f"{label}:\t"), LINE)

    def add_picture(self, content: bytes, *, says: str) -> None:
        """A picture as wide as the text, with what it says for those who do not see it."""
        shape = self.document.add_picture(io.BytesIO(content))
        share = self.document._block_width / shape.width
        if share < 1:
            shape.height = Emu(shape.height * share)
            shape.width = Emu(shape.width * share)
        description = shape._inline.docPr
        description.set("descr", plain(says))
        description.set("name", "Picture")

    def add_table(
        self,
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
        contents = [heads, *rows]
        table = self._grid(TABLE, len(contents), weights, says)
        head, *others = table.rows
        _mark(head, "w:tblHeader")
        for row, cells in zip([head, *others], contents, strict=True):
            style = HEAD if row is head else CELL
            for cell, content in zip(row.cells, cells, strict=True):
                _fill(cell, content, style=style)
        for row, height in zip(others, heights, strict=bool(heights)):
            _set_height(row, height, WD_ROW_HEIGHT_RULE.AT_LEAST)
        self._after_table()

    def add_box(self, text: str, *, height: float, says: str) -> None:
        """A frame of at least that height in cm with a text in it, or with room for one."""
        table = self._grid(BOX, 1, [1], says)
        _set_height(table.rows[0], height, WD_ROW_HEIGHT_RULE.AT_LEAST)
        cell = table.cell(0, 0)
        _fill(cell, Cell(text), style="Normal")
        self._after_table()

    def add_cards(self, texts: Sequence[str], *, height: float, says: str) -> None:
        """Cards of one size, of that height in cm, to cut out along dashed lines, two beside each other."""
        rows = (len(texts) + 1) // 2
        table = self._grid(CARDS, rows, [1, 1], says)
        cards = iter(texts)
        for row in table.rows:
            _set_height(row, height, WD_ROW_HEIGHT_RULE.EXACTLY)
            for cell in row.cells:
                cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
                paragraph = cell.paragraphs[0]
                paragraph.style = CARD
                text = next(cards, None)
                if text is not None:
                    paragraph.add_run(plain(text))
        self._after_table()

    def _lay(self, landscape: bool) -> None:
        """Lay the last section's paper upright or across."""
        section = self.document.sections[-1]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = _SHORT, _LONG
        if landscape:
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = _LONG, _SHORT

    def _grid(
        self, style: str, rows: int, weights: Sequence[float], says: str
    ) -> Table:
        """An empty table whose rows stay whole, as wide as the text."""
        columns = len(weights)
        table = self.document.add_table(rows, columns, style)
        table.autofit = False
        caption = OxmlElement("w:tblCaption")
        caption.set(qn("w:val"), one_line(says))
        table._tbl.tblPr.append(caption)
        unit = self.document._block_width.cm / sum(weights)
        for column, weight in zip(table.columns, weights, strict=True):
            column.width = Cm(unit * weight)
            for cell in column.cells:
                cell.width = column.width
        for row in table.rows:
            _mark(row, "w:cantSplit")
        return table

    def _after_table(self) -> None:
        """The narrow line without which Word would join two tables."""
        self.document.add_paragraph(style=TIGHT)


def _fill(cell: _Cell, content: Cell, *, style: str) -> None:
    # The first paragraph is there already: a cell is never without one.
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    if content.centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    lines = plain(content.text).split("\n")
    first, *others = lines
    paragraph.add_run(first)
    for line in others:
        cell.add_paragraph(line, style)
    if content.small and content.text:
        cell.add_paragraph(plain(content.small), SMALL)
    elif content.small:
        paragraph.style = SMALL
        paragraph.add_run(plain(content.small))


def _set_height(row: _Row, height: float, rule: WD_ROW_HEIGHT_RULE) -> None:
    row.height, row.height_rule = Cm(height), rule


def _mark(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))
