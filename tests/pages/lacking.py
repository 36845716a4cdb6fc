"""Schools that lack something, small enough to open every page over; and the opening of a page as its notebook does it."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from html import unescape

import ipywidgets as widgets
import pandas as pd

from senlib import ROOT, open_sample
from senlib.measures.groups import has_sen
from senlib.pages.kit import page as every_page
from senlib.school.school import School
from senlib.workspace import Workspace

# Pages of which nothing hangs on what a school has; they are opened, but not over every school.
WITHOUT_SCHOOL = ("task2_role_of_the_senco", "facilitator", "room")
# Pages on which no result stands: they say the same whatever results there are.
WITHOUT_RESULTS = (
    "index",
    "task6_support_in_class",
    "task7_planning",
    "task8_working_smarter",
)

Change = Callable[[School], School]

# ------------------------------------------------------------------------------------------------------------ The schools


@cache
def small(framework: str) -> School:
    """About 50 pupils of a sample, of every year and with every kind of code."""
    whole = open_sample(framework)
    people = whole.pupils
    cohort = people["ks4_year"]
    codes = people["sen_provision"].map(whole.framework.sen_groups)
    kept = []
    for _, here in people.groupby(cohort):
        side = codes[here.index]
        kept += [*here[side == "SEN"].index[:4], *here[side == "no SEN"].index[:4]]
    return with_pupils(
        replace(whole, sample=False, name="A school"), people.index.isin(kept)
    )


def with_pupils(school: School, these) -> School:
    """These pupils alone, with their results."""
    pupils = school.pupils[these].reset_index(drop=True)
    held = school.results["pupil_id"].isin(pupils["pupil_id"])
    return replace(
        school, pupils=pupils, results=school.results[held].reset_index(drop=True)
    )


def with_results(school: School, these) -> School:
    """These results alone."""
    return replace(school, results=school.results[these].reset_index(drop=True))


def setting(column: str, value: object) -> Change:
    """A column of the pupils table with one value in every row; None is 'nothing stands there'."""

    def change(school: School) -> School:
        pupils = school.pupils.copy()
        nothing = "" if pd.api.types.is_string_dtype(pupils[column]) else pd.NA
        held = pd.Series(nothing if value is None else value, index=pupils.index)
        if pupils[column].dtype == "float64":
            held = held.astype("Float64")
        pupils[column] = held.astype(pupils[column].dtype)
        return replace(school, pupils=pupils)

    return change


def undated(school: School) -> School:
    """One level now for each pupil and subject, and none has a date."""
    rows = school.results
    last = ~rows.duplicated(["pupil_id", "stage", "subject", "kind"], keep="last")
    return with_results(replace(school, results=rows.assign(date="")), last)


def without_stage(stage: str) -> Change:
    """No result of a stage."""
    return lambda school: with_results(school, school.results["stage"] != stage)


def without_subject(subject: str) -> Change:
    """No result in a subject."""
    return lambda school: with_results(school, school.results["subject"] != subject)


def without_results(school: School) -> School:
    """Pupils, and no result."""
    return with_results(school, school.results["stage"] == "")


def tests_alone(school: School) -> School:
    """No teacher's assessment, and so nothing of now."""
    return with_results(school, school.results["kind"] == "test")


def without_year(year: int) -> Change:
    """Nobody in a year group."""
    return lambda school: with_pupils(
        school, (school.pupils["year_group"] != year).fillna(True)
    )


def leavers_alone(school: School) -> School:
    """Nobody on roll."""
    return with_pupils(school, school.pupils["on_roll"] == "N")


def one_cohort(school: School) -> School:
    """Nobody who has left."""
    return with_pupils(school, school.pupils["on_roll"] == "Y")


def _coded(school: School, column: str, codes: pd.Series) -> School:
    return replace(school, pupils=school.pupils.assign(**{column: codes.astype("str")}))


def with_sen(count: int) -> Change:
    """So many pupils with SEN; all others have none."""

    def change(school: School) -> School:
        have = has_sen(school.pupils["sen_provision"], framework=school.framework)
        spare = have & (have.cumsum() > count)
        return _coded(
            school, "sen_provision", school.pupils["sen_provision"].mask(spare, "N")
        )

    return change


def without_sen(count: int) -> Change:
    """So many pupils without SEN; all others have some."""

    def change(school: School) -> School:
        none = school.pupils["sen_provision"] == "N"
        code = next(
            c for c, side in school.framework.sen_groups.items() if side == "SEN"
        )
        spare = none & (none.cumsum() > count)
        return _coded(
            school, "sen_provision", school.pupils["sen_provision"].mask(spare, code)
        )

    return change


def with_need(count: int) -> Change:
    """So many pupils with the need that most have; all others have none."""

    def change(school: School) -> School:
        needs = school.pupils["need"]
        most = needs[needs != ""].mode()
        one = needs.eq(most.iloc[0]) if len(most) else needs.eq("?")
        school = _coded(school, "need", needs.where(one & (one.cumsum() <= count), ""))
        return setting("need_2", None)(school)

    return change


