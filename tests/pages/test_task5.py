"""Task 5: Year 7's chart, the maps, whether help reaches who is stuck and moves them, what it costs, and each intervention's audit."""

import re

import pandas as pd
import pytest

from senlib import open_sample, samples
from senlib.frameworks import load
from senlib.measures.criteria import low_entries
from senlib.measures.newcomers import newcomers
from senlib.measures.proportion import FEW
from senlib.pages.kit import pupil_names
from senlib.pages.task5_interventions import InterventionsPage
from senlib.pages.task5_interventions.help_words import (
    coverage_answer,
    movement_answer,
    spend_answer,
    year7_answer,
)
from senlib.workspace import _with_examples
from tests.measures.schools import school as school_of
from tests.pages.driving import (
    NASTY,
    TROUBLES,
    answered,
    queries,
    rows_of,
    save,
    small_school,
    value_of,
    vanish,
    without_pictures,
    without_sen,
    words,
    workspace_over,
)

GUIDED, ASSISTANT = (
    "task5.provision.literacy.guided",
    "task5.provision.curriculum.assistant",
)


@pytest.fixture
def workspace(tmp_path, school, monkeypatch):
    without_pictures(monkeypatch)
    return workspace_over(tmp_path, school)


def page_of(workspace, pupil="", query=None):
    page = InterventionsPage(workspace, query=query or {})
    page.header()
    page.year7 = page.chart()
    page.coverage(), page.map()
    page.moves, page.costs = page.movement(), page.spend()
    page.audit(), page.next()
    if pupil:
        page.pupil.value = pupil
    return page


def map_of(workspace, pupil="", query=None):
    """The page as far as one pupil's map alone."""
    page = InterventionsPage(workspace, query=query or {})
    page.map()
    if pupil:
        page.pupil.value = pupil
    return page


def names_in(listing):
    return [record["name"] for record in listing.records]


@pytest.fixture(scope="module", params=samples())
def sample(request, tmp_path_factory):
    """The page over a sample school with its example maps; only to be looked at."""
    workspace = workspace_over(
        tmp_path_factory.mktemp("sample"),
        open_sample(request.param),
        workbook=request.param,
    )
    _with_examples(workspace.store, request.param)
    return page_of(workspace)


# -- Year 7 --


def test_the_chart_has_the_rows_of_its_framework_with_this_year_7_in_them(sample):
    chart = sample.ask.asked["task5.chart"]
    rows = load(sample.school.framework.name).tracking.newcomers
    assert [row["key"] for row in rows_of(chart)] == [row for row, _, _ in rows]
    counted = newcomers(sample.school).groupby("row")["pupil_id"].nunique()
    for row in rows_of(chart):
        assert (
            row["note"].startswith(f"{counted.get(row['key'], 0)} pupil")
            and "with SEN" in row["note"]
        )
    assert [column["label"] for column in chart.sheet.form["blocks"][0]["columns"]] == [
        "Leader or manager",
        "Adviser or supporter",
        "Intervention",
        "Provided by",
        "How progress is followed",
        "Reporting to",
    ]


def test_who_is_in_a_row_is_listed_by_name(sample):
    for _, row in sample.row.options:
        sample.row.value = row
        assert (
            len(sample.in_row.records) == (newcomers(sample.school)["row"] == row).sum()
        )
        assert f"{len(sample.in_row.records)} pupil" in sample.in_row.caption
        assert not set(
            queries(*(f'href="{one["href"]}"' for one in sample.in_row.records))
        ) & {one["id"] for one in sample.in_row.records}


@pytest.mark.parametrize(
    "pupils, everyone, told",
    [
        (
            [],
            0,
            "Nobody in Year 7 is on roll in the school’s files, so nobody stands in the rows below.",
        ),
        ([], 30, "Of 30 pupils in Year 7 now, nobody stands in a row below."),
        (
            ["1"],
            1,
            "Of 1 pupil in Year 7 now, 1 stands in at least one row below, 1 of them with SEN.",
        ),
        (
            ["1", "2"],
            30,
            "Of 30 pupils in Year 7 now, 2 stand in at least one row below, 2 of them with SEN.",
        ),
        (
            ["1", "1", "2"],
            30,
            "Of 30 pupils in Year 7 now, 2 stand in at least one row below, 2 of them with SEN. Some stand in several.",
        ),
    ],
)
def test_year_7_in_words(pupils, everyone, told):
    assert (
        year7_answer(
            pd.DataFrame({"pupil_id": pupils, "sen": [True] * len(pupils)}),
            everyone=everyone,
        )
        == told
    )


