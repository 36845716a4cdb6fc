"""Paper: what a page offers to take away, as Word, a calendar or a zip; made only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import ipywidgets as widgets

from senlib.exports import word
from senlib.exports.about import About
from senlib.exports.bundle import File, bundle
from senlib.exports.calendar import calendar
from senlib.exports.word import Copy
from senlib.pages.kit import layout, pupil_names
from senlib.pages.kit.site import page_of
from senlib.workbook.forms import Part, copies
from senlib.workbook.page_forms import PageForms, load, stems
from senlib.workbook.plan import PLAN, actions, in_order
from senlib.workbook.store import StoreError
from senlib.workbook.visits import VISIT, visit_name
from senlib.workbook.walks import groups
from senlib.workspace import Workspace

Held = dict[str, dict[str, str]]

# What can be made, as the list has it, and how: from the answers of all forms, which are read when it is asked for.
Made = tuple[str, Callable[[Held], File]]


class NothingChosen(Exception):
    """What was asked for is of one pupil or one visit, and none is chosen; the words say where to choose."""


class Downloads:
    """A list of what can be made of a page, a button that makes it, and the link to what was made."""

    def __init__(self, workspace: Workspace, offers: Sequence[Made]) -> None:
        self.workspace, self.offers = workspace, dict(offers)
        self.what = layout.choice(
            "What to take away", [(label, label) for label in self.offers]
        )
        self.make = widgets.Button(description="Make the file", button_style="primary")
        self.made = layout.html("")
        self.make.on_click(lambda _: self.make_it())
        # A link to another file than the one that is chosen would mislead.
        self.what.observe(lambda _: self.clear(), "value")
        self.box = widgets.VBox([layout.controls(self.what, self.make), self.made])

    def make_it(self) -> None:
        """Make what is chosen from the answers as they stand now."""
        try:
            self.file = self.offers[self.what.value](self.workspace.store.forms())
        except StoreError as error:
            self.made.value = layout.trouble_line(f"No file was made. {error}")
            return
        except NothingChosen as error:
            self.made.value = layout.trouble_line(str(error))
            return
        stem, _, kind = self.file.name.rpartition(".")
        link = layout.download(
            f"Download: {self.file.name}", self.file.content, name=stem, kind=kind
        )
        self.made.value = (
            f'<p class="sl-downloads" role="status">{link}</p>' + layout.note(_KEEP)
        )

    def clear(self) -> None:
        """Take away the link to what was made: what it would be made of is another now."""
        self.made.value = ""

    def move_to(self, workspace: Workspace, offers: Sequence[Made]) -> None:
        """Offer the same of another school."""
        self.workspace = workspace
        self.offer(offers)

    def offer(self, offers: Sequence[Made]) -> None:
        """Offer these from now on; what stands at the place that is chosen stays chosen."""
        self.offers = dict(offers)
        options = [(label, label) for label in self.offers]
        if list(self.what.options) != options:
            place = self.what.index or 0
            self.what.options = options
            self.what.index = min(place, len(options) - 1) if options else None
        self.clear()


def forms(workspace: Workspace, sheet: PageForms) -> list[Made]:
    """The forms of a page in Word: all of them, blank or filled in; and each by itself."""
    parts = [part for part in sheet.parts if part.key != PLAN]
    filled = _of_the_school(sheet)
    offers: list[Made] = [
        (
            "All forms of this page, to fill in by hand",
            partial(_blank, workspace, "Forms to fill in", parts),
        )
    ]
    if filled:
        offers.append(
            (
                "All that stands in the forms of this page",
                partial(_filled, workspace, "What we wrote", filled),
            )
        )
    for part in parts:
        if part.answers:
            offers.append(
                (
                    f"To fill in by hand: {part.title}",
                    partial(_blank_of, workspace, part),
                )
            )
        if part in filled:
            offers.append(
                (
                    f"Filled in: {part.title}",
                    partial(_filled, workspace, part.title, [part]),
                )
            )
    return offers


def cards(workspace: Workspace) -> Made:
    """The 22 cards of Task 2, to cut out."""
    part = load("task2_role_of_the_senco").part("task2.sort")
    about = _about(workspace, "Cards to cut out")
    return "Cards to cut out", lambda _: File(
        name="Cards to cut out.docx", content=word.cards(part, about=about)
    )


def iep(workspace: Workspace, *, of: str, whom: str, held: Held) -> File:
    """One IEP."""
    title = f"Individual education plan: {whom}"
    content = word.iep(
        about=_about(workspace, "Individual education plan"),
        heading=title,
        of=of,
        answers=held,
    )
    return File(
        name=f"{title}.docx",
        content=content,
        says="What is planned for one pupil or one group.",
    )


def feedback(workspace: Workspace, *, of: str, visit: str, held: Held) -> File:
    """The feedback sheet of one visit."""
    title = f"Feedback: {visit}"
    content = word.feedback(
        about=_about(workspace, "Feedback on a lesson"),
        heading=title,
        of=of,
        answers=held,
    )
    return File(
        name=f"{title}.docx",
        content=content,
        says="How support was used in one lesson; no judgement on a person.",
    )


def plan(workspace: Workspace, held: Held) -> File:
    """The action plan."""
    names = pupil_names.names(workspace.school)
    content = word.plan(
        in_order(actions(held)),
        about=_about(workspace, "Action plan"),
        today=date.today(),
        names=names,
    )
    return File(
        name="Action plan.docx",
        content=content,
        says="Every action, with where it came from, its owner and its date.",
    )


def dates(workspace: Workspace, held: Held) -> File:
    """The actions that have a date, for a calendar."""
    content = calendar(
        actions(held), today=date.today(), about=_about(workspace, "Action plan")
    )
    return File(
        name="Actions with a date.ics",
        content=content,
        says="Open it, and your calendar takes the actions in.",
    )


def everything(workspace: Workspace, held: Held) -> File:
    """All that has been written, in one zip: every page's forms, each IEP and feedback sheet, the plan and its dates."""
    names = pupil_names.names(workspace.school)
    files = []
    for stem in stems():
        parts = _of_the_school(load(stem))
        if any(any(held.get(part.key, {}).values()) for part in parts):
            files.append(_filled(workspace, _page_title(stem), parts, held))
    files += [
        iep(workspace, of=of, whom=_whom(of, names, held), held=held)
        for of in _with_iep(held)
    ]
    files += [
        feedback(workspace, of=of, visit=visit_name(values), held=held)
        for of, values in copies(held, VISIT).items()
    ]
    files += [plan(workspace, held), dates(workspace, held)]
    about = _about(workspace, "The SENCO’s workbook, all that was written")
    return File(name="The SENCO's workbook.zip", content=bundle(files, about=about))


