"""Sentences that were once wrong or misleading: each kind on its page, over a school in which it would be wrong again.

The numbers in the tests' names are those of the audit's table: 5 attendance, 8 levels below 1, 14 what is lacking, 15 targets
that have to be passed, 17 the newest that is a result, 18 choices that have nothing.
"""

import pytest

from senlib.measures.provision import standing
from senlib.pages.pupil import PupilPage
from senlib.pages.task3_ensuring_progress import CriteriaPage
from senlib.pages.task4_level3_to_5 import TrackingPage
from senlib.pages.task5_interventions import InterventionsPage
from senlib.pages.unit3_class_sheets import ClassSheetsPage
from senlib.workbook.forms import answer_key
from tests.measures.schools import school
from tests.pages.driving import without_pictures, words, workspace_over
from tests.pages.lacking import lacks, small, texts


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    without_pictures(monkeypatch)


def one_pupil(*results, year_group=8, **columns):
    """A school of one pupil with SEN; a result of English is (stage, result) or, of now, (stage, result, date)."""
    pupil = {
        "pupil_id": "p",
        "on_roll": "Y",
        "sen_provision": "A",
        "form": "8A",
    } | columns
    pupil["year_group"] = str(year_group)
    rows = [
        ("p", stage, "English", "teacher", result, *day)
        for stage, result, *day in results
    ]
    return school("levels", [pupil], rows)


def said_of_pupil(folder, one):
    page = PupilPage(workspace_over(folder, one), query={})
    page.pupil.value = "p"
    return " ".join(texts(page.pieces["progress"]))


def with_attendance(*values, of=0):
    """Pupils with SEN on roll, of whom `of` more have no attendance."""
    held = [*values, *[""] * of]
    return school(
        "levels",
        [
            {
                "pupil_id": str(n),
                "on_roll": "Y",
                "sen_provision": "A",
                "attendance": str(value),
            }
            | {"year_group": "8"}
            for n, value in enumerate(held)
        ],
        [],
    )


def scorecard(folder, made):
    return words(CriteriaPage(workspace_over(folder, made)).scorecard())


# ---------------------------------------------------------------------------------------------------------------- 5 and 15


@pytest.mark.parametrize(
    ("values", "of", "told"),
    [
        (
            (),
            1,
            "no attendance is recorded for the 1 pupil with SEN who is on roll. Choose your",
        ),
        (
            (),
            3,
            "no attendance is recorded for the 3 pupils with SEN who are on roll. Choose your",
        ),
        ((96.0,), 0, "96.0 % for the 1 pupil whose attendance is recorded. Met."),
        (
            (96.0,),
            2,
            "96.0 % for the 1 pupil whose attendance is recorded (of 3 with SEN on roll).",
        ),
        (
            (96.0, 94.0),
            1,
            "95.0 % on average over 2 pupils whose attendance is recorded (of 3 with",
        ),
    ],
)
def test_row_5_it_is_said_how_many_attendances_are_recorded(tmp_path, values, of, told):
    assert told in scorecard(tmp_path, with_attendance(*values, of=of)).replace(
        "\xa0", " "
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        # All are below: the average passes 92 where each of them does.
        (
            (90.0, 91.0, 91.5),
            "if the 3 pupils who attend least came more than 92 % of the time",
        ),
        ((91.0,), "if the 1 pupil who attends least came more than 92 % of the time"),
        # At 92 the target, above 92, is not met.
        (
            (92.0, 92.0),
            "if the 1 pupil who attends least came more than 92 % of the time",
        ),
        (
            (90.0, 94.0),
            "if the 1 pupil who attends least came more than 92 % of the time",
        ),
        (
            (70.0, 80.0, 99.0),
            "if the 2 pupils who attend least came more than 92 % of the time",
        ),
    ],
)
def test_row_15_a_target_to_be_passed_is_not_met_by_reaching_it(tmp_path, values, told):
    said = scorecard(tmp_path, with_attendance(*values)).replace("\xa0", " ")
    assert f"Not met: it would be met {told}." in said


# ----------------------------------------------------------------------------------------------------------------------- 8


