"""The governors' page: counts done on paper, nobody named, nothing kept but published tables, and a reader who subtracts.

The reader is that of tests/measures/reader.py: he knows the tables, the rule, and which sums hold.
"""

import base64
import dataclasses
import functools
import gc
import inspect
import io
import json
import os
import random
import re
import subprocess
import sys
import types
from zipfile import ZipFile

import docx
import ipywidgets as widgets
import pandas as pd
import pytest

from senlib import ROOT, charts, national
from senlib import workspace as workspaces
from senlib.measures import governors_counts as publishing
from senlib.measures import governors_england
from senlib.measures.comparison import of_known_starts
from senlib.measures.conversion import conversion
from senlib.measures.criteria import criteria
from senlib.measures.expected import made_in_england
from senlib.measures.governors_counts import LIMITS, TOTALS, England
from senlib.measures.proportion import rounded
from senlib.measures.provision import GIVEN
from senlib.measures.published_table import PublishedTable, publish
from senlib.pages.governors import GovernorsPage
from senlib.pages.governors.pupils_on_roll import absence, attendance, works
from senlib.pages.governors.rates_in_words import gap_words
from senlib.pages.governors.summer_results import england, progress
from senlib.school.school import School
from senlib.workbook.forms import answer_key
from senlib.workbook.plan import add_action
from senlib.workbook.store import Store
from senlib.workspace import Workspace
from tests.measures.reader import Reader, truth_of
from tests.measures.schools import school
from tests.pages.driving import (
    small_school,
    vanish,
    without_pictures,
    without_sen,
    words,
    workspace_over,
)

PIECES = (
    "header",
    "about",
    "progress",
    "england",
    "absence",
    "attendance",
    "spend",
    "works",
    "next",
)
LITERACY = "task5.provision.literacy.guided"


@pytest.fixture
def sample(tmp_path, monkeypatch):
    """a workspace over the sample school of this framework, with its example answers."""

    def sit_down(name):
        monkeypatch.setenv(workspaces.DATA_VARIABLE, str(tmp_path / "data"))
        monkeypatch.delenv(workspaces.SCHOOL_VARIABLE, raising=False)
        workspaces.open_workspace().choose(name)
        return workspaces.open_workspace()

    return sit_down


@pytest.fixture
def no_pictures(monkeypatch):
    """What a picture says in its place: drawing takes most of the time."""
    without_pictures(monkeypatch)


def shown(page):
    return {name: getattr(page, name)() for name in PIECES}


def told(page):
    return " ".join(
        words(piece) for piece in shown(page).values() if hasattr(piece, "value")
    )


def lines_of(page):
    makes = (progress, england, absence, attendance, works)
    return [line for make in makes for line in make(page.view, page.data.words).lines]


def on_paper(**changes):
    """Forty pupils of Year 10 by levels, on roll: 16 with SEN, 24 without. All entered English at 3.

    With SEN: 9 gained a level (7 of them came to 5), 7 did not. Without: 18 gained one, all of them to 5; 6 did not.
    Attendance: with SEN 8 at 88, 8 at 97; without 6 at 90, 18 at 96. Numbers 1 to 16 have SEN.
    """
    pupils, results = [], []
    for number in range(1, 41):
        sen = number <= 16
        low = number <= 8 or 16 < number <= 22
        row = {
            "pupil_id": f"{number:04}",
            "surname": f"Zq{number}x",
            "forename": f"Yv{number}x",
            "form": "10Wk",
            "year_group": "10",
            "sen_provision": "A" if sen else "N",
            "on_roll": "Y",
            "ks4_year": "2006",
            "attendance": ("88" if sen else "90") if low else ("97" if sen else "96"),
        }
        pupils.append(row | changes)
        after = "5" if number <= 7 or 16 < number <= 34 else "4" if number <= 9 else "3"
        results += [
            (row["pupil_id"], "KS2", "English", "test", "3"),
            (row["pupil_id"], "KS3", "English", "test", after),
        ]
    return school("levels", pupils, results)


def with_maps(workspace, pupils, cost="", *, line=LITERACY):
    for pupil in pupils:
        given = {answer_key(row=line, column="given"): "yes"} | (
            {answer_key(row=line, column="cost"): cost} if cost else {}
        )
        workspace.store.save_all(form=f"task5.provision/{pupil}", values=given)


