"""Every page over schools that lack something: no page breaks, and no sentence claims what is not so.

What is claimed is counted again here from the school's two tables, without senlib.measures.
"""

import os
import random
import re

import ipywidgets as widgets
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from senlib.pages import governors, governors_data
from senlib.pages.governors import caveats
from senlib.pages.kit.site import PAGES
from senlib.workbook.forms import answer_key
from tests.pages.driving import without_pictures, workspace_over
from tests.pages.lacking import (
    WITHOUT_RESULTS,
    WITHOUT_SCHOOL,
    every,
    faults_in,
    lacks,
    open_page,
    small,
    texts,
)

FRAMEWORKS = ("levels", "gcse")
STEMS = [page.stem for page in PAGES if page.stem not in WITHOUT_SCHOOL]
# Every thing that may be lacking takes minutes; each day a third of them is looked at, and all of them in .ci/run.
LONG = pytest.mark.skipif(
    not os.environ.get("SENLIB_LONG"),
    reason="looked at where SENLIB_LONG is set, as in .ci/run",
)
CASES = [
    pytest.param(framework, name, marks=() if number % 3 == 0 else LONG)
    for framework in FRAMEWORKS
    for number, name in enumerate(lacks(framework))
]
# A few of every kind, for what takes longer.
SOME = [
    (framework, name)
    for framework in FRAMEWORKS
    for name in ("with SEN: 0", "no results", "whole school: 1", "no now")
]


@pytest.fixture(scope="module", autouse=True)
def quick():
    """What is tested elsewhere and takes time is left out: pictures, and two of the governors' three limits."""
    with pytest.MonkeyPatch.context() as patch:
        without_pictures(patch)
        limits = governors_data.LIMITS[:1]
        for module in (governors, governors_data):
            patch.setattr(module, "LIMITS", limits)
        patch.setattr(widgets.Widget, "open", lambda _: None)
        yield patch


def school_of(framework, *names):
    school = small(framework)
    for name in names:
        school = lacks(framework)[name](school)
    return school


def desk_of(folder, school):
    """a workspace over the school, with something on the maps of three pupils."""
    workspace = workspace_over(folder, school)
    line = answer_key(row="task5.provision.literacy.guided", column="given")
    for pupil in school.pupils["pupil_id"][:3]:
        workspace.store.save_all(form=f"task5.provision/{pupil}", values={line: "yes"})
    return workspace


def said_by(workspace, stem, monkeypatch):
    """A page, and every text on it by the call that shows it."""
    page, shown = open_page(stem, workspace, monkeypatch)
    return page, [text for one in shown.values() for text in texts(one)]


def look_at(school, folder, monkeypatch):
    """Open every page over a school, and hold what it says against its tables."""
    workspace, wrong = desk_of(folder, school), []
    whole = small(school.framework.name)
    same = school is not whole and school.pupils.equals(whole.pupils)
    for stem in STEMS:
        if same and stem in WITHOUT_RESULTS:
            continue
        page, held = said_by(workspace, stem, monkeypatch)
        found = [
            *faults_in(held),
            *claims_of_sen(held, school),
            *CLAIMS.get(stem, no_claims)(page, held),
        ]
        wrong += [f"{stem}: {one}" for one in found]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


@pytest.mark.parametrize(("framework", "name"), CASES)
def test_every_page_over_a_school_that_lacks_one_thing(
    tmp_path, monkeypatch, framework, name
):
    look_at(school_of(framework, name), tmp_path, monkeypatch)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_page_over_a_school_that_lacks_several(tmp_path_factory, framework, data):
    names = data.draw(
        st.lists(st.sampled_from(sorted(lacks(framework))), min_size=2, max_size=3)
    )
    school = school_of(framework, *names)
    if len(school.pupils):
        with pytest.MonkeyPatch.context() as monkeypatch:
            look_at(school, tmp_path_factory.mktemp("lacking"), monkeypatch)


