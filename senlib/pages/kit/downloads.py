"""Files that a page offers to take away, as Word, a calendar or a zip: each is made when its button is pressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from senlib.exports import word
from senlib.exports.about import About
from senlib.exports.bundle import File, bundle
from senlib.exports.calendar import calendar
from senlib.exports.word_forms import Copy, copy_of
from senlib.pages.kit import layout, pupil_names
from senlib.pages.kit.choices import button
from senlib.pages.kit.live import on_change
from senlib.pages.kit.site import page_of
from senlib.school.school import School
from senlib.workbook.forms import Cards, Part, copies, place
from senlib.workbook.page_forms import PageForms, load, stems
from senlib.workbook.plan import PLAN, actions, in_order
from senlib.workbook.store import AnswersByForm, StoreError
from senlib.workbook.visits import VISIT, visit_name
from senlib.workbook.walks import groups
from senlib.workspace import Workspace

# A file that can be made: its label in the list, and what makes it of the answers of all forms, read when it is asked for.
FileOffer = tuple[str, Callable[[AnswersByForm], File]]
FileOffers = Sequence[FileOffer]

_KEEP = "It is made on this computer and stays nowhere but where you save it. If a pupil is named in it, keep it as you keep such records."
_ONE_MOMENT = "One moment: it is being made."
# Whose IEP it is, when the school's files no longer say.
GONE = "somebody who is no longer in the school’s files"


class NothingChosen(Exception):
    """The file is about one pupil or one visit, and none is chosen; the words say where to choose."""


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
        self._make = make
        self._link_words, self._keep = link_words, keep
        self.button = button(words, self.make)
        self.link = layout.html("")
        self.box = layout.stack(self.button, self.link)

    def make(self) -> None:
        """Make the file from what there is now, and show the link that saves it, or why there is none."""
        self.button.disabled = True
        self.link.value = layout.status(_ONE_MOMENT)
        try:
            self.file = self._make()
        except StoreError as error:
            self.link.value = layout.trouble_line(f"No file was made. {error}")
        except NothingChosen as error:
            self.link.value = layout.trouble_line(error)
        else:
            self.link.value = self._linked(self.file)
        finally:
            self.button.disabled = False

    def clear(self) -> None:
        """Take away the link: what the file would be made of is another now."""
        self.link.value = ""

    def _linked(self, file: File) -> str:
        words = self._link_words or f"Download: {file.name}"
        stem, _, kind = file.name.rpartition(".")
        link = layout.download(words, file.content, name=stem, kind=kind)
        note = layout.note(self._keep)
        return f'<p class="sl-downloads" role="status">{link}</p>{note}'


class Downloads(FileButton):
    """A list of what can be made of a page, over the button that makes it."""

    def __init__(self, workspace: Workspace, offers: FileOffers) -> None:
        super().__init__(self._chosen)
        self.button.button_style = "primary"
        self.workspace, self.offers = workspace, dict(offers)
        self.what = layout.choice("What to take away", self._options)
        # A link to another file than the one that is chosen would mislead.
        on_change(self.what, self.clear)
        controls = layout.controls(self.what, self.button)
        self.box.children = [controls, self.link]

    def move_to(self, workspace: Workspace, offers: FileOffers) -> None:
        """Offer the same of another school."""
        self.workspace = workspace
        self.offer(offers)

    def offer(self, offers: FileOffers) -> None:
        """Offer these from now on; what stands at the place that is chosen stays chosen."""
        self.offers = dict(offers)
        if list(self.what.options) != self._options:
            place = self.what.index or 0
            self.what.options = self._options
            last = len(self.offers) - 1
            if self.offers:
                self.what.index = min(place, last)
        self.clear()

    @property
    def _options(self) -> layout.Options:
        return [(label, label) for label in self.offers]

    def _chosen(self) -> File:
        make = self.offers[self.what.value]
        return make(self.workspace.store.forms())


def about_school(
    school: School, title: str, *, files: str = "", hidden: str = ""
) -> About:
    """What a file says of itself that is made today of a school; `files` says of which of its files and answers."""
    return About(
        title=title,
        source=f"{school.name}: {files}" if files else school.name,
        on=date.today(),
        sample=school.sample,
        hidden=hidden,
    )


def forms(workspace: Workspace, sheet: PageForms) -> list[FileOffer]:
    """The forms of a page in Word: all of them, blank or filled in; and each by itself."""
    parts = _besides_the_plan(sheet)
    of_school = _of_the_school(sheet)
    blank = partial(_blank, workspace, parts)
    offers: list[FileOffer] = [("All forms of this page, to fill in by hand", blank)]
    if of_school:
        filled = partial(_filled, workspace, "What we wrote", of_school)
        offers.append(("All that stands in the forms of this page", filled))
    for part in parts:
        title = part.title
        if part.answers:
            blank = partial(_blank_of, workspace, part)
            offers.append((f"To fill in by hand: {title}", blank))
        if part in of_school:
            filled = partial(_filled, workspace, title, [part])
            offers.append((f"Filled in: {title}", filled))
    return offers


def cards(workspace: Workspace) -> FileOffer:
    """The 22 cards of Task 2, to cut out."""
    title = "Cards to cut out"

    def make(_: AnswersByForm) -> File:
        part = load("task2_role_of_the_senco").part("task2.sort", Cards)
        about = _about(workspace, title)
        content = word.cards(part, about=about)
        return File(name=f"{title}.docx", content=content)

    return title, make


def iep(workspace: Workspace, *, of: str, whom: str, answers: AnswersByForm) -> File:
    """One IEP."""
    about = _about(workspace, "Individual education plan")
    title = f"{about.title}: {whom}"
    return File(
        name=f"{title}.docx",
        content=word.iep(about=about, heading=title, of=of, answers=answers),
        says="What is planned for one pupil or one group.",
    )


def feedback(
    workspace: Workspace, *, of: str, visit: str, answers: AnswersByForm
) -> File:
    """The feedback sheet of one visit."""
    about = _about(workspace, "Feedback on a lesson")
    title = f"Feedback: {visit}"
    return File(
        name=f"{title}.docx",
        content=word.feedback(about=about, heading=title, of=of, answers=answers),
        says="How support was used in one lesson; no judgement on a person.",
    )


def plan(workspace: Workspace, answers: AnswersByForm) -> File:
    """The action plan."""
    about = _about(workspace, "Action plan")
    content = word.plan(
        in_order(actions(answers)),
        about=about,
        today=about.on,
        names=pupil_names.names(workspace.school),
    )
    return File(
        name="Action plan.docx",
        content=content,
        says="Every action, with where it came from, its owner and its date.",
    )


def dates(workspace: Workspace, answers: AnswersByForm) -> File:
    """The actions that have a date, for a calendar."""
    about = _about(workspace, "Action plan")
    return File(
        name="Actions with a date.ics",
        content=calendar(actions(answers), today=about.on, about=about),
        says="Open it, and your calendar takes the actions in.",
    )


def everything(workspace: Workspace, answers: AnswersByForm) -> File:
    """All that has been written, in one zip: every page's forms, each IEP and feedback sheet, the plan and its dates."""
    files = []
    for stem in stems():
        parts = _of_the_school(load(stem))
        keys = [part.key for part in parts]
        if any(_is_begun(answers, key) for key in keys):
            title = page_of(stem).name.replace(":", "")
            files.append(_filled(workspace, title, parts, answers))
    names = dict(groups(answers))
    names |= pupil_names.names(workspace.school)
    for of in _with_iep(answers):
        whom = names.get(of, GONE)
        files.append(iep(workspace, of=of, whom=whom, answers=answers))
    for of, values in copies(answers, VISIT).items():
        visit = visit_name(values)
        files.append(feedback(workspace, of=of, visit=visit, answers=answers))
    files.append(plan(workspace, answers))
    files.append(dates(workspace, answers))
    about = _about(workspace, "The SENCO’s workbook, all that was written")
    content = bundle(files, about=about)
    return File(name="The SENCO's workbook.zip", content=content)


