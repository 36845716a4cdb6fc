"""PowerPoint: titles in their places, charts that open as sheets, notes with times, and text that stays text."""

import io
from datetime import date
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pptx
import pytest
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn

from senlib.exports.about import About
from senlib.exports.slides import Chart, Slide, deck

ABOUT = About(
    title="First session",
    source="Any LEA",
    on=date(2005, 3, 18),
    sample=True,
    hidden="Counts of 1 to 5 are hidden.",
)
TABLE = pd.DataFrame(
    {
        "group": ["Boys, 43 pupils", "=cmd|' /C calc'!A0", "http://x.example\x00"],
        "percent": [44.0, 51.5, None],
        "low": [30.0, 40, None],
        "high": [59.0, 63, None],
        "peers": [60, 61, 62],
    }
)
RATE = Chart(
    kind="bar",
    table=TABLE,
    columns={"group": "Group", "percent": "=With SEN"},
    between={"percent": ("low", "high")},
    says="Boys 44 %.",
    unit="%",
    most=100,
)
BOTH = Chart(
    kind="line",
    table=TABLE,
    columns={"group": "Group", "percent": "With SEN", "peers": "Peers"},
    says="Two lines.",
)
SLIDES = [
    Slide(
        title="Why now?",
        lines=["Who has stopped?", "What lies behind it?"],
        notes="In pairs.",
        minutes=10,
    ),
    Slide(title="Did they get on?", lines=["44 % of the boys"], chart=RATE, minutes=65),
    Slide(title="Beside their peers", chart=BOTH),
    Slide(title="To end with"),
]


def opened(slides=SLIDES, about=ABOUT):
    return pptx.Presentation(io.BytesIO(deck(slides, about=about)))


def kinds(slide):
    return {shape.placeholder_format.type for shape in slide.placeholders}


def charts(presentation):
    return [
        shape
        for slide in presentation.slides
        for shape in slide.shapes
        if shape.has_chart
    ]


def test_titles_stand_in_their_places_on_wide_paper():
    made = opened()
    assert made.slide_width / made.slide_height == pytest.approx(16 / 9, rel=1e-3)
    assert [slide.shapes.title.text for slide in made.slides] == [
        "First session",
        *(slide.title for slide in SLIDES),
    ]
    for slide in made.slides:
        assert {PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER} <= kinds(slide)
        ids = [shape.shape_id for shape in slide.shapes]
        assert len(ids) == len(set(ids))
        for shape in slide.shapes:
            assert (
                shape.left >= 0
                and shape.left + shape.width <= made.slide_width
                and shape.top + shape.height <= made.slide_height
            )
            # No place is left empty: it would say 'click to add text'.
            assert not shape.has_text_frame or shape.text_frame.text


def test_the_cover_says_what_it_is_and_what_was_hidden():
    cover = opened().slides[0]
    lines = cover.placeholders[1].text.split("\n")
    assert lines == [
        "Any LEA",
        "18 March 2005",
        "Sample data: nobody here is real.",
        "Counts of 1 to 5 are hidden.",
    ]
    assert "All together 75 minutes." in cover.notes_slide.notes_text_frame.text


def test_notes_say_how_long_and_when():
    notes = [slide.notes_slide.notes_text_frame.text for slide in opened().slides][1:]
    assert notes == [
        "10 minutes, from 0:00 to 0:10.\nIn pairs.",
        "65 minutes, from 0:10 to 1:15.",
        "No time is set.",
        "No time is set.",
    ]


def test_charts_are_native_and_their_numbers_stand_in_a_sheet_as_text_and_numbers():
    first, second = charts(opened())
    assert first.is_placeholder and second.is_placeholder
    assert [
        first._element.nvGraphicFramePr.cNvPr.get("descr"),
        second._element.nvGraphicFramePr.cNvPr.get("descr"),
    ] == ["Boys 44 %.", "Two lines."]
    plot = first.chart.plots[0]
    assert list(plot.categories) == [
        "Boys, 43 pupils",
        "=cmd|' /C calc'!A0",
        "http://x.example",
    ]
    assert [tuple(series.values) for series in second.chart.plots[0].series] == [
        (44.0, 51.5, None),
        (60.0, 61.0, 62.0),
    ]
    blob = first.chart.part.chart_workbook.xlsx_part.blob
    assert b"<f>" not in b"".join(
        ZipFile(io.BytesIO(blob)).read(name)
        for name in ZipFile(io.BytesIO(blob)).namelist()
    )
    sheet = openpyxl.load_workbook(io.BytesIO(blob))["Sheet1"]
    assert [(cell.value, cell.data_type) for cell in sheet["A"]][1:] == [
        (text, "s") for text in plot.categories
    ]
    assert [cell.value for cell in sheet[1]][1:3] == [
        "=With SEN",
        "=With SEN: up to so much more",
    ]
    assert [cell.value for cell in sheet["B"]][1:] == [44, 51.5, None] and [
        cell.value for cell in sheet["D"]
    ][1:] == [14, 11.5, None]


