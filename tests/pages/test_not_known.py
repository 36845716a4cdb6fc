"""What pages say where something is not known: the start, the SEN code, the date of a level, the end of a key stage."""

import re

from senlib.pages.governors import GovernorsPage
from senlib.pages.governors.caveats import NO_RESULTS, SEN_UNKNOWN, TOO_FEW
from senlib.pages.kit.pupil_names import token
from senlib.pages.pupil import PupilPage
from senlib.pages.task1_conversion_data import ConversionPage
from senlib.pages.task4_level3_to_5 import TrackingPage
from senlib.pages.task4_level3_to_5.question import UNJUDGED
from senlib.pages.task5_interventions import InterventionsPage
from tests.measures.schools import school
from tests.pages.driving import workspace_over

MATHS, ENGLISH = "Mathematics", "English Language"
NO_TESTS = "no key stage 2 tests in 2020 and 2021"


def leavers(
    summer, *, pupils=80, starts=False, sen=lambda n: "K" if n % 2 else "N", year=2027
):
    """Leavers with grades in both core subjects: pupils with SEN mostly 3, others mostly 5."""
    people = [
        {"pupil_id": str(n), "sen_provision": sen(n), "ks4_year": str(summer)}
        for n in range(pupils)
    ]
    grades = [
        (str(n), "KS4", subject, "test", "5" if (n % 2 == 0) ^ (n % 5 == 0) else "3")
        for n in range(pupils)
        for subject in (MATHS, ENGLISH)
    ]
    entries = [
        (str(n), "KS2", "Prior attainment", "test", "98")
        for n in range(pupils)
        if starts
    ]
    return school("gcse", people, [*entries, *grades], year=year)


def words(*pieces):
    return " ".join(re.sub(r"<[^>]+>", " ", piece.value) for piece in pieces).replace(
        "\xa0", " "
    )


def test_governors_are_told_why_there_is_no_start_and_attainment_stands_alone(tmp_path):
    page = GovernorsPage(workspace_over(tmp_path, leavers(2026)))
    told = words(page.progress())
    assert NO_RESULTS not in told and NO_TESTS in told
    england = words(page.england())
    assert NO_RESULTS not in england and (
        "This workbook has no figure of England for pupils with SEN in summer 2026"
        in england
    )
    assert (
        "lear difference" not in england
        and "That is clear" not in england
        and "40" in england
    )
    assert page.paper()


def test_beside_england_of_the_same_year_attainment_without_a_start_stands(tmp_path):
    page = GovernorsPage(workspace_over(tmp_path, leavers(2024)))
    told = words(page.england())
    assert "England" in told and "(2024)" in told and "wherever they started" in told
    assert "Where most pupils started is not known" in words(page.progress())


def test_task_1_gives_no_verdict_where_starts_are_not_known(tmp_path):
    page = ConversionPage(workspace_over(tmp_path, leavers(2026)))
    for entry in ("none", "all"):
        page.choices.entry.value = entry
        told = words(page.answer(), page.peers())
        assert NO_TESTS in told and "in England who started" not in told
        assert "Clearly higher here" not in told and "Clearly lower here" not in told
        assert "That is clear:" not in told and "No clear difference." not in told
        assert "From none" not in told


def test_with_starts_the_verdicts_are_there(tmp_path):
    page = ConversionPage(workspace_over(tmp_path, leavers(2024, starts=True)))
    page.choices.entry.value = "96-99.5"
    told = words(page.answer(), page.peers())
    assert "clear" in told and "Pupils with SEN in England with that start" in told
    assert NO_TESTS not in told


def test_many_without_an_sen_code_are_told_in_place_of_too_few(tmp_path):
    blank = leavers(2024, starts=True, sen=lambda n: "K" if n % 2 else "")
    workspace = workspace_over(tmp_path, blank)
    page = GovernorsPage(workspace)
    for piece in (page.progress(), page.england(), page.absence(), page.attendance()):
        assert SEN_UNKNOWN in words(piece) and TOO_FEW not in words(piece)
    task1 = ConversionPage(workspace)
    for piece in (task1.answer(), task1.peers()):
        assert "Of 80 pupils here 40 have no SEN code" in words(piece)
    few = leavers(2024, starts=True, sen=lambda n: "K" if n % 2 else "N" if n else "")
    workspace = workspace_over(tmp_path / "few", few)
    assert SEN_UNKNOWN not in words(GovernorsPage(workspace).progress())
    assert "no SEN code" not in words(ConversionPage(workspace).answer())


def test_task_1_tells_who_left_and_who_has_another_qualification(tmp_path):
    people = [
        {
            "pupil_id": str(n),
            "sen_provision": "K",
            "ks4_year": "2024",
            "on_roll": "N" if n == 9 else "Y",
        }
        for n in range(10)
    ]
    results = [(str(n), "KS4", MATHS, "test", "E3" if n < 3 else "4") for n in range(9)]
    results += [
        ("0", "KS2", "Reading", "test", "82"),
        ("1", "KS2", "Reading", "test", "B"),
    ]
    results += [("1", "KS2", MATHS, "test", "90")]
    page = ConversionPage(
        workspace_over(tmp_path, school("gcse", people, results, year=2025))
    )
    page.choices.subject.value = MATHS
    told = words(page.answer())
    assert (
        "Of these 3 have another qualification in the subject, such as an entry level"
        in told
    )
    assert "1 who left before the end of Year 11 is not counted" in told
    assert "For 1 pupil the start is the score of reading or mathematics alone" in told
    assert "1 pupil was below the test in one paper" in told


def test_a_level_without_a_date_is_told_with_where_to_give_it(tmp_path):
    people = [{"pupil_id": p, "sen_provision": "A", "year_group": "8"} for p in "ab"]
    results = [(p, "KS2", "English", "test", "3") for p in "ab"]
    results += [(p, "now", "English", "teacher", "3", "") for p in "ab"]
    workspace = workspace_over(tmp_path, school("levels", people, results))
    asks = "the level now has no date"
    told = words(TrackingPage(workspace).answer())
    assert f"Of 2 pupils {asks}" in told and "front page" in told and UNJUDGED in told
    task5 = InterventionsPage(workspace, query={})
    task5.coverage()
    assert f"Of 2 pupils {asks}" in words(task5.answer)
    assert asks in words(
        PupilPage(
            workspace, query={"pupil": token("a", key=workspace.code_key())}
        ).pieces["progress"]
    )


def test_an_early_result_stands_on_the_pupil_s_page_alone(tmp_path):
    people = [
        {
            "pupil_id": str(n),
            "sen_provision": "K",
            "year_group": "11",
            "ks4_year": "2027",
        }
        for n in range(9)
    ]
    results = [("1", "KS4", "Polish", "test", "8")]
    workspace = workspace_over(tmp_path, school("gcse", people, results, year=2027))
    page = PupilPage(workspace, query={"pupil": token("1", key=workspace.code_key())})
    assert "Polish, KS4: 8, not counted in any figure yet" in words(
        page.pieces["progress"]
    )
