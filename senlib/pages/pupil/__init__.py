"""One pupil: entry and now, provision, lessons visited, what the planning chart led to, IEP and actions, each a link to its place."""

from __future__ import annotations

import ipywidgets as widgets

from senlib.exports.bundle import File
from senlib.pages.kit import empty_states, layout, pupil_names
from senlib.pages.kit.answer_sheet import AnswerSheet, table, ungrouped
from senlib.pages.kit.downloads import Downloads
from senlib.pages.kit.live import on_change
from senlib.pages.kit.page import Page, piece
from senlib.pages.kit.plan_sheet import NewAction, PlanSheet
from senlib.pages.pupil.pupil_answers import PupilAnswers
from senlib.pages.pupil.pupil_results import PupilResults
from senlib.widgets.sheet import box_name
from senlib.workbook.forms import Field
from senlib.workbook.plan import PLAN_LINES, Action

PIECES = (
    "who",
    "progress",
    "others",
    "provision",
    "lessons",
    "planning",
    "iep",
    "next",
)


class PupilPage(Page):
    """The page of one pupil."""

    def build(self) -> None:
        workspace = self.workspace
        pupils, pupil_id = pupil_names.offered(workspace, self.query)
        self.nobody = (
            "" if pupils else empty_states.nobody_on_roll_with_sen(self.school)
        )
        options = [("Choose a pupil with SEN", ""), *pupils]
        self.pupil = layout.choice("Pupil", options, pupil_id)
        self.pieces = {name: layout.html("") for name in PIECES}
        self.lines = AnswerSheet(workspace)
        talk = ("For a talk with the subject leader, in Word", self._for_a_talk)
        self.talk = Downloads(workspace, [talk])
        self.to_take = widgets.VBox()
        self.actions = PlanSheet(workspace, wanted=self._is_mine, origin=False)
        self.new = NewAction(
            workspace,
            asks="What will you do for this pupil?",
            pupil=lambda: self.pupil.value,
        )
        self.new.after(self.actions.show)
        on_change(self.pupil, self.refresh)
        self._steps = super().next().value
        self.refresh()

    @piece
    def choose(self) -> widgets.VBox:
        """Which pupil, and who that is."""
        controls = layout.controls(self.pupil)
        return layout.stack(controls, self.trouble, self.pieces["who"])

    @piece
    def progress(self) -> widgets.VBox:
        """Where the pupil began, is now and got to, each with the way back to the figure it is counted in; what others with the same
        start went on to; and what is agreed."""
        results, others = self.pieces["progress"], self.pieces["others"]
        return layout.stack(results, others, self.lines.box, self.to_take)

    def provision(self) -> widgets.HTML:
        """What the pupil is given."""
        return self.pieces["provision"]

    def lessons(self) -> widgets.HTML:
        """Lessons visited in which this pupil was watched."""
        return self.pieces["lessons"]

    @piece
    def planning(self) -> widgets.VBox:
        """What the flow chart led to, class by class, and the IEP."""
        planning, iep = self.pieces["planning"], self.pieces["iep"]
        return layout.stack(planning, iep)

    @piece
    def plan(self) -> widgets.VBox:
        """The actions about this pupil, and a place to add one."""
        title = layout.heading("What will we do?")
        return layout.stack(title, self.actions.box, self.new.box)

    def next(self) -> widgets.HTML:
        """Where to go from here, once a pupil is chosen."""
        return self.pieces["next"]

    def refresh(self) -> None:
        """Show what there is on the pupil that is chosen."""
        self.take_stock()
        pupil_id = self.pupil.value
        texts = dict.fromkeys(PIECES, "")
        followed: list[str] = []
        if pupil_id:
            results = PupilResults(self.workspace, pupil_id)
            texts["who"] = results.who_html()
            texts["progress"] = results.progress_html()
            texts["others"] = results.others_html()
            texts["next"] = self._steps
            followed = list(results.now["subject"])
        else:
            texts["who"] = layout.note(self._nobody_chosen())
        # Of answers that cannot be read nothing is said: 'nothing yet' might be wrong.
        readable = bool(pupil_id) and not self.trouble.value
        if readable:
            answers = PupilAnswers(self.workspace, self.answers, pupil_id)
            texts["provision"] = answers.provision_html()
            texts["lessons"] = answers.lessons_html()
            texts["planning"] = answers.planning_html()
            texts["iep"] = answers.iep_html()
        self._show_lines(followed if readable else None)
        for name, text in texts.items():
            self.pieces[name].value = text
        self.talk.clear()
        # Of whoever is followed in no subject there is nothing to talk about with its leader.
        self.to_take.children = [self.talk.box] if followed else []
        self.actions.show()
        self.new.status.value = ""
        self.plan().layout.display = None if pupil_id else "none"

    def _nobody_chosen(self) -> str:
        here = "come here by pressing a name in a list of Task 1, 4 or 5."
        if self.nobody:
            return f"{self.nobody} You can also {here}"
        return f"Choose a pupil, or {here}"

    def _is_mine(self, action: Action) -> bool:
        of = action.of if action.each == "pupil" else ""
        return bool(of) and of == self.pupil.value

    def _for_a_talk(self, _answers: object) -> File:
        results = PupilResults(self.workspace, self.pupil.value)
        return results.for_a_talk()

    # -- what is agreed with subject leaders --

    def _show_lines(self, followed: list[str] | None) -> None:
        """The plan lines of Task 4 for this pupil: the same answers, in the other place where they are looked for.

        `followed` are the subjects in which the pupil is followed; None where the answers cannot be read, or nobody is chosen.
        """
        subjects = [] if followed is None else self._with_a_line(followed)
        if not subjects:
            self.lines.show_answers({}, forms=[])
            return
        title, plan = "Agreed with subject leaders", Field("plan", "Plan")
        lines = list(map(self._line, subjects))
        block = table(title, columns=[plan], groups=ungrouped(lines))
        sheet = {"title": title, "level": 3, "blocks": [block]}
        self.lines.show_answers(sheet, forms=[PLAN_LINES])

    def _line(self, subject: str) -> dict[str, object]:
        """A row of the sheet: one subject, and the box for what is agreed in it."""
        name = box_name(form=PLAN_LINES, field=f"{subject}/{self.pupil.value}")
        cells = {"plan": {"name": name}}
        return {"key": subject, "label": subject, "cells": cells}

    def _with_a_line(self, followed: list[str]) -> list[str]:
        """The subjects that are followed, and those in which a line was written while they were."""
        written = []
        lines = self.answers.get(PLAN_LINES, {})
        for field, line in lines.items():
            subject, _, pupil_id = field.rpartition("/")
            if line and pupil_id == self.pupil.value:
                written.append(subject)
        return list(dict.fromkeys([*followed, *written]))


open_page = PupilPage.open