@pytest.mark.usefixtures("no_pictures")
def test_counts_done_on_paper(tmp_path):
    page = GovernorsPage(workspace_over(tmp_path, on_paper()))
    tables = page.data.views[5].tables
    made = tables["progress"]
    assert [
        made.value(subject="English", side=side, progress="made")
        for side in ("all", "SEN", "no SEN")
    ] == [27, 9, 18]
    assert made.value(subject="English", side="SEN", progress="pupils") == 16
    assert (
        tables["attained"].value(subject="English", side="SEN", attained="reached") == 7
    )
    assert [
        tables["absence"].value(side="SEN", attendance=band)
        for band in ("all", "low", "middle", "high")
    ] == [16, 8, 0, 8]
    assert tables["absence"].value(side="no SEN", attendance="low") == 6
    text = told(page)
    assert (
        "English, with SEN: 9 of 16, 56 % (likely 33 to 77 %). Without SEN 18 of 24, 75 % (likely 55 to 88 %): 19 points apart. "
        "That is not clear: the true gap may be anything from 10 points the other way to 45 points this way."
        in text
    )
    assert (
        "A tenth or more missed, with SEN: 8 of 16, 50 % (likely 28 to 72 %). Without SEN 6 of 24, 25 % (likely 12 to 45 %)"
        in text
    )
    assert "English, with SEN: 7 of 16, 44 %" in text and "at least 80 %" in text


def test_a_small_count_is_hidden_with_the_one_from_which_it_could_be_worked_out(
    tmp_path,
):
    """2 of 16 have help: 14 have none, and 16 show. What is spent on two does not show either."""
    workspace = workspace_over(tmp_path, on_paper())
    with_maps(workspace, ["0001", "0002"], "1234")
    view = GovernorsPage(workspace).data.views[5]
    cell = {"side": "SEN", "heading": "literacy", "standing": "pupils"}
    assert [
        view.tables["help"].value(help=help, **cell)
        for help in ("all", "has", "has not")
    ] == [
        16,
        None,
        None,
    ]
    assert "literacy" not in view.pounds


@pytest.mark.usefixtures("no_pictures")
def test_what_is_spent_is_rounded_and_nobody_s_share_can_be_told_from_it(tmp_path):
    workspace = workspace_over(tmp_path, on_paper())
    eight = [f"{number:04}" for number in range(1, 9)]
    with_maps(workspace, eight, "260")
    page = GovernorsPage(workspace)
    assert (
        page.data.views[5].pounds == {"literacy": (2100, True)}
        and page.data.views[10].pounds == {}
    )
    assert "Most is spent on Literacy: £2,100 a year for 8 pupils." in told(page)
    with_maps(workspace, eight[:1], "9000")
    assert GovernorsPage(workspace).data.views[5].pounds == {}, (
        "one pupil makes up more than half"
    )
    with_maps(workspace, eight[:1], "260")
    workspace.store.save(
        form="task5.provision/0008",
        field=answer_key(row=LITERACY, column="cost"),
        value="",
    )
    assert GovernorsPage(workspace).data.views[5].pounds == {"literacy": (1800, False)}
    for pupil in eight[:3]:
        workspace.store.save(
            form=f"task5.provision/{pupil}",
            field=answer_key(row=LITERACY, column="cost"),
            value="",
        )
    assert GovernorsPage(workspace).data.views[5].pounds == {}, (
        "costs are known of four alone"
    )


@pytest.mark.parametrize("name", ["levels", "gcse"])
def test_both_samples_answer_every_question_with_n_and_interval(sample, name):
    page = GovernorsPage(sample(name))
    pieces = shown(page)
    for limit in LIMITS:
        page.hide.value = limit
        assert f"are hidden: those of 1 to {limit} pupils, and others" in words(
            pieces["about"].children[0]
        )
        for piece in PIECES[2:8]:
            assert (
                pieces[piece].value.count('role="img"')
                == pieces[piece].value.count("sl-numbers")
                == 1
            )
            for percent in re.findall(r"\d+ of \d+, \d+ %(.{9})", words(pieces[piece])):
                assert percent == " (likely "
    page.hide.value = 5
    text = " ".join(words(pieces[piece]) for piece in PIECES[2:8])
    assert re.search(r"less often than others in English", text)
    assert (
        "Asked of schools for pupils with SEN"
        if name == "levels"
        else "who started where they did"
    ) in text
    assert (
        "Department for Education" in text
        if name == "gcse"
        else "Ofsted (2004)" in text
    )


def test_progress_by_levels_is_what_task_3_measures(sample):
    workspace = sample("levels")
    rows = criteria(workspace.school)
    rows = rows[
        (rows["criterion"] == "gain_sen") & (rows["cohort"] == rows["cohort"].max())
    ].set_index("subject")
    table = GovernorsPage(workspace).data.views[5].tables["progress"]
    for subject in rows.index:
        both = [
            table.value(subject=subject, side="SEN", progress=label)
            for label in ("pupils", "made")
        ]
        assert both == rows.loc[subject, ["pupils", "reached"]].tolist()


# Few pupils ----------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_pictures")
def test_a_tiny_school_is_told_in_words_that_hardly_a_figure_can_show(tmp_path):
    page = GovernorsPage(workspace_over(tmp_path, small_school()))
    assert "hardly a figure can be shown" in words(page.about().children[0])
    text = told(page)
    assert "No results of a year that has finished are held" in text
    assert (
        not re.search(r"\b[1-5] of \d|\d of [1-5]\b", text)
        and page.paper()[:2] == b"PK"
    )


