"""The PowerPoint file itself: a plain 16:9 master, its four layouts, and native charts; what stands on slides is for slides.py to say."""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pptx
import xlsxwriter
from lxml import etree
from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.text import PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.presentation import Presentation
from pptx.slide import Slide
from pptx.util import Emu, Inches, Pt

from senlib.text import plain

LANGUAGE, FONT = "en-GB", "Arial"
INK, BLUE, WARM, GREY, LINE = "1B1B1B", "0B5FA5", "B4540A", "5F6368", "D0D4D9"

# 16:9, in inches.
WIDE, HIGH, MARGIN = 13.333, 7.5, 0.65
LEFT_HALF = 4.6
_TITLE, _BODY, _FOOT = (0.45, 1.15), (1.75, 4.85), (6.85, 0.4)
ROOM = _BODY[1]

# Sizes of titles by how many letters they have at the most.
_TITLE_SIZES = ((90, 32), (120, 26), (10_000, 20))

# The layouts that are kept, as python-pptx's own template numbers them.
COVER, LINES, LINES_AND_CHART, CHART = range(4)
_KEPT = (0, 1, 3, 5)
_NAMES = ("Cover", "Title and lines", "Title, lines and chart", "Title and chart")


@dataclass(frozen=True)
class Series:
    """A row of numbers, None where there is none, and how far up and down each may lie, if that is known."""

    name: str
    values: Sequence[float | None]
    up: Sequence[float | None] = ()
    down: Sequence[float | None] = ()


def begin() -> Presentation:
    """A presentation without slides, its master and layouts laid out for 16:9 in the project's colours."""
    made = pptx.Presentation()
    made.slide_width, made.slide_height = Inches(WIDE), Inches(HIGH)
    layouts = list(made.slide_layouts)
    for number, layout in enumerate(layouts):
        if number not in _KEPT:
            made.slide_layouts.remove(layout)
    _theme(made)
    _master(made.slide_master)
    cover, lines, both, chart = (layouts[number] for number in _KEPT)
    for layout, name in zip((cover, lines, both, chart), _NAMES, strict=True):
        layout.name = name
        _drop_dates(layout)
    _place(cover.placeholders[0], MARGIN, 2.2, WIDE - 2 * MARGIN, 1.6)
    _place(cover.placeholders[1], MARGIN, 4.0, WIDE - 2 * MARGIN, 1.8)
    _left(cover.placeholders[1], size=20)
    words, picture = (
        one for one in both.placeholders if one.placeholder_format.idx in (1, 2)
    )
    _place(words, MARGIN, _BODY[0], LEFT_HALF, _BODY[1])
    _into_chart(
        picture, MARGIN + LEFT_HALF + 0.25, WIDE - 2 * MARGIN - LEFT_HALF - 0.25
    )
    alone = copy.deepcopy(picture._element)
    alone.nvSpPr.cNvPr.set("id", "9")
    chart.shapes._spTree.append(alone)
    _into_chart(
        chart.placeholders[len(chart.placeholders) - 1], MARGIN, WIDE - 2 * MARGIN
    )
    # Sizes are set once, on the master and on each slide.
    for name in ("a:lvl1pPr", "a:lvl2pPr"):
        for level in list(both._element.iter(qn(name))):
            level.getparent().remove(level)
    _forget_the_template(made)
    return made


def add_slide(made: Presentation, *, layout: int, title: str, foot: str) -> Slide:
    """A slide with its title in the title's place, and at its foot what the deck is and the slide's number."""
    slide = made.slides.add_slide(made.slide_layouts[layout])
    slide.shapes.title.text = plain(title)
    for run in slide.shapes.title.text_frame.paragraphs[0].runs:
        run.font.size = Pt(
            next(size for most, size in _TITLE_SIZES if len(title) <= most)
        )
    for shape in made.slide_layouts[layout].placeholders:
        kind = shape._element.nvSpPr.nvPr.find(qn("p:ph")).get("type")
        if kind in ("ftr", "sldNum"):
            ours = copy.deepcopy(shape._element)
            slide.shapes._spTree.append(ours)
            ours.nvSpPr.cNvPr.set("id", str(100 + (kind == "ftr")))
            if kind == "ftr":
                _write_foot(slide.shapes[-1].text_frame, foot)
    return slide


