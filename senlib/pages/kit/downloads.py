"""Files that a page offers to take away, as Word, a calendar or a zip: each is made when its button is pressed."""

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
from senlib.exports.word_forms import Copy, copy_of
from senlib.pages.kit import layout, pupil_names
from senlib.pages.kit.site import page_of
from senlib.workbook.forms import Cards, Part, copies
from senlib.workbook.page_forms import PageForms, load, stems
from senlib.workbook.plan import PLAN, actions, in_order
from senlib.workbook.store import AnswersByForm, StoreError
from senlib.workbook.visits import VISIT, visit_name
from senlib.workbook.walks import groups
from senlib.workspace import Workspace

# What can be made, as the list has it, and how: from the answers of all forms, which are read when it is asked for.
FileOffer = tuple[str, Callable[[AnswersByForm], File]]

_KEEP = "It is made on this computer and stays nowhere but where you save it. If a pupil is named in it, keep it as you keep such records."
_ONE_MOMENT = "One moment: it is being made."


class NothingChosen(Exception):
    """What was asked for is of one pupil or one visit, and none is chosen; the words say where to choose."""


class FileButton:
    """A button that makes a file when it is pressed, and the link to it; `box` is what stands on the page.

    What is made as the page is shown, or at each change of it, is hardly ever wanted, and may be out of date when it is.
    """

    def __init__(
        self,
        make: Callable[[], File],
        *,
        words: str = "Make the file",
        link_words: str = "",
        keep: str = _KEEP,
    ) -> None:
        self._make, self._link_words, self._keep = make, link_words, keep
        self.button = widgets.Button(description=words)
        self.link = layout.html("")
        self.button.on_click(lambda _: self.make())
        self.box = widgets.VBox([self.button, self.link])

    def make(self) -> None:
        """Make the file from what there is now, and show the link that saves it, or why there is none."""
        self.button.disabled = True
        self.link.value = layout.status(_ONE_MOMENT)
        try:
            self.file = self._make()
        except StoreError as error:
            self.link.value = layout.trouble_line(f"No file was made. {error}")
        except NothingChosen as error:
            self.link.value = layout.trouble_line(str(error))
        else:
            self.link.value = self._linked(self.file)
        finally:
            self.button.disabled = False

    def clear(self) -> None:
        """Take away the link: what the file would be made of is another now."""
        self.link.value = ""

    def _linked(self, file: File) -> str:
        stem, _, kind = file.name.rpartition(".")
        words = self._link_words or f"Download: {file.name}"
        link = layout.download(words, file.content, name=stem, kind=kind)
        note = layout.note(self._keep) if self._keep else ""
        return f'<p class="sl-downloads" role="status">{link}</p>{note}'


class Downloads(FileButton):
    """A list of what can be made of a page, over the button that makes it."""

    def __init__(self, workspace: Workspace, offers: Sequence[FileOffer]) -> None:
        super().__init__(self._chosen)
        self.button.button_style = "primary"
        self.workspace, self.offers = workspace, dict(offers)
        labels = [(label, label) for label in self.offers]
        self.what = layout.choice("What to take away", labels)
        # A link to another file than the one that is chosen would mislead.
        self.what.observe(lambda _: self.clear(), "value")
        controls = layout.controls(self.what, self.button)
        self.box.children = [controls, self.link]

    def move_to(self, workspace: Workspace, offers: Sequence[FileOffer]) -> None:
        """Offer the same of another school."""
        self.workspace = workspace
        self.offer(offers)

    def offer(self, offers: Sequence[FileOffer]) -> None:
        """Offer these from now on; what stands at the place that is chosen stays chosen."""
        self.offers = dict(offers)
        options = [(label, label) for label in self.offers]
        if list(self.what.options) != options:
            place = self.what.index or 0
            self.what.options = options
            self.what.index = min(place, len(options) - 1) if options else None
        self.clear()

    def _chosen(self) -> File:
        make = self.offers[self.what.value]
        return make(self.workspace.store.forms())


def forms(workspace: Workspace, sheet: PageForms) -> list[FileOffer]:
    """The forms of a page in Word: all of them, blank or filled in; and each by itself."""
    parts = [part for part in sheet.parts if part.key != PLAN]
    of_school = _of_the_school(sheet)
    blank = partial(_blank, workspace, "Forms to fill in", parts)
    offers: list[FileOffer] = [("All forms of this page, to fill in by hand", blank)]
    if of_school:
        filled = partial(_filled, workspace, "What we wrote", of_school)
        offers.append(("All that stands in the forms of this page", filled))
    for part in parts:
        if part.answers:
            blank = partial(_blank_of, workspace, part)
            offers.append((f"To fill in by hand: {part.title}", blank))
        if part in of_school:
            filled = partial(_filled, workspace, part.title, [part])
            offers.append((f"Filled in: {part.title}", filled))
    return offers


