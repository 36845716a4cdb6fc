"""Pictures of provision: what is spent, and how movement is laid on the picture of rates."""

import pandas as pd
import pytest

from senlib import charts, open_sample
from senlib.measures.proportion import rounded
from senlib.measures.provision import GIVEN, movement, spend, standing

SPENT = pd.DataFrame(
    {
        "things": [40, 10, 3, 0],
        "pupils": [34, 1, 3, 0],
        "cost": [12300.0, 4499.5, float("nan"), 0.0],
        "cost_known": [40, 8, 0, 0],
    }
)
LABELS = ["Literacy", "Numeracy", "Behaviour & <pastoral>", "Community"]


def words(figure):
    return [text.get_text().replace("\n", " ") for text in figure.axes[0].texts]


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_bars_stand_on_a_line_from_0_pounds(width):
    (axes,) = charts.spend(SPENT, labels=LABELS, width=width).axes
    assert axes.get_xlim() == (0, 100) and axes.get_ylim() == (
        3.8,
        -0.5,
    )  # the first row on top
    ticks = [label.get_text() for label in axes.get_xticklabels()]
    assert ticks == ["£0", "£10,000", "£20,000"]
    assert [bar.get_x() for bar in axes.patches] == [0, 0, 0, 0]
    assert [round(200 * bar.get_width(), 1) for bar in axes.patches] == [
        12300,
        4499.5,
        0,
        0,
    ]


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_each_bar_says_its_sum_and_its_pupils_and_what_is_missing(width):
    said = words(charts.spend(SPENT, labels=LABELS, width=width))
    assert {
        "£12,300, 34 pupils",
        "at least £4,500, 1 pupil",
        "cost not known, 3 pupils",
        "£0, 0 pupils",
        *LABELS,
    } <= set(said)


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_nothing_is_cut_off_at_the_side(width):
    longest = pd.DataFrame(
        {"things": [900], "pupils": [120], "cost": [40000.0], "cost_known": [800]}
    )
    figure = charts.spend(
        longest, labels=["Community and parents or carers"], width=width
    )
    edges = [text.get_window_extent() for text in figure.axes[0].texts]
    assert (
        min(edge.x0 for edge in edges) >= 0
        and max(edge.x1 for edge in edges) <= figure.bbox.width
    )


@pytest.mark.parametrize("table", [SPENT.iloc[2:3], SPENT.iloc[3:4]])
def test_without_costs_there_is_still_a_picture(table):
    text = charts.svg(charts.spend(table, labels=LABELS[: len(table)]))
    assert text.startswith("<svg ") and "£100" in text


def test_the_measures_tables_fit_the_pictures():
    pupils = standing(open_sample("gcse"))["pupil_id"]
    rows = [
        (pupil, "literacy", "reading", "Reading & <writing>", "JB", 1.0, 300.0)
        for pupil in pupils.head(40)
    ]
    provision = pd.DataFrame(rows, columns=GIVEN)
    costs = spend(provision).iloc[:-1]
    assert "£12,000, 40 pupils" in words(charts.spend(costs, labels=costs["heading"]))
    # No figure for England or the LEA is held of movement.
    rates = movement(open_sample("gcse"), provision).assign(
        national=float("nan"), lea=float("nan")
    )
    figure = charts.rates(
        rates, labels=rates["label"], strong=rates["enough"], axis="moving"
    )
    assert [word for word in words(figure) if word] == [
        "Reading & <writing>",
        f"{rounded(rates['percent'].iloc[0])} %",
    ]
    assert "&lt;writing&gt;" in charts.svg(figure)
