"""Which school is open, the others that can be opened, and one step back."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from senlib.measures.groups import has_sen
from senlib.pages.kit import empty_states, layout, sentences
from senlib.pages.kit.choices import button
from senlib.pages.kit.file_review import NEXT
from senlib.text import day, saved_at
from senlib.workbook.store import StoreError
from senlib.workspace import OWN, Workspace


class SchoolChoice:
    """The school that is open and what can be opened in its place; `box` is what stands on the page.

    `reopen` opens the workspace anew once another school is chosen; `went_back` is called after a step back.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        reopen: Callable[[], None],
        went_back: Callable[[], None],
    ) -> None:
        self.workspace = workspace
        self._reopen, self._went_back = reopen, went_back
        # The school that was open before her own was, where there is none of her own to go back to.
        self.sample_before = ""
        self.opened = layout.html(opened(workspace))
        self.which = layout.choice("School", self._options(), workspace.chosen)
        self.open_chosen = button(
            "Open the chosen school",
            lambda: self.choose(self.which.value),
            primary=True,
        )
        self.refused, self.back_words = layout.html(""), layout.html("")
        self.back = button("Go back to the school as it was", self.go_back)
        self.back.add_class(NEXT)
        self.back_offer = widgets.VBox([])
        self._show_back()
        controls = layout.controls(self.which, self.open_chosen)
        self.box = widgets.VBox([self.opened, controls, self.back_offer, self.refused])

    def move_to(self, workspace: Workspace) -> None:
        """Show the school that is open now."""
        self.workspace = workspace
        self.opened.value = opened(workspace)
        self.which.options = self._options()
        self.which.value = workspace.chosen
        self.refused.value = ""
        self._show_back()

    def choose(self, key: str) -> None:
        """Open this school from now on."""
        try:
            self.workspace.choose(key)
        except StoreError as error:
            self.refused.value = layout.trouble_line(
                f"Your choice is not saved, so the school that was open stays open. {error}"
            )
            return
        self._reopen()

    def go_back(self) -> None:
        """Open the school that was open before; this can be undone in the same way."""
        if self.workspace.can_go_back is None:
            self.choose(self.sample_before)
        else:
            try:
                self.workspace.go_back()
            except (OSError, StoreError) as error:
                words = "That could not be done, so the school that is open stays open."
                why = f" {error}" if isinstance(error, StoreError) else ""
                self.refused.value = layout.trouble_line(f"{words}{why}")
                return
            self._reopen()
        self._went_back()

    def _options(self) -> list[tuple[str, str]]:
        return [(words, key) for key, words in self.workspace.choices().items()]

    def _show_back(self) -> None:
        """Offer the school that was open before, where there is one."""
        before = self.workspace.can_go_back
        sample = self.sample_before if self.workspace.chosen == OWN else ""
        words = ""
        if before:
            when = f"{day(before.kept.date())} at {saved_at(before.kept)}"
            words = f"The school kept before this one: ‘{before.name}’, kept on {when}."
        elif sample:
            name = self.workspace.choices()[sample]
            words = f"Before this, another school was open: {name}."
        if words:
            self.back_words.value = layout.note(words)
        self.back_offer.children = [self.back_words, self.back] if words else []


def opened(workspace: Workspace) -> str:
    """Which school is open, and how many pupils with SEN it has."""
    school = workspace.school
    on_roll = school.pupils[school.pupils["on_roll"] == "Y"]
    provision = on_roll["sen_provision"]
    whose = "A sample school" if school.sample else "The school"
    if workspace.chosen == OWN:
        whose = "Your own school"
    who = "nobody on roll"
    if len(on_roll):
        sen = empty_states.of_them_with_sen(
            int(has_sen(provision, framework=school.framework).sum()),
            unknown=int((provision == "").sum()),
            of=len(on_roll),
        )
        who = f"{sentences.pupils(len(on_roll))} on roll, {sen}"
    return layout.answer(f"{whose} is open: {school.name}, {who}.")
