"""Charts: what a picture shows, on which scale, and that it needs nothing from outside."""

from functools import partial

import pandas as pd
import pytest

from senlib import charts

RATES = pd.DataFrame(
    {
        "percent": [44.0, 0.0, 100.0, float("nan")],
        "low": [30.0, 0.0, 70.0, float("nan")],
        "high": [59.0, 28.0, 100.0, float("nan")],
        "national": [31.0, float("nan"), 50.0, float("nan")],
        "lea": [float("nan"), 3.0, 60.0, float("nan")],
    }
)
LABELS = ["SEN", "no SEN", "<all> & 'x'", "nobody"]


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_rates_stand_on_a_line_from_0_to_100(width):
    figure = charts.rates(
        RATES, labels=LABELS, strong=[True, False, False, False], width=width
    )
    (axes,) = figure.axes
    assert axes.get_xlim() == (0, 100)
    assert axes.get_ylim() == (3.8, -0.5)  # the first row on top
    words = [text.get_text() for text in axes.texts]
    assert {"44 %", "0 %", "100 %", *LABELS} <= set(words)
    # On a narrow screen the key names them: there is no room beside the rows' own labels.
    names = 0 if width.narrow else 2
    assert words.count("England") == names and words.count("LEA") == names
    dots = [
        line.get_xdata()[0] for line in axes.lines if line.get_marker() in ("o", "D")
    ]
    assert dots == [44.0, 0.0, 100.0]


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_others_figures_are_marked_and_named_once(width):
    marks = [float("nan"), 20.0, 30.0, 40.0]
    figure = charts.rates(
        RATES,
        labels=LABELS,
        strong=[True] * 4,
        marks=marks,
        mark="without it",
        width=width,
    )
    (axes,) = figure.axes
    strokes = [
        line.get_xdata()[0] for line in axes.lines if line.get_linewidth() == 2.2
    ]
    assert {20.0, 30.0} <= set(strokes) and 40.0 not in strokes, (
        "none where nothing was measured"
    )
    assert [text.get_text() for text in axes.texts].count("without it") == (
        0 if width.narrow else 1
    )


def test_rows_named_in_two_lines_stand_further_apart():
    one, two = (
        charts.rates(RATES.head(2), labels=labels, strong=[True] * 2)
        for labels in (["A", "B"], ["A", "B\nb"])
    )
    assert two.get_figheight() > one.get_figheight()


def test_shape_tells_groups_apart_and_not_colour_alone():
    (axes,) = charts.rates(RATES.head(2), labels=LABELS[:2], strong=[True, False]).axes
    assert [
        line.get_marker() for line in axes.lines if line.get_marker() in ("o", "D")
    ] == [
        "o",
        "D",
    ]


def test_a_gap_lies_about_the_line_of_no_gap():
    table = pd.DataFrame(
        {"points": [23.4, -10.0], "low": [5.0, -30.0], "high": [40.0, 12.0]}
    )
    for width in (charts.WIDE, charts.NARROW):
        (axes,) = charts.gaps(table, labels=["Alike", "Wherever"], width=width).axes
        words = [text.get_text() for text in axes.texts]
        assert "23 points" in words and "10 points" in words
        dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
        # The line runs from -100 to 100: 50 is no gap.
        assert dots == [50 + 23.4 / 2, 50 - 10 / 2]
        assert "no gap" in [label.get_text() for label in axes.get_xticklabels()]


def test_a_target_met_or_missed_is_said_in_words():
    table = RATES.head(2).assign(target=[40.0, 55.0], met=[True, False])
    (axes,) = charts.scorecard(table, labels=LABELS[:2]).axes
    words = [text.get_text() for text in axes.texts]
    assert "44 %: met" in words and "0 %: not met" in words and "target" in words
    (axes,) = charts.scorecard(
        table, labels=LABELS[:2], states=["higher", "too few"]
    ).axes
    words = [text.get_text() for text in axes.texts]
    assert "44 %: higher" in words and "0 %: too few" in words


def test_svg_for_the_page_has_no_address_no_size_and_escapes_text():
    text = charts.svg(charts.rates(RATES, labels=LABELS, strong=[True] * 4))
    assert text.startswith("<svg ") and "<all>" not in text and "&lt;all&gt;" in text
    assert "<metadata" not in text and "viewBox" in text
    head = text[: text.index(">")]
    assert " width=" not in head and " height=" not in head
    assert "var(--sl-accent, #0b5fa5)" in text
    assert (
        charts.svg(charts.rates(RATES, labels=LABELS, strong=[True] * 4)) == text
    )  # the same picture is the same text


def test_a_chart_is_drawn_once_for_the_same_table_and_words(monkeypatch):
    drawn = []
    monkeypatch.setattr(
        charts, "svg", lambda figure: drawn.append(figure) or str(len(drawn))
    )
    charts._cached_drawing.cache_clear()

    def ask(table=RATES, *, width=charts.WIDE, strong=True):
        return charts.drawn(
            partial(charts.rates, table, labels=LABELS, strong=[strong] * 4),
            width=width,
        )

    assert [
        ask(),
        ask(RATES.copy()),
        ask(width=charts.NARROW),
        ask(strong=False),
        ask(RATES.assign(percent=1.0)),
        ask(),
    ] == list("112341")
    charts._cached_drawing.cache_clear()


def test_what_cannot_be_told_to_be_the_same_is_drawn_anew(monkeypatch):
    drawn = []
    monkeypatch.setattr(charts, "svg", drawn.append)
    for _ in range(2):
        charts.drawn(
            lambda width: charts.rates(
                RATES, labels=LABELS, strong=[True] * 4, width=width
            ),
            width=charts.WIDE,
        )
    assert len(drawn) == 2