@pytest.mark.parametrize(("framework", "name"), SOME)
def test_every_choice_can_be_made(tmp_path, monkeypatch, framework, name):
    school = school_of(framework, name)
    workspace, draw = desk_of(tmp_path, school), random.Random(0)
    for stem in STEMS:
        if stem in ("index", "task2_role_of_the_senco"):
            continue
        page, shown = open_page(stem, workspace, monkeypatch)
        boxes = [
            one
            for piece in shown.values()
            for one in every(piece)
            if isinstance(one, widgets.Dropdown)
        ]
        for box in boxes:
            options = [value for _, value in box._options_full]
            for value in draw.sample(options, min(len(options), 2)):
                box.value = value
            held = [text for piece in shown.values() for text in texts(piece)]
            found = faults_in(held) + claims_of_sen(held, school)
            found += CLAIMS.get(stem, no_claims)(page, held)
            assert not found, f"{stem}, {box.description}: {found}"


@pytest.mark.parametrize(("framework", "name"), SOME)
def test_every_file_can_be_made(tmp_path, monkeypatch, framework, name):
    workspace = desk_of(tmp_path, school_of(framework, name))
    for stem in STEMS:
        page, shown = open_page(stem, workspace, monkeypatch)
        boxes = [one for piece in shown.values() for one in every(piece)]
        offers = [
            one
            for one in boxes
            if isinstance(one, widgets.Dropdown)
            and one.description == "What to take away"
        ]
        if offers and not any(one.options for one in offers):
            # There is nobody to make a file of: the list is not on the page.
            assert page.files.box.layout.display == "none", stem
            continue
        makes = [
            one
            for one in boxes
            if isinstance(one, widgets.Button)
            and re.search("Make (the file|one page)|in one zip", one.description)
        ]
        for offer in offers:
            # The lists of a page; its forms have nothing of the school.
            offer.value = offer.options[0][1]
        for make in makes:
            make.click()
        links = [one.value for one in boxes if isinstance(one, widgets.HTML)]
        assert not makes or any("download=" in link for link in links), stem


# ------------------------------------------------------------------------------------- What is claimed, counted once more


def no_claims(_page, _said):
    return []


def sides(school):
    return school.pupils["sen_provision"].map(school.framework.sen_groups)


def on_roll(school, years=range(20)):
    pupils = school.pupils
    return (pupils["on_roll"] == "Y") & pupils["year_group"].isin(list(years)).fillna(
        False
    )


def claims_of_sen(said, school):
    """Of whom nobody knows whether she has SEN, no sentence says that she has none."""
    codes, wrong = school.pupils["sen_provision"], []
    unknown = bool((codes == "").all())
    have = sides(school) == "SEN"
    for text in said:
        none = re.search(r"Nobody (.+?) has SEN in the school’s files", text)
        years = none and re.fullmatch(r"in Years? (\d+)(?: to (\d+))?", none[1])
        if years:
            first, last = int(years[1]), int(years[2] or years[1])
            here = on_roll(school, range(first, last + 1))
            if have[here].any() or (codes[here] == "").any() or not here.any():
                wrong.append(f"not so: {text!r}")
        elif none and none[1] == "on roll":
            here = school.pupils["on_roll"] == "Y"
            if have[here].any() or (codes[here] == "").any():
                wrong.append(f"not so: {text!r}")
        if unknown and re.search(
            r"[Nn]obody (?:\S+ ){0,4}has SEN\b|There are no pupils with(?:out)? SEN|\b(?:0|none) of them with SEN"
            r"|Nobody has SEN",
            text,
        ):
            wrong.append(f"not known: {text!r}")
        if (
            re.search("(?:Nationally|England) \\d+ %", text)
            and "result is not known in" in text
        ):
            wrong.append(f"England beside an unknown start: {text!r}")
    return wrong


def standing_result(rows):
    """The test's result of each pupil and subject, or the teacher's where the test gave no level."""
    rows = rows[rows["result"].astype(str) != ""].assign(
        result=rows["result"].astype(str)
    )
    first = rows.assign(
        order=rows["kind"].eq("teacher").astype(int)
        + 2 * rows["points"].isna().astype(int)
    ).sort_values("order", kind="stable")
    return first.drop_duplicates(["pupil_id", "subject"]).set_index(
        ["pupil_id", "subject"]
    )