@pytest.mark.usefixtures("no_pictures")
def test_a_school_without_pupils_with_sen_without_results_or_attendance(tmp_path):
    page = GovernorsPage(workspace_over(tmp_path, without_sen()))
    text = told(page)
    assert (
        "No results of a year that has finished are held" in text
        and "Nobody on roll has SEN in the school’s files." in text
    )
    assert (
        "hardly a figure" not in words(page.about().children[0])
        and page.paper()[:2] == b"PK"
    )


@pytest.mark.usefixtures("no_pictures")
def test_a_school_in_which_nobody_has_sen_though_there_are_results(tmp_path):
    page = GovernorsPage(workspace_over(tmp_path, on_paper(sen_provision="N")))
    text = told(page)
    assert (
        text.count("None of the pupils counted here has SEN in the school’s files.")
        == 2
    )
    assert text.count("Nobody on roll has SEN in the school’s files.") == 4
    assert "hardly a figure" not in words(page.about().children[0])
    assert "English, without SEN: 27 of 40" in text and "nobody to count" not in text
    assert not [line for line in lines_of(page) if "nobody" in line or "–" in line]


@pytest.mark.usefixtures("no_pictures")
def test_a_school_in_which_everybody_has_sen(tmp_path):
    page = GovernorsPage(workspace_over(tmp_path, on_paper(sen_provision="A")))
    for piece in (page.progress(), page.absence()):
        assert (
            "Every pupil counted here has SEN, so there is nobody to compare with."
            in words(piece)
        )
    assert "English, with SEN: 27 of 40" in words(page.progress())
    assert "A tenth or more missed, with SEN: 14 of 40" in words(page.absence())
    assert "cannot be shown" not in told(page)
    assert not [line for line in lines_of(page) if "nobody" in line or "–" in line]


@pytest.mark.usefixtures("no_pictures")
def test_nobody_on_roll_and_attendance_that_is_not_recorded_are_told_apart(tmp_path):
    gone = GovernorsPage(workspace_over(tmp_path / "gone", on_paper(on_roll="N")))
    assert told(gone).count("The school’s files have nobody on roll.") == 4
    held = on_paper()
    sen = held.pupils["sen_provision"] == "A"
    held.pupils.loc[sen, "attendance"] = float("nan")
    page = GovernorsPage(workspace_over(tmp_path / "unknown", held))
    text = told(page)
    assert (
        text.count(
            "Pupils with SEN are on roll, but the school’s files have no attendance"
        )
        == 2
    )
    assert "Nobody on roll has SEN" not in text
    page = GovernorsPage(workspace_over(tmp_path / "nothing", on_paper(attendance="")))
    text = told(page)
    assert (
        text.count(
            "More than half of the pupils on roll have no attendance in the school’s files"
        )
        == 2
    )
    assert (
        "choose the files again on the front page, with a list that has attendance"
        in text
    )


@pytest.mark.usefixtures("no_pictures")
def test_nobody_in_the_middle_band_alone_is_not_nobody(tmp_path):
    """All with SEN attend 93 %: none attends least."""
    held = on_paper()
    held.pupils.loc[held.pupils["sen_provision"] == "A", "attendance"] = 93.0
    page = GovernorsPage(workspace_over(tmp_path, held))
    assert "None of the pupils with SEN" not in words(page.progress())
    text = words(page.attendance())
    assert (
        "cannot be said yet" in text
        or "counted here attends 90 % or less" in text.replace("\xa0", " ")
    )


def test_a_page_over_a_store_that_cannot_be_read_says_so(tmp_path):
    workspace = workspace_over(tmp_path, on_paper())
    vanish(workspace)
    page = GovernorsPage(workspace)
    assert "is no longer there" in words(page.about().children[0]) and told(page)


@pytest.mark.usefixtures("no_pictures")
def test_the_page_for_the_papers_is_made_when_it_is_asked_for(tmp_path, monkeypatch):
    page = GovernorsPage(workspace_over(tmp_path, on_paper()))
    files = []
    monkeypatch.setattr(page, "paper", lambda: files.append(page.hide.value) or b"PK")
    rule, choices, offer = page.about().children
    assert offer.children == (page.paper_button.button, page.paper_button.link)
    page.hide.value = 10
    assert files == [] and page.paper_button.link.value == ""
    page.paper_button.button.click()
    assert files == [10] and "governors-" in page.paper_button.link.value
    page.hide.value = 5
    assert page.paper_button.link.value == "", "it says what another limit shows"


# Nobody is named -----------------------------------------------------------------------------------------------------------


