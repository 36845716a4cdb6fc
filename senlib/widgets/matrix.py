"""A heat table of entry to outcome whose cells can be pressed."""

from pathlib import Path
from typing import Any

import traitlets
from anywidget import AnyWidget

from senlib.widgets._script import script

HERE = Path(__file__).parent


class Matrix(AnyWidget):
    """Counts of pupils by entry (rows) and outcome (columns), shaded by share of the row.

    `cells` holds one list per row, in it one dict per column: `count` (int), `share` (0 to 1 of the row, or None),
    `expected` (on or beyond the line of expected gain) and `edge` (first such cell of its row, where the line stands).
    `row_heading` and `column_heading` also begin each cell's spoken name: 'Entered at 3, reached 5: 19 pupils'.
    `selected` is {} or {"row": label, "column": label}; it is set by pressing a cell, or from Python.

    >>> cell = {"count": 19, "share": 1.0, "expected": True, "edge": True}
    >>> matrix = Matrix(rows=["3"], columns=["5"], cells=[[cell]], totals=[19])
    >>> matrix.selected = {"row": "3", "column": "5"}
    >>> matrix.selected["column"]
    '5'
    """

    _esm = script("matrix.js")
    _css = HERE / "matrix.css"

    title = traitlets.Unicode("").tag(sync=True)
    row_heading = traitlets.Unicode("Entered at").tag(sync=True)
    column_heading = traitlets.Unicode("Reached").tag(sync=True)
    rows = traitlets.List(traitlets.Unicode()).tag(sync=True)
    columns = traitlets.List(traitlets.Unicode()).tag(sync=True)
    cells = traitlets.List(traitlets.List(traitlets.Dict())).tag(sync=True)
    totals = traitlets.List(traitlets.Int()).tag(sync=True)
    selected = traitlets.Dict().tag(sync=True)

    def show(
        self,
        *,
        title: str,
        rows: list[str],
        columns: list[str],
        cells: list[list[dict[str, Any]]],
        totals: list[int],
    ) -> None:
        """Show other figures in one step; a selected cell that no longer holds anyone is let go.

        Raises ValueError if there is not one list of cells and one total per row, and one cell per column.
        """
        if (
            len(cells) != len(rows)
            or len(totals) != len(rows)
            or any(len(row) != len(columns) for row in cells)
        ):
            raise ValueError(
                f"{len(rows)} rows by {len(columns)} columns need as many cells, and a total a row"
            )
        with self.hold_sync(), self.hold_trait_notifications():
            self.set_trait("title", title)
            self.set_trait("rows", rows)
            self.set_trait("columns", columns)
            self.set_trait("cells", cells)
            self.set_trait("totals", totals)
            if not self._can_be_pressed(self.selected):
                self.selected = {}

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take from the page which cell is pressed, and nothing else."""
        try:
            names = {"selected"} & sync_data.keys()
            super().set_state({name: sync_data[name] for name in names})
        except traitlets.TraitError:
            # Pressed while other figures were on their way: the page is told what is selected now.
            self.send_state("selected")

    @traitlets.validate("selected")
    def _check_selected(self, proposal: dict[str, Any]) -> dict[str, str]:
        place = proposal["value"]
        if place and not self._can_be_pressed(place):
            raise traitlets.TraitError(
                "selected is {} or the row and column of a cell with pupils in it"
            )
        return place

    def _can_be_pressed(self, place: dict[str, Any]) -> bool:
        row, column = place.get("row"), place.get("column")
        if row not in self.rows or column not in self.columns:
            return False
        cells = self.cells[self.rows.index(row)]
        cell = cells[self.columns.index(column)]
        return cell.get("count", 0) > 0