def in_year(count: int, *, year: int = 8) -> Change:
    """So many pupils in a year group."""

    def change(school: School) -> School:
        here = (school.pupils["year_group"] == year).fillna(False).astype(bool)
        return with_pupils(school, ~here | (here.cumsum() <= count))

    return change


def leaving(count: int) -> Change:
    """So many pupils in the last cohort that has results."""

    def change(school: School) -> School:
        here = (
            (school.pupils["ks4_year"] == school.academic_year - 1)
            .fillna(False)
            .astype(bool)
        )
        return with_pupils(school, ~here | (here.cumsum() <= count))

    return change


def attending(count: int) -> Change:
    """So many pupils with SEN of whom an attendance is held, and as many without."""

    def change(school: School) -> School:
        sen = has_sen(school.pupils["sen_provision"], framework=school.framework)
        here = school.pupils["on_roll"] == "Y"
        first = (sen & here & ((sen & here).cumsum() <= count)) | (
            ~sen & here & ((~sen & here).cumsum() <= count)
        )
        held = school.pupils["attendance"].where(first)
        return replace(school, pupils=school.pupils.assign(attendance=held))

    return change


def below_the_test(count: int) -> Change:
    """So many pupils who were below the test in every paper."""

    def change(school: School) -> School:
        rows = school.results
        pupils = school.pupils["pupil_id"]
        ids = [*pupils[school.pupils["on_roll"] == "N"], *pupils][:count]
        below = rows["pupil_id"].isin(ids) & (rows["stage"] == "KS2")
        result = rows["result"].astype(object).mask(below, "B")
        return replace(
            school,
            results=rows.assign(result=result, points=rows["points"].mask(below)),
        )

    return change


def started_at(count: int) -> Change:
    """So many pupils in the band from which most start; nobody else of it has an entry."""

    def change(school: School) -> School:
        rows = school.results
        entry = rows[rows["stage"] == "KS2"]
        if entry.empty:
            return school
        most = entry.loc[
            entry["points"].round().eq(entry["points"].round().mode().iloc[0])
        ]
        gone = most["pupil_id"].unique()[count:]
        return with_results(
            school, ~((rows["stage"] == "KS2") & rows["pupil_id"].isin(gone))
        )

    return change


def pupils(count: int) -> Change:
    """So many pupils in the whole school."""
    return lambda school: with_pupils(school, school.pupils.index < count)


GROUPS: Mapping[str, Callable[[int], Change]] = {
    "with SEN": with_sen,
    "without SEN": without_sen,
    "one need": with_need,
    "Year 8": in_year,
    "last cohort": leaving,
    "attendance known": attending,
    "below the test": below_the_test,
    "one start": started_at,
    "whole school": pupils,
}


@cache
def lacks(framework: str) -> Mapping[str, Change]:
    """By name, every one thing that a school of this framework can lack."""
    school = small(framework)
    kept = {"pupil_id"}
    # What a column of names or forms lacks is the same by any framework: every other one here, the rest there.
    told = [
        "forename",
        "surname",
        "sex",
        "form",
        *(c for c in school.pupils if c[:4] == "set_"),
    ]
    told += ["need_2", "ethnicity", "language", "eal_stage", "fsm", "able"]
    kept |= set(told[framework == "gcse" :: 2])
    columns = [column for column in school.pupils if column not in kept]
    stages = [
        "now",
        *dict.fromkeys(s for one in school.framework.stages for s in one_stage(one)),
    ]
    return {
        "nothing": lambda school: school,
        **{
            f"no {column}": setting(column, None)
            for column in columns
            if column != "on_roll"
        },
        "all have left": setting("on_roll", "N"),
        "all left in November": setting("left_on", f"{school.academic_year - 1}-11-05"),
        "nobody on roll": leavers_alone,
        "nobody has left": one_cohort,
        **{f"no {stage}": without_stage(stage) for stage in stages},
        **{f"no {subject}": without_subject(subject) for subject in _subjects(school)},
        **{f"nobody in Year {year}": without_year(year) for year in (7, 9, 11)},
        "no dates": undated,
        "no results": without_results,
        "tests alone": tests_alone,
        **{
            f"{name}: {n}": make(n)
            for place, (name, make) in enumerate(GROUPS.items())
            for n in (0, 1, 2)
            if (name, n) != ("whole school", 0)  # which is refused when it is loaded
            # Two are as one and none but for the words: every other one here, the rest there.
            if n < 2 or place % 2 == (framework == "gcse")
        },
    }


def one_stage(stage) -> tuple[str, str]:
    """The names of a stage's two ends."""
    return stage.entry_stage, stage.name


def _subjects(school: School) -> list[str]:
    return list(dict.fromkeys([*school.framework.core_subjects(), "Reading"]))