def traits(widget, seen=None):
    """Every text that a widget and those in it send, and the files that they hold as links, unzipped."""
    seen = set() if seen is None else seen
    if id(widget) in seen:
        return ""
    seen.add(id(widget))
    text = json.dumps(widget.get_state(), default=str)
    inner = [
        child
        for name in ("children", "layout", "style")
        for child in _several(getattr(widget, name, ()))
    ]
    found = text + "".join(traits(child, seen) for child in inner)
    for link in re.findall(r'href=\\?"data:[^,]*,([^"\\]+)', text):
        archive = ZipFile(io.BytesIO(base64.b64decode(link)))
        found = found.replace(link, "") + " ".join(
            archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
        )
    return found


def _several(value):
    return (
        value
        if isinstance(value, tuple | list)
        else [value]
        if isinstance(value, widgets.Widget)
        else []
    )


# A paper that a '?' names: its authors are no pupils.
AUTHORS = re.compile(r"Wilson.{1,8}s interval, as Brown, Cai and DasGupta recommend it")


def everything_sent(page):
    pieces, sent = shown(page), []
    for limit in LIMITS:
        page.hide.value = limit
        page.paper_button.make()
        sent += [traits(piece) for piece in pieces.values()]
    return AUTHORS.sub("", " ".join(sent))


@pytest.mark.parametrize("name", ["levels", "gcse"])
def test_no_name_number_or_form_of_the_sample_is_sent_whatever_is_chosen(sample, name):
    workspace = sample(name)
    pupils = workspace.school.pupils
    sent = set(
        re.findall(r"(?<!\d\.)\b\w+", everything_sent(GovernorsPage(workspace)))
    )  # what follows '12.' is a point on a chart
    for column in ("surname", "forename", "pupil_id", "form"):
        assert sent & set(pupils[column]) - {""} == set(), column


def test_no_text_of_a_small_school_s_pupils_is_sent(tmp_path):
    marks = {
        "need": "PMLD",
        "ethnicity": "Ethnq",
        "language": "Langq",
        "set_english": "Setq",
    }
    workspace = workspace_over(tmp_path, on_paper(**marks))
    with_maps(workspace, [f"{number:04}" for number in range(1, 9)], "260")
    sent = everything_sent(GovernorsPage(workspace))
    assert not re.search(
        r"Zq\d+x|Yv\d+x|10Wk|Ethnq|Langq|Setq|PMLD|\b00(0[1-9]|[1-3]\d|40)\b", sent
    )


# The plan ------------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_pictures")
def test_of_the_plan_only_where_when_and_whether_done_is_shown(tmp_path):
    workspace = workspace_over(tmp_path, on_paper())
    first = add_action(
        workspace.store,
        what="Talk with Zq1x's mother",
        owner="Zq2x",
        due="2004-01-09",
        measure="Zq3x smiles",
    )
    about = add_action(
        workspace.store, what="Ring Zq4x", due="2004-01-09", pupil="0004"
    )
    workspace.store.save(form="task1.findings", field="action", value="Zq5x moves set")
    chosen = {
        "next_steps.1.action": first,
        "next_steps.2.action": about,
        "next_steps.3.what": "Help Zq6x",
        "next_steps.3.who": "Zq7x",
    }
    workspace.store.save_all(form="next_steps", values=chosen)
    page = GovernorsPage(workspace)
    text = words(page.next())
    assert (
        "2 actions for the whole school: 0 done, 2 still to do, 1 overdue, 1 without a date."
        in text
    )
    assert (
        "Task 8: Working smarter 9 January 2004 overdue One pupil 9 January 2004 overdue Task 8: Working smarter no date yet to do"
        in text
    )
    assert "Zq" not in everything_sent(page)


# What is kept --------------------------------------------------------------------------------------------------------------


def reachable(thing):
    """Everything that can be reached from an object through what it holds; not modules, classes and what functions know of theirs."""
    seen, waiting = {}, [thing]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | types.ModuleType):
            continue
        seen[id(one)] = one
        if isinstance(one, types.FunctionType):
            waiting += [cell.cell_contents for cell in one.__closure__ or ()] + list(
                one.__defaults__ or ()
            )
        elif isinstance(one, types.MethodType):
            waiting += [one.__self__, one.__func__]
        elif isinstance(one, functools.partial) or not inspect.isroutine(one):
            waiting += gc.get_referents(one)
    return list(seen.values())


def test_the_page_keeps_published_tables_and_neither_school_nor_store(tmp_path):
    page = GovernorsPage(workspace_over(tmp_path, on_paper()))
    shown(page)
    page.paper_button.make()
    for own in (vars(page), *page.hide._trait_notifiers.values(), page.live):
        found = reachable(own)
        assert not [
            one
            for one in found
            if isinstance(one, School | Workspace | Store | pd.DataFrame | pd.Series)
        ]
    assert sum(
        isinstance(one, PublishedTable) for one in reachable(vars(page))
    ) == 5 * len(LIMITS)


