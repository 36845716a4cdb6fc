"""The Word file itself: paper, styles, tables, pictures and the foot of each page; what stands in it is for word.py to say."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import zip_longest

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from senlib.exports.about import About
from senlib.text import one_line, plain

LANGUAGE = "en-GB"
FONT = "Arial"  # plain, and on every computer
INK, BLUE, GREY = "1B1B1B", "0B5FA5", "5F6368"
SHADE, RULE = "EEF2F6", "8A9096"

# A4 and its margin, in cm.
LONG, SHORT, MARGIN = 29.7, 21.0, 2.0

_SIZES = {"Heading 1": 20, "Heading 2": 15, "Heading 3": 12}
_COLOURS = {"Heading 1": INK, "Heading 2": BLUE, "Heading 3": INK}
SMALL, HELP, INTRO, TIGHT, CARD, CELL = (
    "Small print",
    "Help with a question",
    "Introduction",
    "After a table",
    "Card",
    "In a table",
)


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: its text, and below it, small, a help or what was said last time; `centred` is for ticks."""

    text: str = ""
    small: str = ""
    centred: bool = False


def begin(*, about: About) -> Document:
    """An empty A4 document with the project's styles, its properties, and the foot of its pages."""
    document = docx.Document()
    _forget_the_template(document)
    _language(document)
    _styles(document)
    _properties(document, about)
    section = document.sections[0]
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(MARGIN))
    section.header_distance = section.footer_distance = Cm(1)
    _foot(section, about)
    return document


def turn(document: Document, *, landscape: bool, new_page: bool) -> None:
    """Lay the last section's paper upright or across; with `new_page` in a section of its own."""
    section = (
        document.add_section(WD_SECTION.NEW_PAGE) if new_page else document.sections[-1]
    )
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (
        (Cm(LONG), Cm(SHORT)) if landscape else (Cm(SHORT), Cm(LONG))
    )


def width_between_margins(document: Document) -> float:
    """How wide a line may be on the last section's paper, in cm."""
    section = document.sections[-1]
    return (section.page_width - section.left_margin - section.right_margin) / Cm(1)


def write(paragraph: Paragraph, text: str) -> Paragraph:
    """Put a text into a paragraph as text, its line breaks kept."""
    paragraph.add_run(plain(text))
    return paragraph


def paragraphs(document: Document, text: str, *, style: str | None = None) -> None:
    """A text as paragraphs, one a line; nothing where it is blank."""
    for line in filter(str.strip, plain(text).split("\n")):
        document.add_paragraph(style=style).add_run(line)


def heading(document: Document, text: str, *, level: int) -> None:
    """A real heading, on one line."""
    write(document.add_paragraph(style=f"Heading {level}"), one_line(text, most=500))


def blank_line(document: Document, label: str) -> None:
    """A label, and a ruled line to write on."""
    paragraph = write(document.add_paragraph(), f"{label}:\t")
    paragraph.paragraph_format.space_before = Pt(10)
    paragraph.paragraph_format.tab_stops.add_tab_stop(
        Cm(12), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.LINES
    )


def picture(document: Document, content: bytes, *, says: str) -> None:
    """A picture as wide as the text, with what it says for those who do not see it."""
    shape = document.add_picture(io.BytesIO(content))
    wide = Cm(width_between_margins(document))
    if shape.width > wide:
        shape.width, shape.height = wide, round(shape.height * wide / shape.width)
    shape._inline.docPr.set("descr", plain(says))
    shape._inline.docPr.set("name", "Picture")


def table(
    document: Document,
    *,
    heads: Sequence[Cell],
    rows: Sequence[Sequence[Cell]],
    weights: Sequence[float],
    says: str,
    heights: Sequence[float] = (),
) -> None:
    """A table whose heads stand again on each page and whose rows stay whole; `says` names it for a screen reader.

    `weights` share out the width, `heights` are the least that each row has, in cm.
    """
    made = _grid(document, rows=len(rows) + 1, weights=weights, says=says)
    first, *others = made.rows
    for cell, head in zip(first.cells, heads, strict=True):
        _fill(cell, head, bold=True)
        _shade(cell)
        cell.paragraphs[-1].paragraph_format.keep_with_next = True
    _mark(first, "w:tblHeader")
    for row, cells, height in zip_longest(others, rows, heights, fillvalue=0):
        if height:
            row.height, row.height_rule = Cm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
        for cell, content in zip(row.cells, cells, strict=True):
            _fill(cell, content)
    after_table(document)


def box(document: Document, text: str, *, height: float, says: str) -> None:
    """A frame with a text in it, or with room for one."""
    made = _grid(document, rows=1, weights=[1], says=says)
    row = made.rows[0]
    row.height, row.height_rule = Cm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
    _fill(row.cells[0], Cell(text), style="Normal")
    after_table(document)


def cards(
    document: Document,
    texts: Sequence[str],
    *,
    across: int = 2,
    height: float = 4.9,
    says: str,
) -> None:
    """Cards of one size to cut out along dashed lines."""
    texts = [*texts, *[""] * (-len(texts) % across)]
    made = _grid(document, rows=len(texts) // across, weights=[1] * across, says=says)
    _border(made, kind="dashed")
    for number, row in enumerate(made.rows):
        row.height, row.height_rule = Cm(height), WD_ROW_HEIGHT_RULE.EXACTLY
        for cell, text in zip(row.cells, texts[number * across :], strict=False):
            cell.vertical_alignment = 1
            cell.paragraphs[0].style = CARD
            write(cell.paragraphs[0], text)
    after_table(document)


def after_table(document: Document) -> None:
    """The narrow line without which Word would join two tables."""
    document.add_paragraph(style=TIGHT)


def saved(document: Document) -> bytes:
    """The file."""
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


# -- tables --


def _grid(
    document: Document, *, rows: int, weights: Sequence[float], says: str
) -> Table:
    made = document.add_table(rows=rows, cols=len(weights), style="Table Grid")
    made.autofit = False
    whole = width_between_margins(document)
    for column, weight in zip(made.columns, weights, strict=True):
        column.width = Cm(whole * weight / sum(weights))
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), one_line(says))
    made._tbl.tblPr.append(caption)
    for row in made.rows:
        _mark(row, "w:cantSplit")
        for cell, weight in zip(row.cells, weights, strict=True):
            cell.width = Cm(whole * weight / sum(weights))
    return made


