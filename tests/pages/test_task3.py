"""Task 3 with its questions: what it says of a school in which nothing can be measured, and where answers cannot be kept."""

import pytest

from senlib import open_sample
from senlib.pages.task3_ensuring_progress import CriteriaPage
from tests.pages.driving import (
    TROUBLES,
    save,
    small_school,
    without_pictures,
    without_sen,
    words,
    workspace_over,
)


def page_of(workspace):
    page = CriteriaPage(workspace)
    page.header(), page.controls()
    return page, [
        words(piece) for piece in (page.scorecard(), page.subjects(), page.year7())
    ]


@pytest.mark.parametrize(
    "made", [without_sen, small_school], ids=["nobody with SEN", "no results yet"]
)
def test_a_school_in_which_nothing_can_be_measured(tmp_path, made):
    _, told = page_of(workspace_over(tmp_path, made()))
    assert all(told) and "nan" not in " ".join(told).lower().split()


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_the_questions_are_kept_or_refused_in_words(
    tmp_path, monkeypatch, school, trouble, says
):
    workspace = workspace_over(tmp_path, school)
    page, _ = page_of(workspace)
    page.ask("task3.questions")
    asked = page.ask.asked["task3.questions"]
    assert save(asked, "year7", "Two pupils")["kind"] == "saved"
    with trouble(workspace, monkeypatch):
        assert says in save(asked, "year7", "Three pupils")["why"]


@pytest.mark.parametrize(
    "name, asks",
    [
        ("levels", "How many targets are met?"),
        ("gcse", "How many of the figures are met?"),
    ],
)
def test_the_first_heading_asks_what_its_answer_says(tmp_path, monkeypatch, name, asks):
    without_pictures(monkeypatch)
    _, told = page_of(workspace_over(tmp_path, open_sample(name)))
    assert told[0].startswith(f"{asks} Met: ")
