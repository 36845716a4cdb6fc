"""The chart that a school draws for itself: an editor whose drawing is kept at each change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import ipywidgets as widgets

from senlib.pages.kit import layout
from senlib.pages.kit.shared_answers import SharedAnswers, in_one_connection
from senlib.text import saved_at
from senlib.widgets import Flow
from senlib.widgets.flow import FIELDS
from senlib.workbook.flow_chart import FlowChart, problems
from senlib.workbook.store import Answers, StoreError
from senlib.workbook.walks import (
    OWN,
    SUMS,
    booklet_chart,
    boxes,
    chart_values,
    own_chart,
)
from senlib.workspace import Workspace


class OwnChart:
    """The editor of the school's own chart; `changed` is called once a drawing is kept."""

    def __init__(self, workspace: Workspace, *, changed: Callable[[], None]) -> None:
        self.workspace, self._changed = workspace, changed
        self.shared = SharedAnswers(workspace)
        self.editor = Flow(
            editable=True, title="Our own chart", sums=[list(one) for one in SUMS]
        )
        self.copy = widgets.Button(description="Begin from the booklet’s chart")
        self.copy.on_click(lambda _: self._begin(booklet_chart()))
        self.editor.observe(lambda change: self._drawn(change["new"]), "drawn")
        answers = self._read()
        chart = own_chart(answers)
        if chart:
            self.editor.own = int(answers.get("own", "0") or 0)
            self._edit(chart)
        first = self.editor if chart else self.copy
        self.box = widgets.VBox([first, self.shared.box])

    def _begin(self, chart: FlowChart) -> None:
        self._edit(replace(chart, key=OWN))
        self.box.children = [self.editor, self.shared.box]
        self.keep()

    def _read(self) -> Answers:
        try:
            return self.shared.read(OWN)
        except StoreError as error:
            self.shared.words.value = layout.trouble_line(str(error))
            return {}

    def _show(self) -> None:
        if chart := own_chart(self._read()):
            self._edit(chart)

    def _edit(self, chart: FlowChart) -> None:
        self.editor.nodes, self.editor.start = drawable(chart), chart.start
        self.editor.problems = problems(chart)

    def _drawn(self, drawing: Mapping[str, object]) -> None:
        if drawing:
            self.keep()

    @in_one_connection
    def keep(self) -> None:
        """Keep the chart as it stands in the editor, and say what would stop a walk."""
        try:
            values = chart_values(
                nodes=self.editor.nodes, start=self.editor.start, own=self.editor.own
            )
            at = self.shared.keep(
                OWN,
                values,
                about="the chart",
                then=self._show,
                worded=lambda _: "another drawing",
            )
        except StoreError as error:
            self.editor.saved = {"fault": f"Not saved. {error}"}
            return
        chart = own_chart(values)
        self.editor.problems = problems(chart) if chart else []
        self.editor.saved = {"at": saved_at(at)}
        self._changed()


def drawable(chart: FlowChart) -> list[dict[str, str]]:
    """A chart's boxes with what is drawn of them."""
    return [{field: box[field] for field in FIELDS} for box in boxes(chart)]