def _fill(cell: _Cell, content: Cell, *, bold: bool = False, style: str = CELL) -> None:
    lines = plain(content.text).split("\n")
    # The first paragraph is there already: a cell is never without one.
    for number, line in enumerate(lines):
        paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
        paragraph.style = style
        paragraph.add_run(line).bold = bold or None
        if content.centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if content.small:
        write(
            cell.add_paragraph(style=SMALL)
            if content.text
            else _restyled(cell.paragraphs[0], SMALL),
            content.small,
        )


def _restyled(paragraph: Paragraph, style: str) -> Paragraph:
    paragraph.style = style
    return paragraph


def _mark(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _shade(cell: _Cell) -> None:
    shading = OxmlElement("w:shd")
    for name, value in {"val": "clear", "color": "auto", "fill": SHADE}.items():
        shading.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shading)


def _border(made: Table, *, kind: str) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in {
            "val": kind,
            "sz": "6",
            "space": "0",
            "color": RULE,
        }.items():
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    # Where the schema has it: before the layout.
    made._tbl.tblPr.find(qn("w:tblLayout")).addprevious(borders)


# -- the document --


def _forget_the_template(document: Document) -> None:
    """Take out what python-docx's template says of itself: a picture of its page, and that it is in an old format."""
    package = document.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[key]
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def _language(document: Document) -> None:
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), LANGUAGE)
        element.set(qn("w:eastAsia"), LANGUAGE)
    for element in document.settings.element.iter(qn("w:themeFontLang")):
        element.set(qn("w:val"), LANGUAGE)


def _styles(document: Document) -> None:
    styles = document.styles
    normal = styles["Normal"]
    _font(normal, size=11, colour=INK)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = (
        Pt(6),
        1.15,
    )
    for name, size in _SIZES.items():
        _font(styles[name], size=size, colour=_COLOURS[name], bold=True)
        around = styles[name].paragraph_format
        around.space_before, around.space_after, around.keep_with_next = (
            Pt(0 if size == 20 else 14),
            Pt(6),
            True,
        )
    _font(styles["Footer"], size=8.5, colour=GREY)
    for name in (SMALL, HELP):
        _new_style(styles, name, size=9, colour=GREY).paragraph_format.space_after = Pt(
            2
        )
    _new_style(styles, INTRO, size=11, colour=INK)
    for name in (HELP, INTRO):
        styles[name].paragraph_format.keep_with_next = True
    cell = _new_style(styles, CELL, size=10, colour=INK).paragraph_format
    cell.space_after, cell.line_spacing = Pt(2), 1.05
    card = _new_style(styles, CARD, size=12, colour=INK).paragraph_format
    card.alignment, card.space_after = WD_ALIGN_PARAGRAPH.CENTER, Pt(0)
    tight = _new_style(styles, TIGHT, size=4, colour=INK).paragraph_format
    tight.space_after, tight.line_spacing = Pt(0), 1.0
    grid = styles["Table Grid"]
    for line in grid.element.iter(
        *(
            qn(f"w:{side}")
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
    ):
        if line.getparent().tag == qn("w:tblBorders"):
            line.set(qn("w:color"), RULE)
    _cell_margins(grid)


def _cell_margins(grid) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side, twentieths in {
        "top": 60,
        "left": 100,
        "bottom": 60,
        "right": 100,
    }.items():
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twentieths))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    kept = grid.element.find(qn("w:tblPr"))
    for old in kept.findall(qn("w:tblCellMar")):
        kept.remove(old)
    kept.append(margins)


def _new_style(styles, name: str, *, size: float, colour: str):
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = styles["Normal"]
    _font(style, size=size, colour=colour)
    return style


def _font(style, *, size: float, colour: str, bold: bool | None = None) -> None:
    font = style.font
    font.name, font.size, font.bold = FONT, Pt(size), bold
    font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.rPr.rFonts
    # A theme's font goes before a named one.
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]
    fonts.set(qn("w:cs"), FONT)


def _properties(document: Document, about: About) -> None:
    made = datetime.combine(about.made, time(), UTC)
    words = document.core_properties
    words.title, words.subject, words.comments = (
        one_line(about.title),
        one_line(about.source),
        one_line(about.line),
    )
    words.author, words.last_modified_by, words.keywords = "SENCO’s workbook", "", ""
    words.language, words.created, words.modified, words.revision = (
        LANGUAGE,
        made,
        made,
        1,
    )


def _foot(section, about: About) -> None:
    foot = section.footer.paragraphs[0]
    write(foot, one_line(about.line, most=500))
    page = section.footer.add_paragraph(style="Footer")
    page.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for words, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
        page.add_run(words)
        counted = OxmlElement("w:fldSimple")
        counted.set(qn("w:instr"), field)
        run = OxmlElement("w:r")
        text = OxmlElement("w:t")
        text.text = "1"
        run.append(text)
        counted.append(run)
        page._p.append(counted)
