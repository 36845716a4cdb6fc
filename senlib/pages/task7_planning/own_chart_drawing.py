"""The chart that a school draws for itself: an editor whose drawing is kept at each change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from senlib.pages.kit import layout
from senlib.pages.kit.choices import button
from senlib.pages.kit.live import on_message
from senlib.pages.kit.shared_answers import SharedAnswers, in_one_connection
from senlib.widgets import Flow
from senlib.widgets.flow import FIELDS
from senlib.workbook import walks
from senlib.workbook.flow_chart import FlowChart, problems
from senlib.workbook.store import Answers, StoreError
from senlib.workspace import Workspace


class OwnChart:
    """The editor of the school's own chart; `changed` is called once a drawing is kept."""

    def __init__(self, workspace: Workspace, *, changed: Callable[[], None]) -> None:
        self.workspace, self._changed = workspace, changed
        self.shared = SharedAnswers(workspace)
        sums = list(map(list, walks.SUMS))
        self.editor = Flow(editable=True, title="Our own chart", sums=sums)
        self.copy = button("Begin from the booklet’s chart", self._begin)
        on_message(self.editor, "drawn", self._drawn)
        answers = self._read()
        chart = walks.own_chart(answers)
        if chart:
            own = answers.get("own") or 0
            self.editor.own = int(own)
            self._edit(chart)
        first = self.editor if chart else self.copy
        self.box = layout.stack(first, self.shared.box)

    def _begin(self) -> None:
        chart = walks.booklet_chart()
        self._edit(replace(chart, key=walks.OWN))
        self.box.children = [self.editor, self.shared.box]
        self.keep()

    def _read(self) -> Answers:
        try:
            return self.shared.read(walks.OWN)
        except StoreError as error:
            self.shared.words.value = layout.trouble_line(error)
            return {}

    def _show(self) -> None:
        if chart := walks.own_chart(self._read()):
            self._edit(chart)

    def _edit(self, chart: FlowChart) -> None:
        self.editor.nodes = drawable(chart)
        self.editor.start = chart.start
        self.editor.problems = problems(chart)

    def _drawn(self, drawing: object) -> None:
        if drawing:
            self.keep()

    @in_one_connection
    def keep(self) -> None:
        """Keep the chart as it stands in the editor, and say what would stop a walk."""
        editor = self.editor
        values = walks.chart_values(
            nodes=editor.nodes, start=editor.start, own=editor.own
        )
        reply = self.shared.reply(
            walks.OWN,
            values,
            about="the chart",
            then=self._show,
            worded=lambda _: "another drawing",
        )
        editor.saved = reply
        if "at" in reply:
            chart = walks.own_chart(values)
            editor.problems = problems(chart) if chart else []
            self._changed()


def drawable(chart: FlowChart) -> list[dict[str, str]]:
    """A chart's boxes with what is drawn of them."""
    return [{field: box[field] for field in FIELDS} for box in walks.boxes(chart)]
