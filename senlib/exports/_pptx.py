"""The PowerPoint file itself, from base.pptx: its four layouts, and native charts; what stands on slides is for slides.py to say.

Colours, letters and places stand in the master and the layouts of base.pptx, which PowerPoint and LibreOffice open and change.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import cycle
from typing import NamedTuple

import pandas as pd
import pptx
import xlsxwriter
from pptx.chart.chart import Chart as NativeChart
from pptx.chart.data import CategoryChartData
from pptx.chart.plot import BarPlot, LinePlot
from pptx.chart.series import BarSeries, LineSeries
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_TICK_MARK,
)
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.oxml.xmlchemy import BaseOxmlElement
from pptx.presentation import Presentation
from pptx.slide import Slide
from pptx.util import Pt

from senlib.exports.excel import PLAIN_TEXT
from senlib.text import plain

TEMPLATE = files(__package__).joinpath("base.pptx")

LANGUAGE, FONT = "en-GB", "Arial"
INK, BLUE, WARM, GREY, LINE = "1B1B1B", "0B5FA5", "B4540A", "5F6368", "D0D4D9"

# The template's layouts, in its order, and the numbers of the places in them.
COVER, LINES, LINES_AND_CHART, CHART = range(4)
_BODY, _FOOT, _NUMBER, _CHART = 1, 11, 12, 13

# The place of lines on a slide, beside a chart and without one, in inches.
WIDTH, WIDTH_BESIDE_CHART, HEIGHT = 12.033, 4.6, 4.85

# Sizes of titles by how many letters they have at the most.
_TITLE_SIZES = ((90, 32), (120, 26), (10_000, 20))

_CHART_LETTERS = Pt(16)
_KINDS = {"bar": XL_CHART_TYPE.BAR_CLUSTERED, "line": XL_CHART_TYPE.LINE_MARKERS}

# Bars of uncertainty, which python-pptx does not draw; their lengths stand in the chart's own sheet.
_INTERVAL = f"""
<c:errBars {nsdecls("c", "a")}>
  <c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>
  <c:plus>{{up}}</c:plus><c:minus>{{down}}</c:minus>
  <c:spPr>
    <a:ln w="{Pt(2.25)}"><a:solidFill><a:srgbClr val="{INK}"/></a:solidFill></a:ln>
  </c:spPr>
</c:errBars>"""
_LENGTHS = """
<c:numRef>
  <c:f>Sheet1!${column}$2:${column}${last}</c:f>
  <c:numCache>
    <c:formatCode>General</c:formatCode><c:ptCount val="{count}"/>{points}
  </c:numCache>
</c:numRef>"""
_POINT = '<c:pt idx="{row}"><c:v>{value!r}</c:v></c:pt>'

Numbers = Sequence[float | None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Chart:
    """A chart from a table: `columns` names its columns and their headings, first the labels, then a series each.

    `kind` is 'bar' or 'line'. `between` names for a series the columns of the values between which it likely lies. `says` tells the
    chart to those who do not see it. `unit` stands after each number, and `most` is where the scale ends.
    """

    kind: str
    table: pd.DataFrame
    columns: Mapping[str, str]
    says: str
    between: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    unit: str = ""
    most: float | None = None


class Series(NamedTuple):
    """A row of numbers, None where there is none, and how far up and down each may lie, if that is known."""

    name: str
    values: Numbers
    up: Numbers = ()
    down: Numbers = ()


class SheetColumn(NamedTuple):
    """A column of the sheet behind a chart."""

    head: str
    values: Numbers


def begin() -> Presentation:
    """A presentation without slides, 16:9."""
    template = io.BytesIO(TEMPLATE.read_bytes())
    return pptx.Presentation(template)


def add_slide(deck: Presentation, *, layout: int, title: str, foot: str) -> Slide:
    """A slide with its title in the title's place, and at its foot what the deck is and the slide's number."""
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    slide.shapes.title.text = plain(title)
    size = next(size for most, size in _TITLE_SIZES if len(title) <= most)
    frame = slide.shapes.title.text_frame
    for run in frame.paragraphs[0].runs:
        run.font.size = Pt(size)
    # python-pptx leaves the foot of a layout out.
    for place in (_FOOT, _NUMBER):
        shape = deck.slide_layouts[layout].placeholders.get(place)
        assert shape is not None, "each layout of the template has it"
        element = copy.deepcopy(shape.element)
        element.nvSpPr.cNvPr.set("id", f"{100 + place}")
        slide.shapes._spTree.append(element)
    slide.placeholders[_FOOT].text = plain(foot)
    return slide


def write_lines(slide: Slide, lines: Sequence[str], *, size: int) -> None:
    """Lines in the body's place, one paragraph each; without any the place goes, for it would say 'click to add text'."""
    place = slide.placeholders[_BODY]
    if not lines:
        place.element.getparent().remove(place.element)
        return
    frame = place.text_frame
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0]
        if number:
            paragraph = frame.add_paragraph()
        run = paragraph.add_run()
        run.text = plain(line).replace("\n", " ")
        run.font.size = Pt(size)


def write_notes(slide: Slide, text: str) -> None:
    """What the speaker sees."""
    frame = slide.notes_slide.notes_text_frame
    assert frame is not None, "python-pptx's own page of notes has it"
    frame.text = plain(text)


