"""The templates of Word and PowerPoint files: the styles that they name, and nothing in them about who made them and where."""

import io
import re
from zipfile import ZipFile

import docx
import pptx
import pytest

from senlib.exports import _docx, _pptx

TEMPLATES = {"base.docx": _docx.TEMPLATE, "base.pptx": _pptx.TEMPLATE}


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_says_who_made_it_and_where(name):
    archive = ZipFile(io.BytesIO(TEMPLATES[name].read_bytes()))
    text = "".join(archive.read(part).decode() for part in archive.namelist())
    assert re.findall(r"[\w.]*(?:/(?:home|Users)/|[A-Z]:\\|file:)[^\"<]*", text) == []
    assert not re.search(r"rsid|docId|printer|thumbnail|<Company>|<Manager>", text)
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    opens = docx.Document if name.endswith("docx") else pptx.Presentation
    properties = opens(io.BytesIO(TEMPLATES[name].read_bytes())).core_properties
    assert properties.author == "SENCO’s workbook" and properties.language == "en-GB"
    assert properties.title == properties.last_modified_by == properties.comments == ""


@pytest.mark.parametrize(
    "style, size, colour, keeps_with_next",
    [
        ("Normal", 11, "1B1B1B", False),
        ("Heading 1", 20, "1B1B1B", True),
        ("Heading 2", 15, "0B5FA5", True),
        ("Heading 3", 12, "1B1B1B", True),
        ("Footer", 8.5, "5F6368", False),
        (_docx.SMALL, 9, "5F6368", False),
        (_docx.HELP, 9, "5F6368", True),
        (_docx.INTRO, 11, "1B1B1B", True),
        (_docx.CELL, 10, "1B1B1B", False),
        (_docx.CARD, 12, "1B1B1B", False),
        (_docx.TIGHT, 4, "1B1B1B", False),
    ],
)
def test_letters_are_plain_and_large_enough(style, size, colour, keeps_with_next):
    styles = docx.Document(io.BytesIO(_docx.TEMPLATE.read_bytes())).styles
    font = styles[style].font
    assert (font.name, font.size.pt, str(font.color.rgb)) == ("Arial", size, colour)
    assert bool(styles[style].paragraph_format.keep_with_next) == keeps_with_next


def test_heads_of_tables_are_bold_on_a_shade_and_stay_with_their_rows():
    document = docx.Document(io.BytesIO(_docx.TEMPLATE.read_bytes()))
    head, table = document.styles[_docx.HEAD], document.styles[_docx.TABLE]
    assert head.base_style.name == _docx.CELL and head.font.bold
    assert head.paragraph_format.keep_with_next
    assert 'w:type="firstRow"' in table.element.xml and "EEF2F6" in table.element.xml
    assert table.base_style.name == _docx.BOX
    names = {style.name for style in document.styles}
    assert {_docx.LINE, _docx.LIST, _docx.CARDS} <= names


def test_layouts_are_wide_and_have_their_places():
    deck = pptx.Presentation(io.BytesIO(_pptx.TEMPLATE.read_bytes()))
    layouts = list(deck.slide_layouts)
    assert [layout.name for layout in layouts] == [
        "Cover",
        "Title and lines",
        "Title, lines and chart",
        "Title and chart",
    ]
    for layout, places in zip(
        layouts, ({0, 1}, {0, 1}, {0, 1, 13}, {0, 13}), strict=True
    ):
        shapes = {one.placeholder_format.idx: one for one in layout.placeholders}
        assert set(shapes) == places | {11, 12}
        assert all(
            shape.left + shape.width <= deck.slide_width for shape in shapes.values()
        )
    lines = layouts[_pptx.LINES].placeholders[1]
    beside = layouts[_pptx.LINES_AND_CHART].placeholders[1]
    assert round(lines.width.inches, 3) == _pptx.WIDTH
    assert round(beside.width.inches, 3) == _pptx.WIDTH_BESIDE_CHART
    assert round(lines.height.inches, 3) == _pptx.HEIGHT