def test_the_small_school_s_year_7(workspace):
    page = page_of(workspace)
    assert (
        "Of 1 pupil in Year 7 now, 1 stands in at least one row below, 1 of them with SEN. Some stand in several."
        in words(page.year7.children[0])
    )
    notes = {row["key"]: row["note"] for row in rows_of(page.ask.asked["task5.chart"])}
    assert notes[
        "task5.chart.english.3"
    ] == "1 pupil in Year 7 now, 1 with SEN" and notes[
        "task5.chart.english.2"
    ].startswith("0 pupils")
    page.row.value = "task5.chart.english.2"
    assert page.in_row.records == []


# -- who has what --


@pytest.mark.parametrize(
    "rows, told",
    [
        (
            [("stuck", 0)],
            "Of 1 pupil with SEN in Years 7 to 9, none have something on their map and 1 has nothing. 1 of them is stuck, and has nothing.",
        ),
        (
            [("stuck", 2), ("moving", 0)],
            "1 has something on their map and 1 has nothing. 1 of the 2 is stuck, and has something.",
        ),
        (
            [("stuck", 2), ("stuck", 1)],
            "2 have something on their map and none have nothing. 2 of the 2 are stuck, and each of those has something.",
        ),
        (
            [("stuck", 0), ("stuck", 0)],
            "2 of the 2 are stuck, and 2 of those have nothing.",
        ),
        ([("moving", 0), ("partly", 0)], "Nobody is known to be stuck."),
        (
            [("moving", 0), ("not known", 0)],
            "Nobody is known to be stuck. For 1 it is not known whether they are stuck.",
        ),
        (
            [("not known", 0), ("not known", 1)],
            "It is not known yet whether any of them is stuck.",
        ),
    ],
)
def test_coverage_in_words(rows, told):
    table = pd.DataFrame(rows, columns=["standing", "given"])
    assert told in coverage_answer(table, years="Years 7 to 9")


def test_the_sentence_the_list_and_the_maps_agree(workspace):
    page = page_of(workspace, "0001")
    assert "Of 4 pupils with SEN in Years 7 to 9, none have something" in words(
        page.answer
    )
    assert names_in(page.listing) == ["Ash, Ann", "Birch, Bo", "Cole, Cy", "Elm, Ed"]
    save(page.of_pupil, f"{GUIDED}.initials", "JB")
    save(page.of_pupil, f"{GUIDED}.hours", "1.5", seen=0)
    assert (
        "1 has something on their map and 3 have nothing. 2 of the 4 are stuck, and 1 of those has nothing."
        in words(page.answer)
    )
    assert "For 1 it is not known whether they are stuck." in words(page.answer)
    first = page.listing.records[1]  # those with nothing stand before her
    assert (first["name"], first["literacy"], first["hours"], first["curriculum"]) == (
        "Ash, Ann",
        "JB",
        1.5,
        "",
    )
    page.show.value = "without"
    assert (
        names_in(page.listing) == ["Birch, Bo"]
        and "in Years 7 to 9: 1 pupil" in page.listing.caption
    )
    page.show.value = "nothing"
    assert names_in(page.listing) == ["Birch, Bo", "Cole, Cy", "Elm, Ed"]
    page.show.value = "much"
    assert (
        names_in(page.listing) == ["Ash, Ann"]
        and "Much: at least" in page.listing.caption
    )


def test_of_whom_no_hours_are_known_nobody_has_many(workspace):
    page = page_of(workspace, "0001")
    save(page.of_pupil, f"{GUIDED}.given", "yes")
    page.show.value = "much"
    assert page.listing.records == [] and page.listing.caption.startswith(
        "Those who have much and do not move, in Years 7 to 9: 0 pupils."
    )


def test_the_eight_headings_stand_over_the_list_and_the_map(sample):
    labels = [column["label"] for column in sample.listing.columns]
    assert labels == [
        "Pupil",
        "Year",
        "SEN, needs",
        "Standing",
        "Curriculum",
        "Literacy",
        "Numeracy",
        "Behaviour",
        "Extra-curricular",
        "Community",
        "Support",
        "External",
        "Things given",
        "Hours a week",
        "£ a year",
    ]
    assert list(sample.headings.values()) == [
        "Curriculum",
        "Literacy",
        "Numeracy",
        "Behaviour and pastoral",
        "Extra-curricular",
        "Community and parents or carers",
        "Support personnel in school",
        "External support services",
    ]