def _write_foot(frame, foot: str) -> None:
    # Said again here, for LibreOffice does not look it up on the master.
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text, run.font.size, run.font.name = plain(foot), Pt(12), FONT


def write_lines(slide: Slide, lines: Sequence[str], *, size: int) -> None:
    """Lines in the body's place, one paragraph each."""
    if not lines:
        slide.placeholders[1]._element.getparent().remove(
            slide.placeholders[1]._element
        )
        return
    frame = slide.placeholders[1].text_frame
    for number, line in enumerate(lines):
        paragraph = frame.add_paragraph() if number else frame.paragraphs[0]
        run = paragraph.add_run()
        run.text = plain(line).replace("\n", " ")
        run.font.size = Pt(size)


def write_notes(slide: Slide, text: str) -> None:
    """What the speaker sees."""
    slide.notes_slide.notes_text_frame.text = plain(text)


def add_chart(
    slide: Slide,
    *,
    kind: str,
    labels: Sequence[str],
    series: Sequence[Series],
    says: str,
    unit: str,
    most: float | None,
) -> None:
    """A native chart in the chart's place: PowerPoint opens its numbers in a sheet. `says` tells it to those who do not see it."""
    labels = [plain(label) for label in labels]
    data = CategoryChartData(number_format=f'0" {unit}"' if unit else "General")
    data.categories = labels
    for one in series:
        data.add_series(plain(one.name), list(one.values))
    place = next(
        one
        for one in slide.placeholders
        if one.placeholder_format.type is not None and hasattr(one, "insert_chart")
    )
    kinds = {"bar": XL_CHART_TYPE.BAR_CLUSTERED, "line": XL_CHART_TYPE.LINE_MARKERS}
    frame = place.insert_chart(kinds[kind], data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", plain(says))
    chart = frame.chart
    _look(
        chart,
        kind=kind,
        many=len(series) > 1,
        most=most,
        intervals=any(one.up for one in series),
    )
    column = 1 + len(series)
    for drawn, one in zip(chart.plots[0].series, series, strict=True):
        if one.up:
            _interval(drawn._element, one, column=column, rows=len(labels))
            column += 2
    # python-pptx's sheet would make formulas of texts that begin with =.
    _language(chart._chartSpace)
    chart.part.chart_workbook.update_from_xlsx_blob(_numbers(labels, series))


def saved(made: Presentation) -> bytes:
    """The file, every text in it marked as British English."""
    slides = [
        *made.slides,
        *(slide.notes_slide for slide in made.slides if slide.has_notes_slide),
    ]
    for part in (made, made.slide_master, *made.slide_layouts, *slides):
        _language(part._element)
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


# -- charts --


def _look(
    chart: Chart, *, kind: str, many: bool, most: float | None, intervals: bool
) -> None:
    chart.has_title = False
    chart.font.size, chart.font.name = Pt(16), FONT
    chart.has_legend = many
    if many:
        chart.legend.position, chart.legend.include_in_layout = (
            XL_LEGEND_POSITION.BOTTOM,
            False,
        )
    across, up = chart.category_axis, chart.value_axis
    up.minimum_scale = 0
    if most is not None:
        up.maximum_scale = most
    up.major_gridlines.format.line.color.rgb = _colour(LINE)
    up.format.line.fill.background()
    up.major_tick_mark = across.major_tick_mark = XL_TICK_MARK.NONE
    across.format.line.color.rgb = _colour(GREY)
    plot = chart.plots[0]
    if kind == "bar":
        # As one reads: the first on top, its scale below.
        across.reverse_order = True
        up._element.find(qn("c:crosses")).set("val", "max")
        plot.gap_width, plot.overlap = 60, -10
    plot.has_data_labels = not intervals
    if not intervals:
        plot.data_labels.position = (
            XL_LABEL_POSITION.OUTSIDE_END if kind == "bar" else XL_LABEL_POSITION.ABOVE
        )
        plot.data_labels.font.size, plot.data_labels.show_value = Pt(16), True
    for number, one in enumerate(plot.series):
        colour = _colour((BLUE, WARM, GREY, INK)[number % 4])
        if kind == "bar":
            one.format.fill.solid()
            one.format.fill.fore_color.rgb = colour
        else:
            one.smooth = False
            one.format.line.color.rgb, one.format.line.width = colour, Pt(3)
            one.marker.size = 9
            one.marker.format.fill.solid()
            one.marker.format.fill.fore_color.rgb = one.marker.format.line.color.rgb = (
                colour
            )


def _colour(name: str):
    return pptx.dml.color.RGBColor.from_string(name)


def _interval(drawn, one: Series, *, column: int, rows: int) -> None:
    """Bars of uncertainty, their lengths kept in the chart's own sheet."""
    held = etree.SubElement(drawn, qn("c:errBars"))
    drawn.find(qn("c:cat")).addprevious(held)
    for name, value in (
        ("errBarType", "both"),
        ("errValType", "cust"),
        ("noEndCap", "0"),
    ):
        etree.SubElement(held, qn(f"c:{name}")).set("val", value)
    for at, (name, values) in enumerate(
        (("plus", one.up), ("minus", one.down)), start=column
    ):
        reference = etree.SubElement(
            etree.SubElement(held, qn(f"c:{name}")), qn("c:numRef")
        )
        letter = chr(ord("A") + at)
        etree.SubElement(
            reference, qn("c:f")
        ).text = f"Sheet1!${letter}$2:${letter}${rows + 1}"
        cache = etree.SubElement(reference, qn("c:numCache"))
        etree.SubElement(cache, qn("c:formatCode")).text = "General"
        etree.SubElement(cache, qn("c:ptCount")).set("val", str(rows))
        for row, value in enumerate(values):
            if value is not None:
                point = etree.SubElement(cache, qn("c:pt"))
                point.set("idx", str(row))
                etree.SubElement(point, qn("c:v")).text = repr(float(value))
    line = etree.SubElement(etree.SubElement(held, qn("c:spPr")), qn("a:ln"))
    line.set("w", str(Pt(2.25)))
    etree.SubElement(etree.SubElement(line, qn("a:solidFill")), qn("a:srgbClr")).set(
        "val", INK
    )


def _numbers(labels: Sequence[str], series: Sequence[Series]) -> bytes:
    """The sheet behind a chart, where python-pptx says that it is: labels in column A, a series in each of the next."""
    columns = [(plain(one.name), one.values) for one in series]
    for one in series:
        if one.up:
            columns += [
                (f"{plain(one.name)}: up to so much more", one.up),
                (f"{plain(one.name)}: down to so much less", one.down),
            ]
    held = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(held, options) as book:
        sheet = book.add_worksheet("Sheet1")
        for row, label in enumerate(labels, start=1):
            sheet.write_string(row, 0, label)
        for column, (name, values) in enumerate(columns, start=1):
            sheet.write_string(0, column, name)
            for row, value in enumerate(values, start=1):
                if value is not None:
                    sheet.write_number(row, column, float(value))
    return held.getvalue()


# -- master and layouts --


def _theme(made: Presentation) -> None:
    part = made.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme = part.blob.decode("utf-8")
    colours = {
        "dk1": INK,
        "lt1": "FFFFFF",
        "dk2": BLUE,
        "lt2": "EEF2F6",
        "accent1": BLUE,
        "accent2": WARM,
        "accent3": GREY,
    }
    colours |= {"accent4": INK, "hlink": BLUE, "folHlink": GREY}
    for name, colour in colours.items():
        theme = re.sub(
            rf"(<a:{name}>).*?(</a:{name}>)",
            rf'\g<1><a:srgbClr val="{colour}"/>\g<2>',
            theme,
        )
    theme = theme.replace(
        '<a:latin typeface="Calibri"/>', f'<a:latin typeface="{FONT}"/>'
    )
    part._blob = theme.encode("utf-8")


def _master(master) -> None:
    _drop_dates(master)
    inner = WIDE - 2 * MARGIN
    places = {
        "title": (MARGIN, _TITLE[0], inner, _TITLE[1]),
        "body": (MARGIN, _BODY[0], inner, _BODY[1]),
        "ftr": (MARGIN, _FOOT[0], inner - 1.5, _FOOT[1]),
        "sldNum": (WIDE - MARGIN - 1.3, _FOOT[0], 1.3, _FOOT[1]),
    }
    for shape in master.placeholders:
        kind = shape._element.nvSpPr.nvPr.find(qn("p:ph")).get("type")
        _place(shape, *places[kind])
        if kind == "ftr":
            _left(shape, size=12)
    styles = master._element.find(qn("p:txStyles"))
    title = styles.find(qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    title.set("algn", "l")
    title.find(qn("a:defRPr")).attrib.update({"sz": "3200", "b": "1"})
    styles.find(qn("p:bodyStyle")).find(qn("a:lvl1pPr")).find(qn("a:defRPr")).set(
        "sz", "2400"
    )
    # Grey enough to be read: the template thins its foot out.
    for tint in list(master._element.iter(qn("a:tint"))):
        tint.getparent().remove(tint)


def _place(shape, left: float, top: float, width: float, height: float) -> None:
    shape.left, shape.top, shape.width, shape.height = (
        Emu(Inches(value)) for value in (left, top, width, height)
    )


def _left(shape, *, size: int) -> None:
    """Text to the left, in one size, in ink."""
    for level in shape._element.txBody.iter(qn("a:lvl1pPr")):
        level.set("algn", "l")
        words = level.find(qn("a:defRPr"))
        words.set("sz", str(size * 100))
        for tint in list(words.iter(qn("a:tint"))):
            tint.getparent().remove(tint)


def _into_chart(shape, left: float, width: float) -> None:
    """Make of a layout's place one for a chart."""
    place = shape._element.nvSpPr.nvPr.find(qn("p:ph"))
    place.attrib.pop("sz", None)
    place.set("type", "chart")
    place.set("idx", "13")
    shape._element.nvSpPr.cNvPr.set("name", "Chart Placeholder")
    _place(shape, left, _BODY[0], width, _BODY[1])


def _drop_dates(layout) -> None:
    """The date stands in the foot: a deck's own, not that of the day it is shown on."""
    for shape in list(layout.placeholders):
        if shape._element.nvSpPr.nvPr.find(qn("p:ph")).get("type") == "dt":
            shape._element.getparent().remove(shape._element)


def _forget_the_template(made: Presentation) -> None:
    """Take out what python-pptx's template brings along: a picture of its first slide, and somebody's printer."""
    for part in (made.part.package, made.part):
        rels = part._rels
        for key, relation in list(rels.items()):
            if relation.reltype in (
                RELATIONSHIP_TYPE.THUMBNAIL,
                RELATIONSHIP_TYPE.PRINTER_SETTINGS,
            ):
                rels.pop(key)


def _language(element) -> None:
    for name in ("a:rPr", "a:defRPr", "a:endParaRPr"):
        for words in element.iter(qn(name)):
            if name != "a:defRPr" or words.get("lang"):
                words.set("lang", LANGUAGE)
    for run in list(element.iter(qn("a:r"))):
        run.get_or_add_rPr().set("lang", LANGUAGE)