def _is_begun(answers: AnswersByForm, form: str) -> bool:
    return any(answers.get(form, {}).values())


def _of_the_school(sheet: PageForms) -> list[Part]:
    """The parts that the school fills in once; the plan is made by itself."""
    parts = [part for part in _besides_the_plan(sheet) if part.answers]
    return [part for part in parts if not part.each]


def _besides_the_plan(sheet: PageForms) -> list[Part]:
    return [part for part in sheet.parts if part.key != PLAN]


def _blank(workspace: Workspace, parts: Sequence[Part], _: AnswersByForm) -> File:
    """Forms to fill in by hand, each beginning a page."""
    title = "Forms to fill in"
    blank = [Copy(part=part) for part in parts]
    about = _about(workspace, title)
    content = word.document(blank, about=about, apart=True)
    return File(name=f"{title}.docx", content=content)


def _blank_of(workspace: Workspace, part: Part, _: AnswersByForm) -> File:
    """One form alone, with a line for whom it is and more room to write."""
    blank = Copy(part=part)
    about = _about(workspace, part.title)
    content = word.form(blank, about=about)
    return File(name=f"{part.title}.docx", content=content)


def _filled(
    workspace: Workspace, title: str, parts: Sequence[Part], answers: AnswersByForm
) -> File:
    names = pupil_names.names(workspace.school)
    for action in actions(answers):
        names[action.key] = action.what
    pieces = []
    for part in parts:
        copy = copy_of(part, of="", answers=answers)
        pieces.append(replace(copy, names=names))
    about = _about(workspace, title)
    content = word.document(pieces, about=about)
    return File(name=f"{title}.docx", content=content)


def _about(workspace: Workspace, title: str) -> About:
    return about_school(workspace.school, title)


def _with_iep(answers: AnswersByForm) -> list[str]:
    """Whoever has something written in one of the IEP's parts."""
    whom: dict[str, None] = {}
    for key in word.IEP:
        for of in copies(answers, key):
            if _is_begun(answers, place(key, of=of)):
                whom[of] = None
    return list(whom)