def test_a_rate_has_its_interval_from_the_same_sheet():
    series = charts(opened())[0].chart.plots[0].series[0]._element
    bars = series.find(qn("c:errBars"))
    assert [reference.text for reference in bars.iter(qn("c:f"))] == [
        "Sheet1!$C$2:$C$4",
        "Sheet1!$D$2:$D$4",
    ]
    assert [float(value.text) for value in bars.find(qn("c:plus")).iter(qn("c:v"))] == [
        15,
        11.5,
    ]
    assert bars.getnext().tag == qn("c:cat")


def test_bars_start_at_nought_and_say_the_first_on_top():
    chart = charts(opened())[0].chart
    assert (chart.value_axis.minimum_scale, chart.value_axis.maximum_scale) == (0, 100)
    assert (
        chart.category_axis.reverse_order
        and not chart.has_title
        and not chart.has_legend
    )
    assert charts(opened())[1].chart.has_legend


def test_lines_that_do_not_fit_go_on_and_none_is_small_or_lost():
    lines = [
        f"{n}. Read the figures pupil by pupil: who stood still over the key stage, and who rose?"
        for n in range(30)
    ]
    made = opened(
        [
            Slide(title="Cards", lines=lines, minutes=5),
            Slide(title="Beside", lines=lines[:9], chart=BOTH),
        ]
    )
    found, sizes = [], set()
    for slide in list(made.slides)[1:]:
        for paragraph in slide.placeholders[1].text_frame.paragraphs:
            found.append(paragraph.text)
            sizes |= {run.font.size.pt for run in paragraph.runs}
    assert found == [*lines, *lines[:9]] and min(sizes) >= 20
    titles = [slide.shapes.title.text for slide in made.slides]
    assert titles[1:3] == ["Cards", "Cards (continued)"] and len(charts(made)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b",
        "a\x0bb",
        "a\u202eb",
        "half \ud83d",
        "<a:t>&",
        "\ufffe",
        "_x000D_",
        "=1+1",
        "y" * 3000,
        "two\nlines",
        "سارة 😀",
    ],
)
def test_any_text_is_text(text):
    held = text.encode("utf-8", "replace").decode()
    chart = Chart(
        kind="bar",
        table=pd.DataFrame({"a": [held], "b": [1]}),
        columns={"a": text, "b": text},
        says=text,
    )
    about = About(title=text, source=text, on=date(2005, 3, 18), hidden=text)
    made = opened(
        [Slide(title=text, lines=[text], notes=text, chart=chart, minutes=1)], about
    )
    kept = [word for word in ("<a:t>&", "=1+1", "_x000D_", "سارة 😀") if word in text]
    body = made.slides[1].placeholders[1].text_frame.text
    assert all(
        word in body and word in made.slides[1].notes_slide.notes_text_frame.text
        for word in kept
    )
    assert not set(body) & set("\x00\u202e\ufffe")


def test_all_of_it_is_marked_as_british_english():
    parts = ZipFile(io.BytesIO(deck(SLIDES, about=ABOUT)))
    for name in parts.namelist():
        if name.endswith(".xml") and name.split("/")[-2:][0] in (
            "slides",
            "notesSlides",
            "slideLayouts",
            "slideMasters",
            "charts",
        ):
            text = parts.read(name).decode()
            assert 'lang="en-US"' not in text, name
    assert "docProps/thumbnail.jpeg" not in parts.namelist() and not [
        name for name in parts.namelist() if "printer" in name
    ]
    words = opened().core_properties
    assert (words.title, words.subject, words.language) == (
        "First session",
        "Any LEA",
        "en-GB",
    )


def test_the_theme_has_the_project_s_colours():
    parts = ZipFile(io.BytesIO(deck(SLIDES, about=ABOUT)))
    theme = parts.read(
        next(name for name in parts.namelist() if name.startswith("ppt/theme/theme1"))
    ).decode()
    assert (
        '<a:accent1><a:srgbClr val="0B5FA5"/>' in theme
        and '<a:accent2><a:srgbClr val="B4540A"/>' in theme
    )
    assert 'typeface="Arial"' in theme