def test_a_row_of_the_school_s_own_counts_until_it_is_taken_out(workspace):
    page = page_of(workspace, "0001")
    answered(
        page.of_pupil,
        {"kind": "add row", "section": "literacy", "label": f"Reading dog {NASTY}"},
    )
    (row,) = [row for row in rows_of(page.of_pupil) if "own" in row]
    save(page.of_pupil, f"{row['key']}.given", "yes")
    assert "1 has something" in words(page.answer) and "Reading dog" in words(
        page.costs
    ) + words(page.moves)
    assert all(
        "<script" not in piece.value for piece in (page.moves, page.costs, page.answer)
    )
    page.intervention.box.value = row["key"]
    save(page.audited, "unit5.ingredients.1", "missing")
    assert page.audit_place.children and "Reading dog" in words(page.audit_sum)
    answered(page.of_pupil, {"kind": "drop row", "row": row["key"]})
    assert "none have something" in words(page.answer)
    assert (
        page.intervention.value == ""
        and page.audit_place.children == ()
        and "A line that was taken out" in words(page.audit_sum)
    )


# -- one map --


def test_an_adult_before_the_six_other_ways_is_asked_about(workspace):
    page = map_of(workspace, "0001")
    for column, value in (("given", "yes"), ("given", ""), ("initials", "JB")):
        save(page.of_pupil, f"{ASSISTANT}.{column}", value)
        assert ("none of the six other ways" in words(page.adult)) == bool(value)
    save(page.other_ways, "unit5.alternatives.peers", "not_tried")
    assert "none of the six other ways" in words(page.adult)
    save(page.other_ways, "unit5.alternatives.peers", "no_help")
    assert page.adult.value == ""
    page.pupil.value = "0002"
    assert page.adult.value == ""


def test_each_pupil_s_map_is_a_copy(workspace):
    page = map_of(workspace, "0001")
    save(page.of_pupil, f"{GUIDED}.initials", "JB")
    page.pupil.value = "0002"
    assert value_of(page.of_pupil, f"{GUIDED}.initials") == ""
    save(page.of_pupil, f"{GUIDED}.initials", "TO")
    page.pupil.value = "0001"
    assert value_of(page.of_pupil, f"{GUIDED}.initials") == "JB"
    page.pupil.value = ""
    assert page.map_place.children == ()


@pytest.mark.parametrize("pupil", ["0001", "0004", "0006"])
def test_the_map_that_an_address_asks_for_is_open_also_of_one_who_has_left(
    workspace, pupil
):
    page = map_of(
        workspace, query={"pupil": pupil_names.token(pupil, key=workspace.code_key())}
    )
    assert (
        page.pupil.value == pupil
        and page.map_place.children
        and pupil not in queries(page.link.value)
    )


def test_what_one_who_has_left_was_given_is_counted_no_more(workspace):
    workspace.store.save(
        form="task5.provision/0006", field=f"{GUIDED}.cost", value="900"
    )
    workspace.store.save(
        form="task5.provision/9999", field=f"{GUIDED}.cost", value="900"
    )
    page = page_of(workspace)
    assert "No provision is on the maps yet" in words(
        page.costs
    ) and "none have something" in words(page.answer)


@pytest.mark.parametrize("text", ["inf", "nan", "-5"])
def test_a_number_that_is_none_stops_no_page_and_no_picture(tmp_path, school, text):
    workspace = workspace_over(tmp_path, school)
    workspace.store.save_all(
        form="task5.provision/0001",
        values={
            f"{GUIDED}.hours": text,
            f"{GUIDED}.cost": text,
            f"{ASSISTANT}.cost": "10",
        },
    )
    page = page_of(workspace)
    assert (
        "The maps of all years hold 2 entries for 1 pupil, with SEN or without: at least £10 a year. For 1 of 2 entries no cost is written down."
        in words(page.costs)
    )
    assert page.listing.records[1]["hours"] is None


# -- what it costs, and whether it moves them --


@pytest.mark.parametrize(
    "pupils, things, hours, cost, known, told",
    [
        (
            1,
            1,
            1.0,
            300.0,
            1,
            "The maps of all years hold 1 entry for 1 pupil, with SEN or without: 1 hour a week, £300 a year.",
        ),
        (
            2,
            3,
            0.5,
            float("nan"),
            0,
            "The maps of all years hold 3 entries for 2 pupils, with SEN or without: 0.5 hours a week. No costs are written down yet.",
        ),
        (
            2,
            3,
            float("nan"),
            0.0,
            3,
            "The maps of all years hold 3 entries for 2 pupils, with SEN or without: £0 a year.",
        ),
        (
            1200,
            3456,
            1234.5,
            98765.4,
            3455,
            "The maps of all years hold 3,456 entries for 1,200 pupils, with SEN or without: 1,234.5 hours a week, at least £98,765 a year. For 1 of 3,456 entries no cost is written down.",
        ),
    ],
)
def test_spending_in_words(pupils, things, hours, cost, known, told):
    whole = pd.Series(
        {
            "pupils": pupils,
            "things": things,
            "hours": hours,
            "cost": cost,
            "cost_known": known,
        },
        dtype=object,
    )
    assert spend_answer(whole) == told