@pytest.mark.parametrize(
    ("entry", "now", "told", "where"),
    [
        # W covers all P levels: nobody can tell which way it went.
        ("W", "P8", "not judged against the aim", "not known"),
        ("W", "W", "not judged against the aim", "not known"),
        ("P6", "W", "not judged against the aim", "not known"),
        # Within the P levels there is an order, and from them to the levels.
        ("P6", "P8", "not stuck, not judged against the aim", "moving"),
        ("P6", "P6", "stuck, not judged against the aim", "stuck"),
        ("P8", "P6", "stuck, not judged against the aim", "stuck"),
        ("W", "1c", "not stuck, not judged against the aim", "moving"),
        ("1c", "W", "stuck, behind", "stuck"),
        ("2", "P8", "stuck, behind", "stuck"),
    ],
)
def test_row_8_below_level_1_there_is_an_order_and_no_points(
    tmp_path, entry, now, told, where
):
    one = one_pupil(("KS2", entry), ("now", now, "2005-03-18"))
    said = said_of_pupil(tmp_path, one)
    assert f"entered at {entry}, now {now} (18 March 2005), {told}" in said
    assert standing(one)["standing"].tolist() == [where]
    page = TrackingPage(
        workspace_over(tmp_path, one),
        query={"entry": "below 2" if entry != "2" else "2"},
    )
    [listed] = (page.pupils(), page.listing.records)[1]
    assert listed["gain"] is None and "-0.0" not in str(listed)
    sheet = (
        ClassSheetsPage(workspace_over(tmp_path, one))
        .sheet_of("8A")
        .table["standing"]
        .tolist()
    )
    assert sheet == [
        "behind"
        if "behind" in told and "stuck" not in told
        else "stuck"
        if told.startswith("stuck")
        else "not stuck"
        if told.startswith("not stuck")
        else "not known"
    ]


def test_row_8_the_answer_says_why_nobody_is_judged(tmp_path):
    one = one_pupil(("KS2", "W"), ("now", "P8", "2005-03-18"))
    told = words(
        TrackingPage(workspace_over(tmp_path, one), query={"entry": "below 2"}).answer()
    )
    assert (
        "it cannot be said whether this pupil is on course: of 1 the entry or the result"
        in (told.replace("\xa0", " "))
    )
    assert "the start is not known" not in told


# ----------------------------------------------------------------------------------------------------------------- 14 to 18


@pytest.mark.parametrize("framework", ["levels", "gcse"])
@pytest.mark.parametrize(
    ("name", "said", "never"),
    [
        ("with SEN: 0", "has SEN in the school’s files.", "Choose another summer"),
        ("no results", "results for a year that has finished", "no such pupils"),
        (
            "nobody on roll",
            "Nobody is on roll in the school’s files.",
            "Nobody on roll is in",
        ),
    ],
)
def test_row_14_each_emptiness_of_task_3_has_its_own_sentence(
    tmp_path, framework, name, said, never
):
    page = CriteriaPage(
        workspace_over(tmp_path, lacks(framework)[name](small(framework)))
    )
    told = words(page.scorecard())
    sen = [
        line
        for line in texts(page.scorecard())
        if line.startswith("Pupils with SEN who")
    ]
    assert said in told and not any(never in line for line in sen)
    if name == "with SEN: 0":
        whom = {
            "levels": "in this summer’s cohort",
            "gcse": "with Key Stage 4 results",
        }[framework]
        assert any(f"Nobody {whom} has SEN" in line for line in sen)


def test_row_14_results_without_starts_are_not_called_no_results(tmp_path):
    page = CriteriaPage(
        workspace_over(tmp_path, lacks("levels")["no KS2"](small("levels")))
    )
    told = words(page.scorecard()).replace("\xa0", " ")
    assert "There are Key Stage 3 results but no KS2 results beside them" in told
    assert "There are no Key Stage 3 results" not in told
    assert "no results are held" not in str(page.cohort.options)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("with SEN: 0", "Nobody in Years 7 to 9 has SEN in the school’s files."),
        ("no now", "with a list of current levels or grades."),
        ("no KS2", "with KS2 results."),
        ("nobody on roll", "Nobody in Years 7 to 9 is on roll in the school’s files."),
    ],
)
def test_row_14_task_5_says_why_and_a_way_on(tmp_path, name, said):
    made = lacks("levels")[name](small("levels"))
    workspace = workspace_over(tmp_path, made)
    line = answer_key(row="task5.provision.literacy.guided", column="given")
    for pupil in made.pupils.loc[made.pupils["on_roll"] == "Y", "pupil_id"]:
        workspace.store.save_all(form=f"task5.provision/{pupil}", values={line: "yes"})
    page = InterventionsPage(workspace, query={})
    assert said in " ".join(texts(page.coverage())).replace("\xa0", " ")
    moved = words(page.movement()).replace("\xa0", " ")
    assert said in moved or "No provision is on the maps yet" in moved