def test_a_kernel_that_has_opened_the_page_holds_no_school_any_more(tmp_path):
    """In a process of its own: nothing that Python knows of is a school, or a table with a row for a pupil."""
    program = """
import gc
import pandas as pd
from senlib.pages.governors import open_page
from senlib.school.school import School
page = open_page()
shown = [getattr(page, name)() for name in ("header", "about", "progress", "england", "absence", "attendance", "spend", "works", "next")]
for limit in (10, 15, 5):
    page.hide.value = limit
gc.collect()
left = [one for one in gc.get_objects() if isinstance(one, School) or isinstance(one, pd.DataFrame) and "pupil_id" in one.columns]
print(len(left), page.hide.value)
"""
    environment = os.environ | {
        workspaces.DATA_VARIABLE: str(tmp_path / "data"),
        workspaces.SCHOOL_VARIABLE: "",
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["0", "5"], done.stderr


def test_the_notebook_opens_no_school():
    cells = json.loads((ROOT / "notebooks" / "governors.ipynb").read_text("utf-8"))[
        "cells"
    ]
    assert not any("workings" in cell["metadata"].get("tags", []) for cell in cells)
    code = "".join(
        "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"
    )
    assert (
        set(re.findall(r"import (\w+)", code)) == {"open_page"}
        and "workspace" not in code
    )


# A reader who subtracts ----------------------------------------------------------------------------------------------------

SUBJECTS, HEADINGS = ("English", "Mathematics"), ("literacy", "numeracy", "behaviour")


def random_tables(rng):
    """The page's tables over a random small school."""
    sides = rng.choices(["SEN", "no SEN"], [3, 7], k=rng.randint(8, 120))
    finished = [
        {
            "subject": subject,
            "side": side,
            "progress": rng.choices(["made", "not made"], [6, 4])[0],
            "attained": rng.choice(["reached", "not reached"]),
            "pupils": 1,
        }
        for side in sides
        for subject in SUBJECTS
        if rng.random() < 0.97
    ]
    now = pd.DataFrame(
        [
            {
                "pupil_id": str(number),
                "side": side,
                "attendance": rng.choices(["low", "middle", "high"], [2, 3, 6])[0],
                "standing": rng.choices(
                    ["moving", "not moving", "not known"], [5, 4, 1]
                )[0],
            }
            for number, side in enumerate(
                rng.choices(["SEN", "no SEN"], [3, 7], k=rng.randint(8, 120))
            )
        ]
    )
    having = [
        (pupil, heading)
        for pupil, side in zip(now["pupil_id"], now["side"], strict=True)
        for heading in HEADINGS
        if side == "SEN" and rng.random() < 0.3
    ]
    given = pd.DataFrame(
        [
            (pupil, heading, heading, heading, "", None, None)
            for pupil, heading in having
        ],
        columns=GIVEN,
    )
    return publishing.tables(
        pd.DataFrame(finished), now, given, subjects=SUBJECTS, headings=HEADINGS
    )


def reader_of(counted, *, limit):
    """The page's reader: he knows its sums, and which cells no column adds up are the same."""
    also = list(
        publishing.known_to_be_the_same(counted, subjects=SUBJECTS, headings=HEADINGS)
    )
    published = publish(counted, totals=TOTALS, also=also, hide_up_to=limit)
    reader = Reader([one.table for one in published.values()], TOTALS, limit=limit)
    named = [
        (reader.name(cell, list(cell)), reader.name(other, list(other)))
        for cell, (other,) in also
    ]
    reader.sums += [(cell, (other,)) for cell, other in named if cell != other]
    return reader, published


SCHOOLS = 40


def test_a_reader_recovers_no_hidden_count_of_the_page():
    rng = random.Random(20260901)
    hidden = 0
    for number in range(SCHOOLS):
        counted, limit = random_tables(rng), rng.choice([5, 5, 10])
        reader, published = reader_of(counted, limit=limit)
        truth = truth_of(counted.values(), reader)
        asked = {c for c, count in reader.counts.items() if count is None} | {
            c for c in reader.unseen if 1 <= truth[c] <= limit
        }
        assert not {cell for cell in reader.by_algebra() if cell in asked}, (
            number,
            limit,
        )
        assert reader.by_bounds(truth) == {}, (number, limit)
        hidden += sum(one.hidden for one in published.values())
    assert hidden > SCHOOLS


def test_tables_published_one_by_one_would_give_counts_away():
    """A reader who finds nothing anywhere would prove nothing: here he does."""
    rng, found = random.Random(20260901), 0
    for _ in range(SCHOOLS):
        counted = random_tables(rng)
        reader, _ = reader_of(counted, limit=5)
        apart = [publish(table, totals=TOTALS).table for table in counted.values()]
        shows = {}
        for table in apart:
            names = [name for name in table.columns if name not in ("pupils", "reason")]
            for row in table.to_dict("records"):
                cell = reader.name(row, names)
                shows[cell] = (
                    shows.get(cell) if pd.isna(row["pupils"]) else int(row["pupils"])
                )
        reader.counts = shows
        found += len(
            reader.by_algebra().keys()
            & {cell for cell, count in shows.items() if count is None}
        )
    assert found


def test_a_higher_limit_shows_nothing_that_a_lower_one_hides(tmp_path):
    rng = random.Random(7)
    for _ in range(10):
        counted = random_tables(rng)
        views = [reader_of(counted, limit=limit)[1] for limit in LIMITS]
        for lower, higher in zip(views, views[1:], strict=False):
            for name in counted:
                for a, b in zip(lower[name].counts, higher[name].counts, strict=True):
                    assert b == a or b is None


# Drawing -------------------------------------------------------------------------------------------------------------------


def published(**counts):
    rows = [
        (group, outcome, n)
        for group, (pupils, made) in counts.items()
        for outcome, n in (("pupils", pupils), ("made", made))
    ]
    return publish(
        pd.DataFrame(rows, columns=["group", "outcome", "pupils"]),
        totals={"outcome": {"pupils": ["made", "not made"]}},
    )


def drawn(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_a_picture_says_where_something_is_hidden_and_draws_nothing_of_it(width):
    table = published(a=(40, 20), b=(12, 4), c=(0, 0))
    ask = {
        "column": "outcome",
        "reached": "made",
        "of": "pupils",
        "rows": [("a",), ("b",), ("c",)],
        "labels": ["A", "B", "C"],
    }
    figure = charts.published_rates(
        table,
        strong=[True] * 3,
        marks=[60.0, 60.0, 60.0],
        mark="target",
        width=width,
        **ask,
    )
    texts = drawn(figure)
    assert "50 %" in texts and texts.count("hidden") == 1 and texts.count("nobody") == 1
    assert len(figure.axes[0].lines) == 3, (
        "a range, a dot and a mark, for the first row alone"
    )
    with pytest.raises(TypeError):
        charts.published_rates(table.table, strong=[True] * 3, **ask)


def test_spend_is_drawn_only_where_the_number_of_pupils_shows():
    table = published(a=(40, 20), b=(12, 4))
    figure = charts.published_spend(
        table, {("a", "pupils"): (2300, False)}, labels=["A"]
    )
    assert "at least £2,300, 40 pupils" in drawn(figure)
    with pytest.raises(ValueError, match="hidden"):
        charts.published_spend(table, {("b", "made"): (2300, False)}, labels=["B"])
    with pytest.raises(TypeError):
        charts.published_spend(table.table, {}, labels=[])


def test_help_that_is_hidden_stands_in_a_line_and_not_as_an_empty_row(sample):
    page = GovernorsPage(sample("levels"))
    asked = works(page.view, page.data.words)
    (hidden,) = [line for line in asked.lines if line.startswith("Hidden: ")]
    labels = asked.figures.labels
    assert (
        labels
        and not any(label in hidden for label in labels)
        and "hidden" not in str(asked.figures.in_words())
    )
    assert (
        len(labels) == len(asked.figures.rows) == len(asked.marks) == len(asked.strong)
    )


def test_the_picture_of_help_marks_those_without_it_with_whom_the_sentence_compares(
    tmp_path,
):
    """40 with SEN, judged: 20 have help with literacy, of whom 7 move on; of the 20 without it 14."""
    held = GovernorsPage(workspace_over(tmp_path, on_paper())).data.words
    headings = {"literacy": held.headings["literacy"]}
    moving = [n < 7 or 20 <= n < 34 for n in range(40)]
    now = pd.DataFrame(
        {
            "pupil_id": [str(n) for n in range(40)],
            "side": "SEN",
            "attendance": "high",
            "standing": ["moving" if moves else "not moving" for moves in moving],
        }
    )
    given = pd.DataFrame(
        [
            (str(n), "literacy", "literacy", "literacy", "", None, None)
            for n in range(20)
        ],
        columns=GIVEN,
    )
    finished = pd.DataFrame(
        [("English", "SEN", "made", "reached", 40)],
        columns=["subject", "side", "progress", "attained", "pupils"],
    )
    ask = {"subjects": ("English",), "headings": list(headings)}
    counted = publishing.tables(finished, now, given, **ask)
    view = publishing.published_view(counted, given, **ask, limit=5)
    asked = works(view, dataclasses.replace(held, headings=headings))
    assert (
        asked.answer
        == "Pupils with SEN move on less often with Literacy than without it. That is clear."
    )
    assert asked.lines == (
        "Literacy: 7 of 20, 35 % (likely 18 to 57 %). Without it 14 of 20, 70 % (likely 48 to 85 %): 35 points apart. "
        "That is clear: the true gap is likely between 4 and 58 points.",
    )
    assert asked.marks == (70.0,) and asked.figures.labels == ("Literacy",)
    assert "Stroke: those who do not." in asked.key


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ((9, 16), (3, 4), "19 points apart"),  # 56 and 75 %, 18.75
        (
            (14, 39),
            (31, 53),
            "22.6 points apart",
        ),  # 36 and 58 %: 23 would contradict them
        ((1, 2), (1, 2), "no gap"),
        ((50, 101), (50, 100), "no gap"),  # both 50 %, and half a point between them
    ],
)
def test_a_gap_does_not_contradict_the_percentages_beside_it(one, other, told):
    rows = [
        pd.Series({"reached": reached, "pupils": pupils})
        for reached, pupils in (one, other)
    ]
    assert gap_words(*rows).startswith(told)