def cards(workspace: Workspace) -> FileOffer:
    """The 22 cards of Task 2, to cut out."""
    part = load("task2_role_of_the_senco").part("task2.sort", Cards)
    about = _about(workspace, "Cards to cut out")
    return "Cards to cut out", lambda _: File(
        name="Cards to cut out.docx", content=word.cards(part, about=about)
    )


def iep(workspace: Workspace, *, of: str, whom: str, answers: AnswersByForm) -> File:
    """One IEP."""
    title = f"Individual education plan: {whom}"
    content = word.iep(
        about=_about(workspace, "Individual education plan"),
        heading=title,
        of=of,
        answers=answers,
    )
    return File(
        name=f"{title}.docx",
        content=content,
        says="What is planned for one pupil or one group.",
    )


def feedback(
    workspace: Workspace, *, of: str, visit: str, answers: AnswersByForm
) -> File:
    """The feedback sheet of one visit."""
    title = f"Feedback: {visit}"
    content = word.feedback(
        about=_about(workspace, "Feedback on a lesson"),
        heading=title,
        of=of,
        answers=answers,
    )
    return File(
        name=f"{title}.docx",
        content=content,
        says="How support was used in one lesson; no judgement on a person.",
    )


def plan(workspace: Workspace, answers: AnswersByForm) -> File:
    """The action plan."""
    names = pupil_names.names(workspace.school)
    content = word.plan(
        in_order(actions(answers)),
        about=_about(workspace, "Action plan"),
        today=date.today(),
        names=names,
    )
    return File(
        name="Action plan.docx",
        content=content,
        says="Every action, with where it came from, its owner and its date.",
    )


def dates(workspace: Workspace, answers: AnswersByForm) -> File:
    """The actions that have a date, for a calendar."""
    content = calendar(
        actions(answers), today=date.today(), about=_about(workspace, "Action plan")
    )
    return File(
        name="Actions with a date.ics",
        content=content,
        says="Open it, and your calendar takes the actions in.",
    )


def everything(workspace: Workspace, answers: AnswersByForm) -> File:
    """All that has been written, in one zip: every page's forms, each IEP and feedback sheet, the plan and its dates."""
    names = pupil_names.names(workspace.school)
    files = []
    for stem in stems():
        parts = _of_the_school(load(stem))
        if any(any(answers.get(part.key, {}).values()) for part in parts):
            files.append(_filled(workspace, _page_title(stem), parts, answers))
    for of in _with_iep(answers):
        whom = _whom(of, names, answers)
        files.append(iep(workspace, of=of, whom=whom, answers=answers))
    for of, values in copies(answers, VISIT).items():
        visit = visit_name(values)
        files.append(feedback(workspace, of=of, visit=visit, answers=answers))
    files += [plan(workspace, answers), dates(workspace, answers)]
    about = _about(workspace, "The SENCO’s workbook, all that was written")
    return File(name="The SENCO's workbook.zip", content=bundle(files, about=about))


def _of_the_school(sheet: PageForms) -> list[Part]:
    """The parts that the school fills in once; the plan is made by itself."""
    return [
        part
        for part in sheet.parts
        if part.answers and not part.each and part.key != PLAN
    ]


def _blank(
    workspace: Workspace, title: str, parts: Sequence[Part], _: AnswersByForm
) -> File:
    copies_of_parts = [Copy(part=part) for part in parts]
    about = _about(workspace, title)
    content = word.document(copies_of_parts, about=about, apart=True)
    return File(name=f"{title}.docx", content=content)


def _blank_of(workspace: Workspace, part: Part, _: AnswersByForm) -> File:
    """One form alone, with a line for whom it is and more room to write."""
    content = word.form(Copy(part=part), about=_about(workspace, part.title))
    return File(name=f"{part.title}.docx", content=content)


def _filled(
    workspace: Workspace, title: str, parts: Sequence[Part], answers: AnswersByForm
) -> File:
    names = pupil_names.names(workspace.school)
    names |= {action.key: action.what for action in actions(answers)}
    filled = [copy_of(part, of="", answers=answers) for part in parts]
    pieces = [replace(copy, names=names) for copy in filled]
    content = word.document(pieces, about=_about(workspace, title))
    return File(name=f"{title}.docx", content=content)


def _about(workspace: Workspace, title: str) -> About:
    return About(
        title=title,
        source=workspace.school.name,
        on=date.today(),
        sample=workspace.school.sample,
    )


def _page_title(stem: str) -> str:
    return page_of(stem).name.replace(":", "")


def _with_iep(answers: AnswersByForm) -> list[str]:
    """Whoever has something written in one of the IEP's parts."""
    whom: dict[str, None] = {}
    for key in word.IEP:
        for of, values in copies(answers, key).items():
            if any(values.values()):
                whom[of] = None
    return list(whom)


def _whom(of: str, names: dict[str, str], answers: AnswersByForm) -> str:
    gone = "somebody who is no longer in the school’s files"
    return names.get(of) or groups(answers).get(of) or gone
