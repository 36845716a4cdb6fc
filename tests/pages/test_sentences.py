"""Sentences: what a page says first, and that it never claims more than the numbers carry."""

import pandas as pd
import pytest

from senlib.frameworks import load
from senlib.pages import sentences

LEVELS, GCSE = load("levels"), load("gcse")


def row(**changes):
    base = {
        "subject": "English",
        "group": "SEN",
        "entry": "3",
        "reach": "5",
        "pupils": 43,
        "without_result": 2,
        "reached": 19,
        "percent": 44.2,
        "low": 30.4,
        "high": 58.9,
        "national": float("nan"),
        "national_year": pd.NA,
        "difference": "",
        "lea": float("nan"),
        "lea_difference": "",
    }
    return pd.Series(base | changes)


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ({}, "No national figure is held for this."),
        (
            {"national": 31.0, "national_year": 2004, "difference": "not clear"},
            "Nationally 31 % (2004): no clear difference, it lies within the likely range.",
        ),
        (
            {"national": 20.0, "national_year": 2004, "difference": "higher"},
            "Nationally 20 % (2004): higher here, by more than chance.",
        ),
        (
            {"national": 70.0, "national_year": 2004, "difference": "lower"},
            "Nationally 70 % (2004): lower here, by more than chance.",
        ),
        (
            {
                "pupils": 9,
                "reached": 4,
                "national": 31.0,
                "national_year": 2004,
                "difference": "not clear",
            },
            "Too few pupils (9) to tell from the national figure, 31 % (2004).",
        ),
        (
            {
                "pupils": 9,
                "reached": 9,
                "national": 31.0,
                "national_year": 2004,
                "difference": "higher",
            },
            "higher here, by more than chance, though 9 are few to judge by.",
        ),
    ],
)
def test_the_end_of_the_answer_says_whether_n_can_tell(changes, ending):
    assert sentences.conversion_answer(
        row(**changes), framework=LEVELS, stage=LEVELS.stage()
    ).endswith(ending)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("not clear", "no clear difference"), ("higher", "higher here"), ("lower", "lower here")],
)
def test_the_lea_s_other_schools_stand_last(verdict, words):
    told = sentences.conversion_answer(
        row(lea=41.5, lea_difference=verdict), framework=LEVELS, stage=LEVELS.stage()
    )
    assert told.endswith(f"The LEA’s other schools: 42 %, {words}.")


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        (
            {},
            "Of 43 pupils with SEN who arrived at level 3 in English, 19 reached level 5 or above: 44 %, likely between 30 and 59 %.",
        ),
        (
            {"pupils": 1, "reached": 1, "group": "all"},
            "Of 1 pupil who arrived at level 3 in English, 1 reached level 5 or above",
        ),
        ({"group": "P"}, "Of 43 pupils (School Action Plus (P)) who arrived"),
        ({"entry": "below 2"}, "Of 43 pupils with SEN who arrived below level 2 in English"),
        ({"entry": "none"}, "Of 43 pupils with SEN whose KS2 result is not known in English"),
        ({"entry": "all"}, "Of 43 pupils with SEN in English, 19"),
        (
            {"pupils": 0, "without_result": 0},
            "There are no pupils with SEN who arrived at level 3 in English.",
        ),
        (
            {"pupils": 0},
            "Of 2 pupils with SEN who arrived at level 3 in English, none has a result.",
        ),
    ],
)
def test_who_is_spoken_of(changes, start):
    assert sentences.conversion_answer(
        row(**changes), framework=LEVELS, stage=LEVELS.stage()
    ).startswith(start)


def test_scores_and_grades_are_named_as_such():
    text = sentences.conversion_answer(
        row(entry="<80", reach="4", group="K"), framework=GCSE, stage=GCSE.stage()
    )
    assert "who arrived with a score below 80" in text and "grade 4 or above" in text


def test_a_gap_is_certain_only_where_its_interval_leaves_out_nothing():
    wide = sentences.peers_answer(
        row(percent=25.0, low=10.0, high=49.0),
        row(group="no SEN", percent=48.0, low=34.0, high=62.0),
        stage=LEVELS.stage(),
    )
    assert "a gap of 23 percentage points. Chance alone could make that" in wide
    narrow = sentences.peers_answer(
        row(percent=25.0, low=22.0, high=28.0),
        row(group="no SEN", percent=48.0, low=45.0, high=51.0),
        stage=LEVELS.stage(),
    )
    assert "That is more than chance would make" in narrow
    other_way = sentences.peers_answer(
        row(percent=50.0), row(group="no SEN", percent=49.0), stage=LEVELS.stage()
    )
    assert "a gap of 1 percentage point in favour of pupils with SEN" in other_way


def criterion(**changes):
    base = {
        "criterion": "gain_sen",
        "subject": "English",
        "pupils": 46,
        "percent": 67.4,
        "low": 52.9,
        "high": 79.1,
        "target": 80.0,
        "met": False,
        "clear": True,
        "more": 6,
    }
    return pd.Series(base | changes)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {},
            "Not met: 6 more pupils would meet it. That is clear: chance alone would not make it.",
        ),
        (
            {"more": 1, "clear": False, "high": 81.0},
            "Not met: 1 more pupil would meet it. With 46 pupils one cannot be sure: the target lies within the likely range.",
        ),
        (
            {"pupils": 3, "met": True, "more": 0},
            "Met. The target lies outside the likely range, but 3 pupils are few to judge by.",
        ),
        ({"percent": float("nan")}, "There are no such pupils, so it cannot be measured."),
        (
            {"target": float("nan")},
            "67 %, likely between 53 and 79 %. No figure to compare with is held.",
        ),
        (
            {"criterion": "attendance_sen", "target": 92.0, "rule": "above", "more": 3},
            "Not met: it would be met if the 3 pupils who attend least came more than 92 % of the time. That is clear: chance alone "
            "would not make it.",
        ),
        (
            {"criterion": "attendance_sen", "target": 92.0, "rule": "at least", "more": 1},
            "Not met: it would be met if the 1 pupil who attends least came 92 % of the time. That is clear: chance alone "
            "would not make it.",
        ),
    ],
)
def test_a_criterion_in_words(changes, text):
    assert sentences.criterion_answer(criterion(**changes)) == text