# England beside the published rates ----------------------------------------------------------------------------------------


def gcse_on_paper(
    *, ks4_year="2024", sen=24, others=30, starts=("95", "103"), ks2=True, first=""
):
    """Pupils of Year 11 who have left, by GCSE. The first half of each side began at the first start, the others at the second.

    With SEN every second reached grade 4, of the others all. All take English Language alone. `first` is where the first began.
    """
    pupils, results = [], []
    for number in range(1, sen + others + 1):
        has_sen, place = number <= sen, number if number <= sen else number - sen
        half = place <= (sen if has_sen else others) // 2
        code = f"{number:04}"
        pupils.append(
            {
                "pupil_id": code,
                "sen_provision": "K" if has_sen else "N",
                "year_group": "11",
                "on_roll": "N",
                "ks4_year": ks4_year,
            }
        )
        if ks2:
            start = first if first and number == 1 else starts[0] if half else starts[1]
            results += [
                (code, "KS2", paper, "test", start)
                for paper in ("Reading", "Mathematics")
            ]
        grade = "4" if not has_sen or number % 2 else "3"
        results.append((code, "KS4", "English Language", "test", grade))
    return school("gcse", pupils, results, year=int(ks4_year))


def in_england(group, *, year, reach="4", bands=("90-95.5", "102-104")):
    figures = national.figures("gcse")
    held = figures[
        (figures["subject"] == "English Language")
        & (figures["group"] == group)
        & (figures["year"] == year)
        & (figures["reach"] == reach)
    ].set_index("entry")["percent"]
    return held.loc[list(bands)]