# -------------------------------------------------------------------------------------------------------------- The pages


@cache
def calls(stem: str) -> tuple[str, ...]:
    """What a notebook calls of its page, in its order."""
    cells = json.loads((ROOT / "notebooks" / f"{stem}.ipynb").read_text("utf-8"))[
        "cells"
    ]
    code = [
        "".join(cell["source"])
        for cell in cells
        if cell["cell_type"] == "code"
        and "workings" not in cell["metadata"].get("tags", [])
    ]
    return tuple(text for text in code if text.startswith("page."))


def page_of(stem: str, workspace: Workspace, monkeypatch) -> object:
    """A page over a workspace, opened as its notebook opens it."""
    module = importlib.import_module(f"senlib.pages.{stem}")
    for where in (module, every_page):  # the room opens its own
        monkeypatch.setattr(where, "open_workspace", lambda: workspace, raising=False)
    return module.open_page()


def called(page: object, call: str) -> widgets.Widget:
    """What a line of a notebook shows of its page."""
    return eval(compile(ast.parse(call, mode="eval"), call, "eval"), {"page": page})


def open_page(
    stem: str, workspace: Workspace, monkeypatch
) -> tuple[object, dict[str, widgets.Widget]]:
    """A page, and by its call what its notebook shows; but for the forms, in which nothing is of the school."""
    page = page_of(stem, workspace, monkeypatch)
    return page, {
        call: called(page, call)
        for call in calls(stem)
        if not call.startswith("page.ask")
    }


def every(shown: object) -> Iterator[widgets.Widget]:
    """A widget and all that stand in it."""
    if isinstance(shown, widgets.Widget):
        yield shown
        for child in getattr(shown, "children", ()):
            yield from every(child)


def texts(shown: object) -> list[str]:
    """Every text that stands in a widget or within it, as it is read: a block of HTML is a text of its own."""
    found: list[str] = []
    for widget in every(shown):
        layout = getattr(widget, "layout", None)
        if getattr(layout, "display", "") == "none":
            continue
        if isinstance(widget, widgets.HTML):
            found += blocks(widget.value)
            continue
        if isinstance(widget, widgets.Dropdown):
            found += [widget.description, *map(str, widget._options_labels)]
            continue
        held = {
            name: getattr(widget, name)
            for name in widget.trait_names()
            if not name.startswith("_")
            and name not in ("layout", "style", "comm", "children")
        }
        found += list(strings(held))
    return found


_BLOCK = re.compile(
    r"</?(?:p|h\d|li|td|th|caption|summary|figcaption|dt|dd|option|div)\b[^>]*>"
)


def blocks(html: str) -> list[str]:
    """The texts of a piece of HTML, those of its pictures included."""
    said = re.findall(r'aria-label="([^"]*)"', html)
    html = re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)
    parts = [re.sub(r"<[^>]+>", "", part) for part in _BLOCK.split(html)]
    return [
        unescape(part).replace("\N{NO-BREAK SPACE}", " ").strip()
        for part in (*parts, *said)
        if part.strip()
    ]


def strings(held: object) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, Mapping):
        for value in held.values():
            yield from strings(value)
    elif isinstance(held, (list, tuple)):
        for value in held:
            yield from strings(value)


# --------------------------------------------------------------------------------------------------- What no page may say

# What a program says in place of a word, or what a sentence says that was made for other numbers.
NEVER = {
    "a value that is none": r"\bNone\b(?! of\b)(?=\W|$)|\bnan\b|NaN|<NA>|\bNaT\b|\bin None\b",
    "nobody out of nobody": r"\b0 of 0\b|\bof 0 pupils\b|\b0 pupils reached\b",
    "what begins with a colon": r"(?:^|\. )\s*[:;,]",
    "a wrong number": r"(?<!of )\b1 pupils\b|\b1 of them are\b|\bof 1 pupils\b|\bnone of 1\b|\b1 are\b|\b1 of them are\b|\b1 have\b|\b(?:[2-9]|\d\d+) pupil\b|\b0 has\b",
    "a gap": r"\S  +\S| [.,;:](?:\s|$)|\(\)|\.\.(?!\.)|,,",
    "an empty bracket of figures": r"likely (?:between )?nan",
    "a class of Python": r"\bTrue\b|\bFalse\b|Traceback|\bobject at 0x",
}


def faults_in(said: list[str]) -> list[str]:
    """What is wrong with these texts as texts, whatever they are about."""
    found = []
    for text in said:
        if len(text) > 20_000 or "\n" in text or text.startswith(("export ", "data:")):
            continue
        for what, pattern in NEVER.items():
            if match := re.search(pattern, text):
                around = text[max(match.start() - 60, 0) : match.end() + 60]
                found.append(f"{what}: {around!r}")
        if re.search(r"\d %", text) and not re.search(r"\d %[^.]*", text):
            found.append(f"a percentage: {text!r}")
    return found
