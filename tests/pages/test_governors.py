"""The governors' page: counts done on paper, nobody named, nothing kept but published tables, and a reader who subtracts.

The reader is that of tests/measures/test_disclosure.py: he knows the tables, the rule, and which sums hold.
"""

import base64
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

import ipywidgets as widgets
import pandas as pd
import pytest

from senlib import ROOT, charts
from senlib.measures.criteria import criteria
from senlib.measures.disclosure import PublishedTable, publish
from senlib.measures.provision import GIVEN
from senlib.pages import desk as desks
from senlib.pages import published as publishing
from senlib.pages.desk import Desk
from senlib.pages.governors import GovernorsPage, _gap, works
from senlib.pages.published import LIMITS, TOTALS
from senlib.school.school import School
from senlib.workbook.forms import answer_key
from senlib.workbook.plan import add_action
from senlib.workbook.store import Store
from tests.measures.schools import school
from tests.measures.test_disclosure import Reader, truth_of
from tests.pages.driving import (
    desk_over,
    small_school,
    vanish,
    without_pictures,
    without_sen,
    words,
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
    """A desk over the sample school of this framework, with its example answers."""

    def sit_down(name):
        monkeypatch.setenv(desks.DATA_VARIABLE, str(tmp_path / "data"))
        monkeypatch.delenv(desks.SCHOOL_VARIABLE, raising=False)
        desks.open_desk().choose(name)
        return desks.open_desk()

    return sit_down


@pytest.fixture
def no_pictures(monkeypatch):
    """What a picture says in its place: drawing takes most of the time."""
    without_pictures(monkeypatch)


def shown(page):
    return {name: getattr(page, name)() for name in PIECES}


def told(page):
    return " ".join(words(piece) for piece in shown(page).values() if hasattr(piece, "value"))


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


def with_maps(desk, pupils, cost="", *, line=LITERACY):
    for pupil in pupils:
        given = {answer_key(row=line, column="given"): "yes"} | (
            {answer_key(row=line, column="cost"): cost} if cost else {}
        )
        desk.store.save_all(form=f"task5.provision/{pupil}", values=given)


@pytest.mark.usefixtures("no_pictures")
def test_counts_done_on_paper(tmp_path):
    page = GovernorsPage(desk_over(tmp_path, on_paper()))
    tables = page.held.views[5].tables
    made = tables["progress"]
    assert [
        made.value(subject="English", side=side, progress="made")
        for side in ("all", "SEN", "no SEN")
    ] == [27, 9, 18]
    assert made.value(subject="English", side="SEN", progress="pupils") == 16
    assert tables["attained"].value(subject="English", side="SEN", attained="reached") == 7
    assert [
        tables["absence"].value(side="SEN", attendance=band)
        for band in ("all", "low", "middle", "high")
    ] == [16, 8, 0, 8]
    assert tables["absence"].value(side="no SEN", attendance="low") == 6
    text = told(page)
    assert (
        "English, with SEN: 9 of 16, 56 % (likely 33 to 77 %). Without SEN 75 %: 19 points apart, chance alone could make that."
        in text
    )
    assert (
        "A tenth or more missed, with SEN: 8 of 16, 50 % (likely 28 to 72 %). Without SEN 25 %"
        in text
    )
    assert "English, with SEN: 7 of 16, 44 %" in text and "at least 80 %" in text


def test_a_small_count_is_hidden_with_the_one_from_which_it_could_be_worked_out(tmp_path):
    """2 of 16 have help: 14 have none, and 16 show. What is spent on two does not show either."""
    desk = desk_over(tmp_path, on_paper())
    with_maps(desk, ["0001", "0002"], "1234")
    view = GovernorsPage(desk).held.views[5]
    cell = {"side": "SEN", "heading": "literacy", "standing": "pupils"}
    assert [view.tables["help"].value(help=help, **cell) for help in ("all", "has", "has not")] == [
        16,
        None,
        None,
    ]
    assert "literacy" not in view.pounds


@pytest.mark.usefixtures("no_pictures")
def test_what_is_spent_is_rounded_and_nobody_s_share_can_be_told_from_it(tmp_path):
    desk = desk_over(tmp_path, on_paper())
    eight = [f"{number:04}" for number in range(1, 9)]
    with_maps(desk, eight, "260")
    page = GovernorsPage(desk)
    assert (
        page.held.views[5].pounds == {"literacy": (2100, True)} and page.held.views[10].pounds == {}
    )
    assert "Most is spent on Literacy: £2,100 a year for 8 pupils." in told(page)
    with_maps(desk, eight[:1], "9000")
    assert GovernorsPage(desk).held.views[5].pounds == {}, "one pupil makes up more than half"
    with_maps(desk, eight[:1], "260")
    desk.store.save(
        form="task5.provision/0008", field=answer_key(row=LITERACY, column="cost"), value=""
    )
    assert GovernorsPage(desk).held.views[5].pounds == {"literacy": (1800, False)}
    for pupil in eight[:3]:
        desk.store.save(
            form=f"task5.provision/{pupil}", field=answer_key(row=LITERACY, column="cost"), value=""
        )
    assert GovernorsPage(desk).held.views[5].pounds == {}, "costs are known of four alone"


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
    assert re.search(r"less often than others in English", text) and "for pupils with SEN" in text
    assert "Department for Education" in text if name == "gcse" else "Ofsted (2004)" in text


def test_progress_by_levels_is_what_task_3_measures(sample):
    desk = sample("levels")
    rows = criteria(desk.school)
    rows = rows[
        (rows["criterion"] == "gain_sen") & (rows["cohort"] == rows["cohort"].max())
    ].set_index("subject")
    table = GovernorsPage(desk).held.views[5].tables["progress"]
    for subject in rows.index:
        both = [
            table.value(subject=subject, side="SEN", progress=label) for label in ("pupils", "made")
        ]
        assert both == rows.loc[subject, ["pupils", "reached"]].tolist()


# Few pupils ----------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_pictures")
def test_a_tiny_school_is_told_in_words_that_hardly_a_figure_can_show(tmp_path):
    page = GovernorsPage(desk_over(tmp_path, small_school()))
    assert "hardly a figure can be shown" in words(page.about().children[0])
    text = told(page)
    assert "No results of a year that has finished are held" in text
    assert not re.search(r"\b[1-5] of \d|\d of [1-5]\b", text) and page.paper()[:2] == b"PK"


@pytest.mark.usefixtures("no_pictures")
def test_a_school_without_pupils_with_sen_without_results_or_attendance(tmp_path):
    page = GovernorsPage(desk_over(tmp_path, without_sen()))
    text = told(page)
    assert (
        "No results of a year that has finished are held" in text
        and "Attendance is not held for more than half" in text
    )
    assert "hardly a figure" not in words(page.about().children[0]) and page.paper()[:2] == b"PK"


@pytest.mark.usefixtures("no_pictures")
def test_a_school_in_which_nobody_has_sen_though_there_are_results(tmp_path):
    page = GovernorsPage(desk_over(tmp_path, on_paper(sen_provision="N")))
    text = told(page)
    assert text.count("There are no pupils with SEN to count.") == 2
    assert text.count("There are no pupils with SEN on roll whose attendance is known.") == 2
    assert "hardly a figure" not in words(page.about().children[0])
    assert (
        "English, without SEN" in text and "English: there are no pupils with SEN to count." in text
    )


def test_a_page_over_a_store_that_cannot_be_read_says_so(tmp_path):
    desk = desk_over(tmp_path, on_paper())
    vanish(desk)
    page = GovernorsPage(desk)
    assert "is no longer there" in words(page.about().children[0]) and told(page)


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


def everything_sent(page):
    pieces, sent = shown(page), []
    for limit in LIMITS:
        page.hide.value = limit
        sent += [traits(piece) for piece in pieces.values()]
    return " ".join(sent)


@pytest.mark.parametrize("name", ["levels", "gcse"])
def test_no_name_number_or_form_of_the_sample_is_sent_whatever_is_chosen(sample, name):
    desk = sample(name)
    pupils = desk.school.pupils
    sent = set(
        re.findall(r"(?<!\d\.)\b\w+", everything_sent(GovernorsPage(desk)))
    )  # what follows '12.' is a point on a chart
    for column in ("surname", "forename", "pupil_id", "form"):
        assert sent & set(pupils[column]) - {""} == set(), column


def test_no_text_of_a_small_school_s_pupils_is_sent(tmp_path):
    marks = {"need": "PMLD", "ethnicity": "Ethnq", "language": "Langq", "set_english": "Setq"}
    desk = desk_over(tmp_path, on_paper(**marks))
    with_maps(desk, [f"{number:04}" for number in range(1, 9)], "260")
    sent = everything_sent(GovernorsPage(desk))
    assert not re.search(
        r"Zq\d+x|Yv\d+x|10Wk|Ethnq|Langq|Setq|PMLD|\b00(0[1-9]|[1-3]\d|40)\b", sent
    )


# The plan ------------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_pictures")
def test_of_the_plan_only_where_when_and_whether_done_is_shown(tmp_path):
    desk = desk_over(tmp_path, on_paper())
    first = add_action(
        desk.store,
        what="Talk with Zq1x's mother",
        owner="Zq2x",
        due="2004-01-09",
        measure="Zq3x smiles",
    )
    about = add_action(desk.store, what="Ring Zq4x", due="2004-01-09", pupil="0004")
    desk.store.save(form="task1.findings", field="action", value="Zq5x moves set")
    chosen = {
        "next_steps.1.action": first,
        "next_steps.2.action": about,
        "next_steps.3.what": "Help Zq6x",
        "next_steps.3.who": "Zq7x",
    }
    desk.store.save_all(form="next_steps", values=chosen)
    page = GovernorsPage(desk)
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
    page = GovernorsPage(desk_over(tmp_path, on_paper()))
    shown(page)
    for own in (vars(page), *page.hide._trait_notifiers.values(), page.live):
        found = reachable(own)
        assert not [
            one
            for one in found
            if isinstance(one, School | Desk | Store | pd.DataFrame | pd.Series)
        ]
    assert sum(isinstance(one, PublishedTable) for one in reachable(vars(page))) == 5 * len(LIMITS)


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
        desks.DATA_VARIABLE: str(tmp_path / "data"),
        desks.SCHOOL_VARIABLE: "",
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
    cells = json.loads((ROOT / "notebooks" / "governors.ipynb").read_text("utf-8"))["cells"]
    assert not any("workings" in cell["metadata"].get("tags", []) for cell in cells)
    code = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert set(re.findall(r"import (\w+)", code)) == {"open_page"} and "desk" not in code


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
                "standing": rng.choices(["moving", "not moving", "not known"], [5, 4, 1])[0],
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
        [(pupil, heading, heading, heading, "", None, None) for pupil, heading in having],
        columns=GIVEN,
    )
    return publishing.tables(
        pd.DataFrame(finished), now, given, subjects=SUBJECTS, headings=HEADINGS
    )


