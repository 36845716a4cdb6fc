"""Frameworks: what both yardsticks must say of themselves."""

import pytest

from senlib.frameworks import load, names


@pytest.mark.parametrize("name", names())
def test_a_framework_is_whole(name):
    framework = load(name)
    for stage in framework.stages:
        assert set(stage.converted_from) <= set(stage.bands)
        for reach in stage.converted_at:
            assert stage.outcome_scale.lowest(reach) > 0
        assert set(stage.expected) <= set(stage.bands)
    for criterion in framework.criteria:
        assert criterion.source
        assert set(criterion.entry) <= (
            set(framework.stage(criterion.stage).bands) if criterion.stage else set()
        )
        assert set(criterion.subjects) <= set(framework.outcome_subjects())
    tracked = framework.stage(framework.tracking.stage)
    assert {framework.tracking.entry, *framework.tracking.low_entry} <= set(
        tracked.bands
    )
    assert tracked.outcome_scale.lowest(framework.tracking.reach)


def test_every_value_of_an_entry_scale_falls_in_one_band():
    for name in names():
        for stage in load(name).stages:
            for value in stage.entry_scale.values:
                assert stage.band(entry=value.name, points=value.points) in stage.bands
            assert stage.band(entry="", points=float("nan")) == "none"


def test_a_code_is_no_start_unless_it_tells_that_the_pupil_stands_below_the_test():
    for name in names():
        for stage in load(name).stages:
            for code in stage.entry_scale.codes:
                if stage.entry_scale.is_code(code.name):
                    band = stage.band(entry=code.name, points=float("nan"))
                    below = code.kind == "below" and stage.below_band
                    assert band == (stage.below_band if below else "none"), code.name


@pytest.mark.parametrize(
    "entry, band",
    [
        ("B", "below the test"),
        ("BLW", "below the test"),
        ("EM", "below the test"),
        ("PK4", "<80"),
        ("P8", "<80"),
        ("PKG", "<80"),
        ("N", "<80"),
        ("A", "none"),
        ("EXS", "none"),
        ("GDS", "none"),
        ("none", "none"),
        ("<80", "<80"),
    ],
)
def test_below_the_test_is_the_lowest_start_and_a_nominal_score_goes_before_it(
    entry, band
):
    stage = load("gcse").stage("KS4")
    assert stage.band(entry=entry, points=stage.entry_scale.points(entry)) == band
    assert stage.bands[:2] == ("below the test", "<80")


@pytest.mark.parametrize(
    ("points", "band"),
    [
        (59, "<80"),
        (79.5, "<80"),
        (80, "80-89.5"),
        (89.5, "80-89.5"),
        (90, "90-95.5"),
        (95.5, "90-95.5"),
        (96, "96-99.5"),
        (99.5, "96-99.5"),
        (100, "100-102"),
        (102, "100-102"),
        (102.5, "102.5-104.5"),
        (104.5, "102.5-104.5"),
        (105, "105-107"),
        (107, "105-107"),
        (107.5, "107.5-109.5"),
        (109.5, "107.5-109.5"),
        (110, "110-113"),
        (113, "110-113"),
        (113.5, "113.5-116.5"),
        (116.5, "113.5-116.5"),
        (117, "117-120"),
        (120, "117-120"),
    ],
)
def test_the_department_s_bands_below_at_and_above_each_edge(points, band):
    assert load("gcse").stage("KS4").band(entry="", points=points) == band


def test_what_ofsted_suggested_stands_as_it_was_published():
    held = {c.key: (c.target, c.rule) for c in load("levels").criteria}
    assert held == {
        "gain_sen": (80, "at least"),
        "gain_below_2": (34, "at least"),
        "gain_at_2": (55, "at least"),
        "attendance_sen": (92, "above"),
    }


@pytest.mark.parametrize("name", names())
def test_each_criterion_has_a_short_title_of_its_own(name):
    criteria = load(name).criteria
    assert all(0 < len(c.short) < len(c.title) for c in criteria)
    assert len({c.short for c in criteria}) == len(criteria)


def test_what_is_not_there_is_told_with_what_is():
    with pytest.raises(KeyError, match="levels, gcse"):
        load("points")
    with pytest.raises(KeyError, match="KS3, KS4"):
        load("levels").stage("KS2")