def add_chart(slide: Slide, chart: Chart) -> None:
    """A native chart in the chart's place: PowerPoint opens its numbers in a sheet."""
    first, *others = chart.columns
    names = chart.table[first]
    labels = ["" if pd.isna(name) else plain(str(name)) for name in names]
    series = [_series(chart, key) for key in others]
    number_format = f'0" {chart.unit}"' if chart.unit else "General"
    data = CategoryChartData(number_format=number_format)
    data.categories = labels
    for one in series:
        data.add_series(one.name, list(one.values))
    place = slide.placeholders[_CHART]
    frame = place.insert_chart(_KINDS[chart.kind], data)
    properties = frame.element.nvGraphicFramePr.cNvPr
    properties.set("descr", plain(chart.says))
    native = frame.chart
    plot = native.plots[0]
    _set_axes(native, chart)
    _set_legend(native, several=len(series) > 1)
    _set_labels(plot, intervals=any(one.up for one in series))
    columns = [SheetColumn(one.name, one.values) for one in series]
    colours = cycle([BLUE, WARM, GREY, INK])
    for drawn, one, colour in zip(plot.series, series, colours, strict=False):
        _set_colour(drawn, colour)
        if one.up:
            up = SheetColumn(f"{one.name}: up to so much more", one.up)
            down = SheetColumn(f"{one.name}: down to so much less", one.down)
            categories = drawn._element.find(qn("c:cat"))
            bars = _interval(up, down, len(columns) + 1)
            categories.addprevious(bars)
            columns += [up, down]
    _mark_language(native._chartSpace)
    # python-pptx's sheet would make formulas of texts that begin with =.
    native.part.chart_workbook.update_from_xlsx_blob(_sheet(labels, columns))


def saved(deck: Presentation) -> bytes:
    """The file, every text in it marked as British English."""
    for slide in deck.slides:
        _mark_language(slide.element)
        _mark_language(slide.notes_slide.element)
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _series(chart: Chart, key: str) -> Series:
    name = plain(chart.columns[key])
    values = _numbers(chart.table[key])
    if key not in chart.between:
        return Series(name, values)
    lowest, highest = chart.between[key]
    up = _numbers(chart.table[highest] - chart.table[key])
    down = _numbers(chart.table[key] - chart.table[lowest])
    return Series(name, values, up, down)


def _numbers(column: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in column]


def _set_axes(native: NativeChart, chart: Chart) -> None:
    categories, values = native.category_axis, native.value_axis
    values.minimum_scale, values.maximum_scale = 0, chart.most
    gridlines = values.major_gridlines.format.line
    gridlines.color.rgb = RGBColor.from_string(LINE)
    values.format.line.fill.background()
    axis = categories.format.line
    axis.color.rgb = RGBColor.from_string(GREY)
    values.major_tick_mark = categories.major_tick_mark = XL_TICK_MARK.NONE
    if chart.kind == "bar":
        # As one reads: the first on top, its scale below.
        categories.reverse_order = True
        crosses = values._element.find(qn("c:crosses"))
        crosses.set("val", "max")


def _set_legend(chart: NativeChart, *, several: bool) -> None:
    chart.has_title = False
    chart.font.size, chart.font.name = _CHART_LETTERS, FONT
    chart.has_legend = several
    if several:
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False


def _set_labels(plot: BarPlot | LinePlot, *, intervals: bool) -> None:
    """A number at each point; none where there are intervals, on which it would lie."""
    position = XL_LABEL_POSITION.ABOVE
    if isinstance(plot, BarPlot):
        position = XL_LABEL_POSITION.OUTSIDE_END
        plot.gap_width, plot.overlap = 60, -10
    plot.has_data_labels = not intervals
    if not intervals:
        plot.data_labels.position = position
        plot.data_labels.font.size = _CHART_LETTERS
        plot.data_labels.show_value = True


def _set_colour(series: BarSeries | LineSeries, name: str) -> None:
    colour = RGBColor.from_string(name)
    fills = series.format.fill
    if isinstance(series, LineSeries):
        series.smooth = False
        line = series.format.line
        line.color.rgb = colour
        line.width = Pt(3)
        series.marker.size = 9
        series.marker.format.line.color.rgb = colour
        fills = series.marker.format.fill
    fills.solid()
    fills.fore_color.rgb = colour


def _interval(up: SheetColumn, down: SheetColumn, place: int) -> BaseOxmlElement:
    """Bars of uncertainty whose lengths stand in the sheet's column `place`, counted from 0, and the next."""
    longer, shorter = _lengths(up, place), _lengths(down, place + 1)
    return parse_xml(_INTERVAL.format(up=longer, down=shorter))


def _lengths(column: SheetColumn, place: int) -> str:
    points = [
        _POINT.format(row=row, value=float(value))
        for row, value in enumerate(column.values)
        if value is not None
    ]
    return _LENGTHS.format(
        column=chr(ord("A") + place),
        last=len(column.values) + 1,
        count=len(column.values),
        points="".join(points),
    )


def _sheet(labels: Sequence[str], columns: Sequence[SheetColumn]) -> bytes:
    """The sheet behind a chart, where python-pptx says that it is: labels in column A, a series in each of the next."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, PLAIN_TEXT) as book:
        sheet = book.add_worksheet("Sheet1")
        for row, label in enumerate(labels, start=1):
            sheet.write_string(row, 0, label)
        for place, column in enumerate(columns, start=1):
            sheet.write_string(0, place, column.head)
            for row, value in enumerate(column.values, start=1):
                if value is not None:
                    sheet.write_number(row, place, float(value))
    return file.getvalue()


def _mark_language(element: BaseOxmlElement) -> None:
    for run in list(element.iter(qn("a:r"))):
        run.get_or_add_rPr().set("lang", LANGUAGE)
    for name in ("a:rPr", "a:endParaRPr"):
        for properties in element.iter(qn(name)):
            properties.set("lang", LANGUAGE)