def bands_of_the_starts(workspace):
    stage = workspace.school.framework.stage()
    return tuple(
        stage.band(entry=start, points=float(start)) for start in ("95", "103")
    )


@pytest.mark.usefixtures("no_pictures")
def test_england_from_the_same_starts_by_hand(tmp_path):
    """12 began at 95 and 12 at 103: what England's pupils with SEN reached is the mean of the two."""
    workspace = workspace_over(tmp_path, gcse_on_paper())
    bands = bands_of_the_starts(workspace)
    page = GovernorsPage(workspace)
    for group in ("SEN", "no SEN"):
        held = page.view.england["attained", "English Language", group]
        wanted = in_england(group, year=2024, bands=bands).mean()
        assert held == England(rounded(wanted), 2024, True, held.difference)
    percent = page.view.england["attained", "English Language", "SEN"].percent
    text = words(page.england()).replace("\xa0", " ")
    assert (
        f"English Language, with SEN: 12 of 24, 50 % (likely 31 to 69 %). Pupils with SEN in England who started where they did: "
        f"{percent} % (2024). No clear difference." in text
    )
    made = made_in_england(
        framework=workspace.school.framework,
        stage=workspace.school.framework.stage(),
        cohort=2024,
    )
    of_sen = made[(made["subject"] == "English Language") & (made["group"] == "SEN")]
    wanted = of_sen.set_index("entry")["percent"].loc[list(bands)].mean()
    assert page.view.england["progress", "English Language", "SEN"].percent == rounded(
        wanted
    )
    assert (
        f"{rounded(wanted)} % of pupils with SEN who started where they did made it."
        in words(page.progress()).replace("\xa0", " ")
    )


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize(
    ("summer", "year"),
    [("2023", 2023), ("2022", 2022), ("2027", 2024), ("2019", 2022), ("2021", 2021)],
)
def test_a_verdict_is_given_against_the_same_summer_alone(tmp_path, summer, year):
    page = GovernorsPage(workspace_over(tmp_path, gcse_on_paper(ks4_year=summer)))
    held = page.view.england["attained", "English Language", "SEN"]
    asked = england(page.view, page.data.words)
    text = " ".join([asked.answer, *asked.lines])
    assert held.year == year and f"({year})" in text
    judged = year == int(summer) and year not in national.TEACHER_ASSESSED
    assert bool(held.difference) == judged == ("clear" in text.lower())
    if year in national.TEACHER_ASSESSED:
        assert "Grades of 2021 were given by teachers, so nobody can say" in text
    elif not judged:
        assert (
            f"England’s figures are of {year}, so nobody can say how those of summer {summer} compare."
            in text
        )


