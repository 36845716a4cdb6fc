"""Sentences: what a page says first, and that it never claims more than the numbers carry."""

import pandas as pd
import pytest

from senlib.frameworks import load
from senlib.pages.kit import sentences
from senlib.pages.task3_ensuring_progress.criteria_words import criterion_answer

LEVELS, GCSE = load("levels"), load("gcse")


def row(**changes):
    base = {
        "subject": "English",
        "cohort": 2004,
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


WITH_ENGLAND = {"expected_percent": 31.0, "expected_year": 2004}


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ({}, "No national figure is held for this."),
        (
            WITH_ENGLAND | {"difference": "not clear"},
            "Pupils with SEN in England with that start: 31 % (2004). No clear difference.",
        ),
        (WITH_ENGLAND | {"difference": "higher"}, "31 % (2004). Clearly higher here."),
        (WITH_ENGLAND | {"difference": "lower"}, "31 % (2004). Clearly lower here."),
        (
            WITH_ENGLAND | {"pupils": 9, "reached": 4, "difference": "not clear"},
            "31 % (2004). No clear difference: 9 pupils are too few to judge by.",
        ),
        (
            WITH_ENGLAND | {"pupils": 9, "reached": 9, "difference": "higher"},
            "31 % (2004). Higher here, but 9 pupils are too few to judge by.",
        ),
        # Row 9: another year's figure is shown with its year, and not judged by.
        (
            WITH_ENGLAND | {"expected_year": 2007},
            "with that start: 31 % (2007). That is another summer, so we do not judge by it.",
        ),
        (
            WITH_ENGLAND | {"cohort": 2021, "expected_year": 2021},
            "31 % (2021). Teachers gave the grades that summer, so we do not judge by it.",
        ),
        (
            WITH_ENGLAND | {"cohort": pd.NA},
            "31 % (2004). We do not know the summer of these results, so we do not judge by it.",
        ),
        (
            WITH_ENGLAND | {"entry": "all", "difference": "not clear", "left_out": 1},
            "Pupils with SEN in England who started where they did: 31 % (2004). No clear difference. "
            "1 more, whose start is not known, is left out.",
        ),
        (
            {
                "entry": "all",
                "national": 33.0,
                "national_year": 2004,
                "difference": "higher",
            },
            "Pupils with SEN in England, wherever they started: 33 % (2004). Clearly higher here.",
        ),
        # Row 12: a figure that was typed in says whose it is.
        (
            {
                "typed": 28.0,
                "typed_whose": "your LEA",
                "typed_year": 2004,
                "typed_difference": "not clear",
            },
            "No national figure is held for this. Your LEA: 28 % (2004, typed in). No clear difference.",
        ),
        (
            {
                "typed": 28.0,
                "typed_whose": "similar schools",
                "typed_year": 2003,
                "typed_difference": "",
            },
            "Similar schools: 28 % (2003, typed in). That is another summer, so we do not judge by it.",
        ),
    ],
)
def test_the_end_of_the_answer_says_whether_n_can_tell(changes, ending):
    assert sentences.conversion_answer(
        row(**changes), framework=LEVELS, stage=LEVELS.stage()
    ).endswith(ending)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("not clear", "No clear difference"),
        ("higher", "Clearly higher here"),
        ("lower", "Clearly lower here"),
    ],
)
def test_the_lea_s_other_schools_stand_last(verdict, words):
    told = sentences.conversion_answer(
        row(lea=41.5, lea_difference=verdict), framework=LEVELS, stage=LEVELS.stage()
    )
    assert told.endswith(f"The LEA’s other schools: 42 %. {words}.")


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
        (
            {"entry": "below 2"},
            "Of 43 pupils with SEN who arrived below level 2 in English",
        ),
        (
            {"entry": "none"},
            "Of 43 pupils with SEN whose KS2 result is not known in English",
        ),
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
    assert "a gap of 23 points. That is not clear: the true gap may be" in wide
    narrow = sentences.peers_answer(
        row(percent=25.0, low=22.0, high=28.0),
        row(group="no SEN", percent=48.0, low=45.0, high=51.0),
        stage=LEVELS.stage(),
    )
    assert "That is clear: the true gap is likely between" in narrow
    other_way = sentences.peers_answer(
        row(percent=50.0), row(group="no SEN", percent=49.0), stage=LEVELS.stage()
    )
    assert "a gap of 1 point more with SEN" in other_way


def criterion(**changes):
    base = {
        "criterion": "gain_sen",
        "subject": "English",
        "pupils": 46,
        "percent": 67.4,
        "low": 52.9,
        "high": 79.1,
        "target": 80.0,
        "target_year": pd.NA,
        "judged": True,
        "difference": "lower",
        "left_out": 0,
        "rule": "at least",
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
            "Not met: 6 more pupils would meet it. That is clear.",
        ),
        (
            {"more": 1, "clear": False, "high": 81.0},
            "Not met: 1 more pupil would meet it. That is not clear: the target lies within the likely range.",
        ),
        (
            {"pupils": 3, "met": True, "more": 0},
            "Met. The target lies outside the likely range, but 3 pupils are too few to judge by.",
        ),
        (
            {"percent": float("nan")},
            "There are no such pupils, so it cannot be measured.",
        ),
        (
            {"target": float("nan"), "judged": False, "difference": ""},
            "No national figure is held for this.",
        ),
        (
            {"criterion": "attendance_sen", "target": 92.0, "rule": "above", "more": 3},
            "Not met: it would be met if the 3 pupils who attend least came more than 92 % of the time. That is clear.",
        ),
        (
            {
                "criterion": "attendance_sen",
                "target": 92.0,
                "rule": "at least",
                "more": 1,
            },
            "Not met: it would be met if the 1 pupil who attends least came 92 % of the time. That is clear.",
        ),
    ],
)
def test_a_criterion_in_words(changes, text):
    assert criterion_answer(criterion(**changes), framework=LEVELS) == text
