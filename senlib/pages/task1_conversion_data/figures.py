"""England's figures for Task 1's question, and a place to type in those of an LEA's pack."""

from __future__ import annotations

import re
from contextlib import suppress

import ipywidgets as widgets

from senlib import national
from senlib.measures.groups import group_name
from senlib.pages.kit import layout
from senlib.pages.kit.choices import button
from senlib.pages.kit.dfe_file import NewestFile
from senlib.pages.kit.live import on_change
from senlib.pages.kit.shared_answers import SharedAnswers, in_one_connection
from senlib.pages.task1_conversion_data.conversion_choices import Choices
from senlib.text import saved_at, upper_first
from senlib.workbook.store import StoreError
from senlib.workspace import FIGURES, TYPED_SOURCES, source_words

COLUMNS = {
    "whose": "Whose",
    "group": "For",
    "year": "Summer",
    "percent": "Figure",
    "pupils": "Pupils",
    "source": "Source",
}

GROUPS = [
    ("all pupils", "all"),
    ("pupils with SEN", "SEN"),
    ("pupils without SEN", "no SEN"),
]


class FiguresPiece:
    """The figures for what is chosen, those typed in among them; `box` is what stands on the page."""

    def __init__(self, choices: Choices) -> None:
        self.choices, self.workspace = choices, choices.workspace
        self.typed = widgets.Text(description="Percent")
        self.typed_year = widgets.BoundedIntText(
            description="Summer",
            min=1996,
            max=2100,
            value=choices.cohorts[0] or choices.school.academic_year,
        )
        self.typed_group = layout.choice("For", GROUPS, "SEN")
        # Whose figure it is has to be said: another's would pass for England's.
        owners = [(f"{upper_first(name)}’s", name) for name in TYPED_SOURCES]
        self.typed_whose = layout.choice(
            "Whose figure is it?", [("Choose", ""), *owners], ""
        )
        self.keep = button("Keep this figure", self._keep_typed, primary=True)
        self.take_back = button("Take it back", lambda: self._keep_figure(""))
        self.status, self.shared = layout.html(""), SharedAnswers(self.workspace)
        # Where they cannot be read, that is said when one is to be saved.
        with suppress(StoreError):
            self.shared.read(FIGURES)
        on_change(choices.cohort, self._follow_summer)
        self.newest_file = NewestFile(self.workspace, changed=self._figures_changed)
        self.box = layout.stack(
            choices.live.piece(self._table),
            layout.controls(
                self.typed_whose,
                self.typed_group,
                self.typed,
                self.typed_year,
                self.keep,
                self.take_back,
            ),
            self.shared.box,
            self.status,
            self.newest_file.box,
        )

    def _table(self) -> str:
        choices, framework = self.choices, self.choices.framework
        figures = choices.figures
        if figures is None:
            figures = national.figures(framework.name)
        subject, entry = choices.subject.value, choices.entry.value
        bands = [entry, choices.chosen_stage.national_band(entry)]
        figures = figures[
            (figures["stage"] == choices.stage.value)
            & figures["subject"].isin([subject, national.subject(subject or "")])
            & figures["entry"].isin(bands)
            & (figures["reach"] == choices.reach.value)
            # The same pupils as 'no SEN'.
            & (figures["group"] != "N")
        ]
        if figures.empty:
            return layout.answer(
                "No national figure is held for this start and this outcome. If your LEA’s pack has one, "
                "type it in here, and every page will use it."
            )
        percents = [
            f"{'at most ' if row.kind == 'at most' else ''}{row.percent:.1f} %"
            for row in figures.itertuples()
        ]
        table = figures.assign(
            percent=percents,
            group=[group_name(code, framework=framework) for code in figures["group"]],
            pupils=figures["pupils"].astype("Int64"),
            whose=figures["whose"].map(upper_first),
            source=[source_words(source) for source in figures["source"]],
        ).sort_values(["year", "whose"], ascending=[False, True])
        return layout.plain_table(
            table.astype({"year": str}),
            caption="Figures for this question",
            columns=COLUMNS,
        ) + layout.how_to_read("england_same_band", "typed_figure")

    def _follow_summer(self) -> None:
        if self.choices.cohorts[0] is not None:
            self.typed_year.value = self.choices.cohorts[0]

    def _keep_typed(self) -> None:
        """Keep what was typed, if it is a percentage."""
        text = self.typed.value.strip().removesuffix("%").strip().replace(",", ".")
        if not self.typed_whose.value:
            self.status.value = layout.trouble_line(
                "Choose whose figure it is: England’s, your LEA’s or similar schools’. Nothing was kept."
            )
        elif re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", text) and float(text) <= 100:
            self._keep_figure(text)
        else:
            self.status.value = layout.trouble_line(
                "Type a percentage from 0 to 100, such as 31.5. Nothing was kept."
            )

    @in_one_connection
    def _keep_figure(self, value: str) -> None:
        """Keep a figure for what is chosen; '' takes it back."""
        choices = self.choices
        chosen = (
            choices.stage,
            self.typed_year,
            choices.subject,
            self.typed_group,
            choices.entry,
            choices.reach,
            self.typed_whose,
        )
        field = "|".join(str(control.value) for control in chosen)
        try:
            if not value and not self.workspace.store.latest(FIGURES).get(field):
                self.status.value = layout.note(
                    "No figure of yours is kept for this, so there is nothing to take back."
                )
                return
            at = self.shared.keep(
                FIGURES,
                {field: value},
                about="the figure you typed in",
                then=self._figures_changed,
                worded=lambda text: f"{text} %" if text else "taken back",
            )
        except StoreError as error:
            self.status.value = layout.not_saved(error)
            return
        unread = self._read_figures()
        # The pieces first: whoever reads 'Saved' finds the figure in them.
        choices.live.refresh()
        words = f"{'Saved' if value else 'Taken back'} {saved_at(at)}"
        self.status.value = layout.status(words) + unread

    def _figures_changed(self) -> None:
        """Show what an edition of England's figures changes that was added or taken away."""
        self.status.value = self._read_figures()
        self.choices.live.refresh()

    def _read_figures(self) -> str:
        """Read the figures anew; where that fails, those read before stay, and this says why."""
        try:
            self.shared.read(FIGURES)
            self.choices.figures = self.workspace.figures()
        except StoreError as error:
            return layout.trouble_line(f"The figures cannot be read anew. {error}")
        return ""