@pytest.mark.usefixtures("no_pictures")
def test_leavers_without_a_start_stand_beside_no_other_year(tmp_path):
    page = GovernorsPage(
        workspace_over(tmp_path, gcse_on_paper(ks4_year="2026", ks2=False))
    )
    text = told(page)
    assert (
        page.view.england == {}
        and "There were no key stage 2 tests in 2020 and 2021" in text
    )
    assert "English Language, with SEN: 12 of 24, 50" in text and "clear" not in words(
        page.england()
    )
    same = GovernorsPage(workspace_over(tmp_path / "2024", gcse_on_paper(ks2=False)))
    held = same.view.england["attained", "English Language", "SEN"]
    assert not held.alike and held.year == 2024 and held.difference
    assert "wherever they started" in words(same.england())
    assert (
        "choose the files again on the front page, with the results of Key Stage 2"
        in words(same.progress()).replace("\xa0", " ")
    )


def test_england_stands_beside_a_rate_that_shows_and_nowhere_else(sample):
    page = GovernorsPage(sample("gcse"))
    lower = None
    for view in page.data.views.values():
        rates = {
            (name, row.subject, row.side): row.percent
            for name in governors_england.GOT_THERE
            for row in view.tables[name]
            .rates(column=name, reached=governors_england.GOT_THERE[name], of="pupils")
            .itertuples()
        }
        assert view.england and not any(pd.isna(rates[row]) for row in view.england)
        assert lower is None or set(view.england) <= lower
        lower = set(view.england)


@pytest.mark.usefixtures("no_pictures")
def test_where_england_s_figure_would_tell_where_a_few_started_it_is_left_out(tmp_path):
    """12 with SEN, 11 of them at one start and 1 far above: the mean would tell of the one."""
    held = gcse_on_paper(sen=12, starts=("85", "85"), first="119")
    page = GovernorsPage(workspace_over(tmp_path, held))
    assert ("attained", "English Language", "no SEN") in page.view.england
    beside = page.view.england.get(("attained", "English Language", "SEN"))
    assert page.view.withheld and (beside is None or not beside.alike)
    assert "left out where it could tell where a few of the pupils started" in words(
        page.england()
    )


@pytest.mark.usefixtures("no_pictures")
def test_a_figure_of_the_lea_is_named_as_the_lea_s(tmp_path):
    workspace = workspace_over(tmp_path, gcse_on_paper())
    field = "KS4|2024|English Language|SEN|all|4|your LEA"
    workspace.store.save(form=workspaces.FIGURES, field=field, value="28")
    page = GovernorsPage(workspace)
    text = words(page.england()).replace("\xa0", " ")
    assert "Your LEA, wherever they started: 28 % (2024)." in text
    assert page.view.england["attained", "English Language", "SEN"].percent != 28
    assert not re.search(r"England[^.]{0,60}: 28 %", text)


def test_tasks_1_and_3_and_this_page_say_one_denominator(sample):
    """Pupils with SEN at grade 4 in English Language, by the measures behind the three pages."""
    workspace = sample("gcse")
    table = of_known_starts(
        conversion(workspace.school, subject="English Language", reach="4")
    )
    cohort = table["cohort"].max()
    task_1 = table[
        (table["entry"] == "all")
        & (table["group"] == "SEN")
        & (table["cohort"] == cohort)
    ].iloc[0]
    rows = criteria(workspace.school)
    task_3 = rows[
        (rows["criterion"] == "grade_4_sen")
        & (rows["subject"] == "English Language")
        & (rows["cohort"] == cohort)
    ].iloc[0]
    view = GovernorsPage(workspace).view
    here = [
        view.tables["attained"].value(
            subject="English Language", side="SEN", attained=label
        )
        for label in ("pupils", "reached")
    ]
    assert here == [task_1.pupils, task_1.reached] == [task_3.pupils, task_3.reached]
    beside = view.england["attained", "English Language", "SEN"]
    assert beside.percent == rounded(task_1.expected_percent) == rounded(task_3.target)
    assert beside.difference == task_1.difference


@pytest.mark.parametrize("name", ["levels", "gcse"])
def test_the_word_chance_is_gone_and_every_percentage_has_its_counts(
    sample, no_pictures, name
):
    page = GovernorsPage(sample(name))
    paper = docx.Document(io.BytesIO(page.paper()))
    cells = [
        cell.text for table in paper.tables for row in table.rows for cell in row.cells
    ]
    on_paper = " ".join([*cells, *(one.text for one in paper.paragraphs)])
    assert "chance" not in (told(page) + on_paper).lower()
    for make in (progress, england, absence, attendance, works):
        asked = make(page.view, page.data.words)
        for line in asked.lines:
            for percent in re.finditer(r"\d+ %", line.split("England")[0]):
                before = line[: percent.start()]
                assert re.search(
                    r"\d+ of \d+, $|\(likely \d+ to $", before
                ) or line.startswith(("Attend", "Above")), line
        assert "%" not in asked.answer