def in_summer(school, stage, summer):
    """The pupils of a summer who stayed until the end of the key stage."""
    pupils = school.pupils
    later = stage.ends_in_year - 11
    here = (
        pupils["ks4_year"].isna()
        if summer is None
        else (pupils["ks4_year"] + later).eq(summer).fillna(False).astype(bool)
    )
    done = set(school.results.loc[school.results["stage"] == stage.name, "pupil_id"])
    early = (
        (pupils["left_on"] != "")
        & (pupils["left_on"] < f"{summer}-05-01")
        & (summer is not None)
    )
    early |= (
        ((pupils["left_on"] == "") | (summer is None))
        & (pupils["on_roll"] == "N")
        & ~pupils["pupil_id"].isin(done)
    )
    return here & ~early


def reached(result, reach):
    """Whether a result is as high; by the number it begins with."""
    number = re.match(r"\d+", str(result))
    return bool(number) and int(number[0]) >= int(reach)


def task_1(page, said):
    """The answer's two numbers."""
    school, stage = page.school, page.school.framework.stage(page.choices.stage.value)
    entry, subject, reach = (
        page.choices.entry.value,
        page.choices.subject.value,
        page.choices.reach.value,
    )
    wrong = []
    if entry not in ("2", "3", "4", "all") or not str(reach).isdigit():
        return wrong
    if (
        page.choices.denominator.value != "all"
        or subject not in school.framework.core_subjects()
    ):
        return wrong
    here = in_summer(school, stage, page.choices.cohort.value) & (
        sides(school) == "SEN"
    )
    ids = list(school.pupils.loc[here, "pupil_id"])
    rows = school.results[school.results["subject"].eq(subject)]
    starts = standing_result(rows[rows["stage"] == stage.entry_stage])["result"]
    # At the end a teacher's level stands in for codes that hide a low level alone: not for a pupil who was absent.
    ends_of = rows[rows["stage"] == stage.name]
    hiding = ["", *stage.outcome_scale.below_range()]
    absent = ends_of[
        ends_of["kind"].eq("test")
        & ends_of["points"].isna()
        & ~ends_of["result"].isin(hiding)
    ]
    by_teacher = ends_of["kind"].eq("teacher") & ends_of["pupil_id"].isin(
        absent["pupil_id"]
    )
    ends = standing_result(ends_of[~by_teacher])["result"]
    if entry != "all":
        ids = [
            one for one in ids if str(starts.get((one, subject), "")).startswith(entry)
        ]
    made = sum(reached(ends.get((one, subject), ""), reach) for one in ids)
    for text in said:
        found = re.match(r"Of ([\d,]+) pupils? with SEN .*?, (\d+) reached ", text)
        told = [int(n) for n in found.groups()] if found else [len(ids), made]
        if left_out := re.search(
            r" (\d+) more, whose start is not known, (?:is|are) left out", text
        ):
            # Told of those whose start is known: with the others they are all.
            told = [told[0] + int(left_out[1]), made if told[1] <= made else told[1]]
        if told != [len(ids), made]:
            wrong.append(f"it is {made} of {len(ids)}: {text!r}")
        if text.startswith("There are no pupils with SEN") and ids:
            wrong.append(f"there are {len(ids)}: {text!r}")
        if "Pupils of one summer only" in text and ends.empty:
            wrong.append(f"there is none: {text!r}")
        if (
            text.startswith("There are no Key Stage")
            and len(ends.dropna())
            and (school.pupils["ks4_year"].notna().any())
        ):
            finished = set(
                school.results.loc[school.results["stage"] == stage.name, "pupil_id"]
            )
            if (
                in_summer(school, stage, page.choices.cohort.value)
                & school.pupils["pupil_id"].isin(finished)
            ).any():
                wrong.append(f"there are results: {text!r}")
    return wrong