MOVES = {
    "label": "Reading group",
    "pupils": 20,
    "reached": 5,
    "percent": 25.0,
    "low": 11.2,
    "high": 46.9,
    "not_known": 0,
    "beside": 60.0,
    "beside_low": 50.0,
    "beside_high": 69.0,
    "beside_pupils": 100,
    # 25 - 60; the ends are sqrt(13.8^2 + 9^2) = 16.5 below and sqrt(21.9^2 + 10^2) = 24.1 above it.
    "gap": -35.0,
    "gap_low": -51.5,
    "gap_high": -10.9,
    "clear": "lower",
    "enough": True,
    "judged": "English",
}


@pytest.mark.parametrize(
    "differs, told",
    [
        (
            {},
            "Look first at ‘Reading group’. Of 20 pupils with SEN who have it, 5 move, judged by English: 25 %, likely between 11 and 47 %. Of 100 with SEN who do not have it, 60 %, likely between 50 and 69 %: 35 points lower with it. That is clear: the true gap is likely between 11 and 52 points. This does not show that it fails: it is given to those who were stuck.",
        ),
        (
            {"not_known": 3},
            "Of 20 pupils with SEN who have it (of 3 more it is not known), 5 move,",
        ),
        ({"reached": 1}, "1 moves,"),
        (
            {"clear": "not clear", "gap_high": 0.0},
            "69 %: 35 points lower with it. That is not clear: the true gap may be anything from no gap to 52 points this way.",
        ),
        (
            {"percent": 60.0, "gap": 0.0, "gap_low": -20.0, "gap_high": 18.0},
            "69 %: no gap. That",
        ),
        (
            {"beside_pupils": 0, "clear": ""},
            "There are no pupils with SEN without it of whom it is known, so there is nobody to compare with.",
        ),
        ({"enough": False}, f"Nothing on the maps is given to {FEW} pupils or more"),
    ],
)
def test_movement_in_words(differs, told):
    assert told in movement_answer(pd.DataFrame([MOVES | differs]))


def test_the_thing_to_look_at_first_is_called_the_lowest_only_where_it_is():
    higher, lower = (
        MOVES | {"percent": 50.0},
        MOVES | {"percent": 10.0, "clear": "not clear"},
    )
    said = movement_answer(pd.DataFrame([MOVES, higher]))
    assert said.endswith(f"It is the lowest of 2 that {FEW} pupils or more have.")
    assert "lowest" not in movement_answer(pd.DataFrame([lower, MOVES]))
    assert "fails" not in movement_answer(pd.DataFrame([lower]))


@pytest.mark.parametrize(
    "without, told",
    [
        ({"": 3}, " 3 pupils have no result on entry: choose"),
        ({"English": 3, "Mathematics": 3}, " 3 pupils have no result on entry: choose"),
        (
            {"English": 0, "Mathematics": 1},
            " 1 pupil has no result on entry in Mathematics: choose",
        ),
        ({"": 0}, "nobody stands in a row below."),
    ],
)
def test_who_has_no_result_on_entry(without, told):
    assert told in year7_answer(
        pd.DataFrame({"pupil_id": []}), everyone=30, without_entry=without
    )


@pytest.mark.parametrize(
    "framework, subjects",
    [("levels", ("English", "Mathematics")), ("gcse", ("Reading", "Mathematics"))],
)
def test_a_code_is_no_result_on_entry_as_in_task_3(tmp_path, framework, subjects):
    """Who was absent from the tests has a code in the files, and no start."""
    pupil = {"pupil_id": "1", "forename": "Ann", "surname": "Orr", "sen_provision": "N"}
    pupil |= {"year_group": "7", "on_roll": "Y"}
    results = [("1", "KS2", subject, "test", "A") for subject in subjects]
    held = school_of(framework, [pupil], results)
    page = InterventionsPage(workspace_over(tmp_path, held), query={})
    assert "1 pupil has no result on entry: choose" in words(page.chart().children[0])
    assert low_entries(held)["without_entry"].max() == 1