def reader_of(counted, *, limit):
    """The page's reader: he knows its sums, and which cells no column adds up are the same."""
    also = list(publishing.known_to_be_the_same(counted, subjects=SUBJECTS, headings=HEADINGS))
    published = publish(counted, totals=TOTALS, also=also, hide_up_to=limit)
    reader = Reader([one.table for one in published.values()], TOTALS, limit=limit)
    named = [
        (reader.name(cell, list(cell)), reader.name(other, list(other))) for cell, (other,) in also
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
        assert not {cell for cell in reader.by_algebra() if cell in asked}, (number, limit)
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
                shows[cell] = shows.get(cell) if pd.isna(row["pupils"]) else int(row["pupils"])
        reader.counts = shows
        found += len(
            reader.by_algebra().keys() & {cell for cell, count in shows.items() if count is None}
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
        table, strong=[True] * 3, marks=[60.0, 60.0, 60.0], mark="target", width=width, **ask
    )
    texts = drawn(figure)
    assert "50 %" in texts and texts.count("hidden") == 1 and texts.count("nobody") == 1
    assert len(figure.axes[0].lines) == 3, "a range, a dot and a mark, for the first row alone"
    with pytest.raises(TypeError):
        charts.published_rates(table.table, strong=[True] * 3, **ask)


def test_spend_is_drawn_only_where_the_number_of_pupils_shows():
    table = published(a=(40, 20), b=(12, 4))
    figure = charts.published_spend(table, {("a", "pupils"): (2300, False)}, labels=["A"])
    assert "at least £2,300, 40 pupils" in drawn(figure)
    with pytest.raises(ValueError, match="hidden"):
        charts.published_spend(table, {("b", "made"): (2300, False)}, labels=["B"])
    with pytest.raises(TypeError):
        charts.published_spend(table.table, {}, labels=[])


def test_help_that_is_hidden_stands_in_a_line_and_not_as_an_empty_row(sample):
    page = GovernorsPage(sample("levels"))
    asked = works(page.view, page.held.words)
    (hidden,) = [line for line in asked.lines if line.startswith("Hidden: ")]
    labels = asked.figures.labels
    assert (
        labels
        and not any(label in hidden for label in labels)
        and "hidden" not in str(asked.figures.in_words())
    )
    assert len(labels) == len(asked.figures.rows) == len(asked.marks) == len(asked.strong)


def test_the_picture_of_help_marks_those_without_it_with_whom_the_sentence_compares(sample):
    page = GovernorsPage(sample("levels"))
    asked = works(page.view, page.held.words)
    beside = {label: mark for label, mark in zip(asked.figures.labels, asked.marks, strict=True)}
    said = [
        re.match(r"([^:]+): .* Of those without this help, (\d+) %: ([\d.]+) points apart", line)
        for line in asked.lines
    ]
    found = [(match[1], int(match[2])) for match in said if match]
    assert found and all(beside[label] == percent for label, percent in found)
    assert "Stroke: those who do not." in asked.key


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ((9, 16), (3, 4), "19 points apart"),  # 56 and 75 %, 18.75
        ((14, 39), (31, 53), "22.6 points apart"),  # 36 and 58 %: 23 would contradict them
        ((1, 2), (1, 2), "no gap"),
        ((50, 101), (50, 100), "no gap"),  # both 50 %, and half a point between them
    ],
)
def test_a_gap_does_not_contradict_the_percentages_beside_it(one, other, told):
    rows = [pd.Series({"reached": reached, "pupils": pupils}) for reached, pupils in (one, other)]
    assert _gap(*rows).startswith(told)