def task_3(page, said):
    """Attendance, and who came in low."""
    school, wrong = page.school, []
    here = (school.pupils["on_roll"] == "Y") & (sides(school) == "SEN")
    held = school.pupils.loc[here, "attendance"].dropna()
    new = int(on_roll(school, [7]).sum())
    for text in said:
        found = re.match(r"([\d.]+) % on average over ([\d,]+) pupils?", text)
        if found and (
            abs(float(found[1]) - held.mean()) > 0.051 or int(found[2]) != len(held)
        ):
            wrong.append(f"it is {held.mean():.1f} of {len(held)}: {text!r}")
        found = re.match(
            r"([\d.]+) % for the 1 pupil whose attendance is recorded", text
        )
        if found and (len(held) != 1 or abs(float(found[1]) - held.mean()) > 0.051):
            wrong.append(f"attendance is held of {len(held)}: {text!r}")
        if "no attendance is recorded for the" in text and (
            len(held) or not here.any()
        ):
            wrong.append(f"attendance is held of {len(held)}: {text!r}")
        found = re.match(
            r"(?:\w+: )?(?:nobody|[\d,]+) of (\d+) pupils?(?:,|\.|;)", text
        )
        if found and int(found[1]) != new:
            wrong.append(f"in Year 7 are {new}: {text!r}")
        if text == "Nobody in Year 7 is on roll in the school’s files." and new:
            wrong.append(f"in Year 7 are {new}")
    return wrong


def task_4(page, said):
    """How many are listed, and of how many it is said."""
    school = page.school
    here = on_roll(school, page.years.value)
    if page.who.value == "SEN":
        here &= sides(school) == "SEN"
    ids, subject, entry = (
        set(school.pupils.loc[here, "pupil_id"]),
        page.subject.value,
        page.entry.value,
    )
    rows = school.results[school.results["pupil_id"].isin(ids)]
    now = rows[(rows["stage"] == "now") & (rows["subject"] == subject)]
    held = set(now.loc[now["points"].notna(), "pupil_id"])
    start = rows[rows["stage"] == school.framework.stage(page.plan.stage).entry_stage]
    wrong = []
    if not school.framework.stage(page.plan.stage).averaged and entry in (
        "2",
        "3",
        "4",
    ):
        starts = standing_result(start[start["subject"] == subject])["result"]
        ids = {
            one for one in ids if str(starts.get((one, subject), "")).startswith(entry)
        }
    elif entry == "none" and start.empty:
        pass
    else:
        ids = None
    for text in said:
        found = re.match(
            r"Of ([\d,]+) pupils?(?: with SEN)? (?:who|whose) .*?(?:on course|behind)",
            text,
        )
        if found and ids is not None and int(found[1]) != len(ids):
            wrong.append(f"they are {len(ids)}: {text!r}")
        counts = re.search(
            r", (\d+) (?:is|are) on course for .*? and (\d+) behind", text
        )
        if counts and sum(map(int, counts.groups())) > len(held):
            wrong.append(f"a level now is held of {len(held)}: {text!r}")
        if (
            re.match("(?:None of these|This pupil has no current)", text)
            and ids is not None
            and ids & held
        ):
            wrong.append(f"a level now is held of {len(ids & held)}: {text!r}")
        if (
            text.startswith("Nobody in Year")
            and "is on roll" in text
            and on_roll(school, page.years.value).any()
        ):
            wrong.append(f"there are: {text!r}")
        if text.startswith("There are no pupils") and " in Year" in text and ids:
            wrong.append(f"they are {len(ids)}: {text!r}")
        if "no KS2 result is held" in text and len(start):
            wrong.append(f"there are {len(start)}: {text!r}")
    return wrong


def task_5(page, said):
    """How many with SEN are followed, how many have something; and Year 7."""
    school, wrong = page.school, []
    here = on_roll(school, school.framework.tracking.years) & (sides(school) == "SEN")
    ids = school.pupils.loc[here, "pupil_id"]
    given = int(ids.isin(school.pupils["pupil_id"][:3]).sum())
    new = int(on_roll(school, [7]).sum())
    for text in said:
        found = re.match(
            r"Of ([\d,]+) pupils? with SEN in Years .*?, (none|\d+) ha(?:s|ve) some",
            text,
        )
        if found and (int(found[1]), found[2]) != (len(ids), str(given or "none")):
            wrong.append(f"it is {given} of {len(ids)}: {text!r}")
        found = re.match(r"Of (\d+) pupils? in Year 7 now", text)
        if found and int(found[1]) != new:
            wrong.append(f"in Year 7 are {new}: {text!r}")
        if (
            "No provision is on the maps" in text
            and (school.pupils["on_roll"][:3] == "Y").any()
        ):
            wrong.append(f"there is some: {text!r}")
    return wrong