def _of_the_school(sheet: PageForms) -> list[Part]:
    """The parts that the school fills in once; the plan is made by itself."""
    return [
        part
        for part in sheet.parts
        if part.answers and not part.each and part.key != PLAN
    ]


def _blank(workspace: Workspace, title: str, parts: Sequence[Part], _: Held) -> File:
    return File(
        name=f"{title}.docx",
        content=word.document(
            [Copy(part=part) for part in parts],
            about=_about(workspace, title),
            apart=True,
        ),
    )


def _blank_of(workspace: Workspace, part: Part, _: Held) -> File:
    """One form alone, with a line for whom it is and more room to write."""
    return File(
        name=f"{part.title}.docx",
        content=word.form(Copy(part=part), about=_about(workspace, part.title)),
    )


def _filled(
    workspace: Workspace, title: str, parts: Sequence[Part], held: Held
) -> File:
    names = pupil_names.names(workspace.school) | {
        action.key: action.what for action in actions(held)
    }
    pieces = [
        replace(word.copy_of(part, of="", answers=held), names=names) for part in parts
    ]
    return File(
        name=f"{title}.docx",
        content=word.document(pieces, about=_about(workspace, title)),
    )


def _about(workspace: Workspace, title: str) -> About:
    return About(
        title=title,
        source=workspace.school.name,
        on=date.today(),
        sample=workspace.school.sample,
    )


def _page_title(stem: str) -> str:
    return page_of(stem).name.replace(":", "")


def _with_iep(held: Held) -> list[str]:
    """Whoever has something written in one of the IEP's parts."""
    return list(
        dict.fromkeys(
            of
            for key in word.IEP
            for of, values in copies(held, key).items()
            if any(values.values())
        )
    )


def _whom(of: str, names: dict[str, str], held: Held) -> str:
    return (
        names.get(of)
        or groups(held).get(of)
        or "somebody who is no longer in the school’s files"
    )


_KEEP = "It is made on this computer and stays nowhere but where you save it. If a pupil is named in it, keep it as you keep such records."