def test_a_sample_s_percentages_come_with_numbers_and_intervals(sample):
    for piece in (sample.moves, sample.answer):
        for sentence in re.findall(
            r'class="sl-answer">(.*?)</p>', piece.value, flags=re.DOTALL
        ):
            for rate in re.finditer(r"(?<!and )\b\d+ %", sentence):
                assert re.match(
                    r", likely between \d+ and \d+ %", sentence[rate.end() :]
                ), sentence
                assert re.search(r"Of \d+", sentence[: rate.start()])
    assert "Those who get help were chosen because they were not moving" in words(
        sample.moves
    )
    assert re.search(
        r"The maps of all years hold \d+ entries for \d+ pupils, with SEN or without: .* at least £[\d,]+ a year",
        words(sample.costs),
    )
    assert (
        "The governors’ page counts pupils with SEN whose attendance is known"
        in words(sample.costs)
    )
    told = words(sample.moves) + words(sample.costs) + words(sample.answer)
    assert "nan" not in told.lower().split() and "inf" not in told.split()


def test_every_list_of_a_sample_is_of_those_it_says(sample):
    for _, value in sample.show.options:
        sample.show.value = value
        held = sample.listing.records
        assert f": {len(held)} pupil" in sample.listing.caption
        if value in ("without", "much"):
            assert all(record["standing"] == "stuck" for record in held)
        if value in ("without", "nothing"):
            assert all(not record[key] for record in held for key in sample.headings)
    sample.show.value = "all"


# -- the audit --


def test_an_intervention_is_audited_by_its_seven_ingredients(workspace):
    page = page_of(workspace, "0001")
    save(page.of_pupil, f"{GUIDED}.given", "yes")
    assert page.intervention.box.options[1] == (
        "Literacy: Guided reading and writing in lessons (in use)",
        GUIDED,
    )
    page.intervention.box.value = GUIDED
    assert len(rows_of(page.audited)) == 7
    for number, value in [(1, "in_place"), (2, "missing"), (7, "missing")]:
        save(page.audited, f"unit5.ingredients.{number}", value)
    assert "Guided reading and writing in lessons 1 0 2 2, 7" in words(page.audit_sum)
    page.intervention.box.value = ASSISTANT
    assert (
        value_of(page.audited, "unit5.ingredients.1") == ""
        and page_of(workspace).audit_sum.value == page.audit_sum.value
    )


# -- schools that lack something, and stores --


def test_a_school_in_which_nobody_has_sen(tmp_path):
    page = page_of(workspace_over(tmp_path, without_sen()))
    assert (
        "Nobody in Years 7 to 9 is on roll in the school’s files." in words(page.answer)
        and page.listing.records == []
    )
    assert "Nobody in Year 7 is on roll" in words(page.year7.children[0])
    assert "No provision is on the maps yet" in words(
        page.moves
    ) and "No provision is on the maps yet" in words(page.costs)
    for _, value in page.show.options:
        page.show.value = value
        assert page.listing.records == []


def test_a_school_with_codes_and_no_names(tmp_path):
    page = page_of(workspace_over(tmp_path, small_school(codes=True)), "0001")
    assert (
        set(names_in(page.listing)) == {"0001", "0002", "0003", "0005"}
        and page.in_row.records[0]["name"] == "0005"
    )


def test_names_with_markup_are_text(tmp_path):
    page = page_of(workspace_over(tmp_path, small_school(nasty=True)), "0001")
    save(page.of_pupil, f"{GUIDED}.initials", "<b>")
    pieces = [
        page.answer,
        page.moves,
        page.costs,
        page.adult,
        page.link,
        page.audit_sum,
    ]
    assert all(
        "<script" not in piece.value and "<b>" not in piece.value for piece in pieces
    )
    assert (
        page.listing.records[1]["name"] == f"{NASTY}, {NASTY}"
        and page.listing.records[1]["literacy"] == "<b>"
    )


@pytest.mark.parametrize("trouble, says", TROUBLES)
def test_what_was_read_stays_and_the_trouble_is_told(
    workspace, monkeypatch, trouble, says
):
    page = page_of(workspace, "0001")
    save(page.of_pupil, f"{GUIDED}.initials", "JB")
    before = words(page.answer)
    with trouble(workspace, monkeypatch):
        assert says in save(page.of_pupil, f"{GUIDED}.initials", "TO")["why"]
        page.show.value = "nothing"
        assert says in words(page.trouble) and names_in(page.listing) == [
            "Birch, Bo",
            "Cole, Cy",
            "Elm, Ed",
        ]
        page.live.refresh()
        assert words(page.answer) == before
        page.pupil.value = "0002"
        assert says in words(page.of_pupil.status)


def test_the_page_opens_over_a_store_that_is_gone(workspace):
    vanish(workspace)
    page = page_of(workspace, "0001")
    assert "no longer there" in words(page.trouble)