def class_sheets(page, said):
    """How many of a class have SEN."""
    school, wrong = page.school, []
    for text in said:
        found = re.match(
            r"(\S+): (?:(\d+) of (\d+) pupils? ha(?:s|ve)|of (\d+) pupils? nobody has) SEN",
            text,
        )
        if not found:
            continue
        here = (school.pupils["on_roll"] == "Y") & (
            school.pupils[page.kind.value] == found[1]
        )
        sen = int((here & (sides(school) == "SEN")).sum())
        if (int(found[2] or 0), int(found[3] or found[4])) != (sen, int(here.sum())):
            wrong.append(f"it is {sen} of {here.sum()}: {text!r}")
    return wrong


def to_governors(page, said):
    """Whom there is nobody of, and how many miss a tenth."""
    school = page.school
    known = (school.pupils["on_roll"] == "Y") & school.pupils["attendance"].notna()
    sen = known & (sides(school) == "SEN")
    low = int((school.pupils.loc[sen, "attendance"] <= 90).sum())
    judged = (school.pupils["on_roll"] == "Y") & (sides(school) == "SEN")
    wrong = []
    for text in said:
        if text == caveats.NOBODY_RECORDED and sen.any():
            wrong.append(f"they are {sen.sum()}: {text!r}")
        if text == caveats.NOBODY_JUDGED and not judged.any():
            wrong.append(f"nobody has SEN: {text!r}")
        if text == caveats.NOBODY and (sides(school) == "SEN").all():
            wrong.append(f"all have SEN: {text!r}")
        if text == caveats.EVERYBODY and (sides(school) == "no SEN").all():
            wrong.append(f"nobody has SEN: {text!r}")
        if text == caveats.ROLL["empty"] and (school.pupils["on_roll"] == "Y").any():
            wrong.append(f"some are on roll: {text!r}")
        found = re.match(r"A tenth or more missed, with SEN: (\d+) of (\d+),", text)
        if found and [int(n) for n in found.groups()] != [low, int(sen.sum())]:
            wrong.append(f"it is {low} of {sen.sum()}: {text!r}")
        if text.startswith("More than half of the pupils on roll have no attendance"):
            here = (school.pupils["on_roll"] == "Y") & sides(school).notna()
            if 2 * (known & here).sum() > here.sum():
                wrong.append(f"it is held of {known.sum()}: {text!r}")
    return wrong


CLAIMS = {
    "task1_conversion_data": task_1,
    "task3_ensuring_progress": task_3,
    "task4_level3_to_5": task_4,
    "task5_interventions": task_5,
    "unit3_class_sheets": class_sheets,
}


@pytest.mark.parametrize(("framework", "name"), SOME)
def test_what_governors_are_told_is_so(tmp_path, monkeypatch, framework, name):
    school = school_of(framework, name)
    page, said = said_by(desk_of(tmp_path, school), "governors", monkeypatch)
    page.school = school  # which the page itself has let go
    assert to_governors(page, said) == []


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_pupil_s_page_says_what_is_held(tmp_path, monkeypatch, framework):
    for name in (
        "nothing",
        "no attendance",
        "no now",
        "no KS2",
        "no results",
        "no need",
    ):
        school = school_of(framework, name)
        page, _ = said_by(desk_of(tmp_path / name, school), "pupil", monkeypatch)
        for _, pupil in [one for one in page.pupil.options if one[1]][:4]:
            page.pupil.value = pupil
            row = school.pupils.set_index("pupil_id").loc[pupil]
            said = texts(page.pieces["who"]) + texts(page.pieces["progress"])
            told = (
                "not held"
                if pd.isna(row["attendance"])
                else f"{row['attendance']:.1f} %"
            )
            need = row["need"] or row["need_2"] or "none recorded"
            assert told in said and need in " ".join(said)
            assert faults_in(said) == []
            held = school.results[school.results["pupil_id"] == pupil]
            if held.empty:
                assert any(
                    "without a result, now not known" in text for text in said
                ) or any(text.startswith("No results of this pupil") for text in said)