def test_row_14_of_unknown_codes_nobody_says_0_with_sen(tmp_path):
    made = lacks("levels")["no sen_provision"](small("levels"))
    said = " ".join(
        texts(InterventionsPage(workspace_over(tmp_path, made), query={}).chart())
    )
    assert "1 pupil in Year 7 now, 0 with SEN" not in said
    assert "it is not known how many of them have SEN" in said


def test_row_14_the_list_of_task_4_says_what_the_answer_says(tmp_path):
    made = lacks("levels")["with SEN: 0"](small("levels"))
    page = TrackingPage(workspace_over(tmp_path, made))
    page.pupils()
    assert page.listing.empty.startswith("Nobody in Years 7 to 9 has SEN")
    assert page.listing.caption == "English: 0 pupils with SEN who started at level 3"
    page.who.value = "all"
    assert (page.listing.empty == "") == bool(page.listing.records)


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ([("KS2", "3")], "None of these|This pupil has no current result in English"),
        (
            [("now", "3", "2005-03-18")],
            "There are no KS2 results for the 1 pupil in Year 8",
        ),
        ([("KS2", "3"), ("now", "3", "")], "the level now has no date"),
        (
            [("KS2", "W"), ("now", "P8", "2005-03-18")],
            "1 pupil has W, a P level or a code",
        ),
    ],
)
def test_row_14_a_review_of_which_nothing_can_be_said_says_why(tmp_path, results, told):
    page = ClassSheetsPage(workspace_over(tmp_path, one_pupil(*results)))
    page.review()
    page.group_review.year.value = 8
    said = words(page.group_review.figures).replace("\xa0", " ")
    assert any(one in said for one in told.split("|"))


# A blank or a code says nothing newer: the level of December stands, with its date, on every page.
@pytest.mark.parametrize("newest", ["", "A", "X"])
def test_row_17_now_is_the_newest_that_is_a_result(tmp_path, newest):
    one = one_pupil(
        ("KS2", "3"), ("now", "3", "2004-12-10"), ("now", newest, "2005-03-18")
    )
    assert "entered at 3, now 3 (10 December 2004), stuck, behind" in said_of_pupil(
        tmp_path, one
    )
    workspace = workspace_over(tmp_path, one)
    page = TrackingPage(workspace)
    told = words(page.answer()).replace("\xa0", " ")
    assert "no current result" not in told and "1 behind" in told
    table = page.rows()
    assert table[["now", "now_date"]].values.tolist() == [["3", "2004-12-10"]]
    assert ClassSheetsPage(workspace).sheet_of("8A").table["now"].tolist() == ["3"]
    assert standing(one)["standing"].tolist() == ["stuck"]


def test_row_17_a_result_of_an_earlier_school_year_is_judged_by_its_own_time(tmp_path):
    # In December of Year 7 nobody has had a year; that she is in Year 9 now makes nobody stuck then.
    one = one_pupil(("KS2", "3"), ("now", "3", "2002-12-10"), year_group=9)
    assert "now 3 (10 December 2002), behind" in said_of_pupil(tmp_path, one)
    assert standing(one)["standing"].tolist() == ["not known"]
    # In June of Year 6 the key stage had not begun.
    early = one_pupil(("KS2", "3"), ("now", "3", "2004-06-10"), year_group=7)
    assert "now 3 (10 June 2004), on course" in said_of_pupil(tmp_path, early)


def test_row_18_a_subject_without_results_says_so(tmp_path):
    one = one_pupil(("KS2", "3"), ("now", "4", "2005-03-18"))
    page = ClassSheetsPage(workspace_over(tmp_path, one))
    page.sheets()
    assert "No results in" not in words(page.class_sheet)
    page.of_form.value = "ICT"
    assert "No results in ICT are in the school’s files for these pupils" in words(
        page.class_sheet
    )
    assert [
        name for name, _ in TrackingPage(workspace_over(tmp_path, one)).subject.options
    ] == ["English"]


@pytest.mark.parametrize("framework", ["levels", "gcse"])
@pytest.mark.parametrize(
    "name", ["nobody in Year 9", "no results", "no now", "with SEN: 0"]
)
def test_row_18_every_choice_of_task_4_lists_pupils_or_says_why_not(
    tmp_path, framework, name
):
    page = TrackingPage(
        workspace_over(tmp_path, lacks(framework)[name](small(framework)))
    )
    page.answer(), page.pupils()
    for box in (page.subject, page.entry, page.years, page.who):
        for value in [value for _, value in box.options]:
            box.value = value
            assert page.listing.records or page.listing.empty
        box.index = 0
