"""A heat table of entry to outcome whose cells can be pressed."""

import traitlets

from senlib.widgets._page_widget import PageWidget, Proposal, Record, Records


class Matrix(PageWidget, files="matrix"):
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

    settable = ("selected",)

    title = traitlets.Unicode("")
    row_heading = traitlets.Unicode("Entered at")
    column_heading = traitlets.Unicode("Reached")
    rows = traitlets.List(traitlets.Unicode())
    columns = traitlets.List(traitlets.Unicode())
    cells = traitlets.List(traitlets.List(traitlets.Dict()))
    totals = traitlets.List(traitlets.Int())
    selected = traitlets.Dict()

    def show(
        self,
        *,
        title: str,
        rows: list[str],
        columns: list[str],
        cells: list[Records],
        totals: list[int],
    ) -> None:
        """Show other figures in one step; a selected cell in which nobody is any more is let go.

        Raises ValueError if there is not one list of cells and one total per row, and one cell per column.
        """
        widths = [len(row) for row in cells]
        are_whole = widths == [len(columns)] * len(rows)
        if not are_whole or len(totals) != len(rows):
            size = f"{len(rows)} rows by {len(columns)} columns"
            raise ValueError(f"{size} need as many cells, and a total a row")
        with self.hold_sync(), self.hold_trait_notifications():
            self.title, self.rows, self.columns = title, rows, columns
            self.cells, self.totals = cells, totals
            if not self._can_be_pressed(self.selected):
                self.selected = {}

    def set_state(self, sync_data: Record) -> None:
        """Take from the page which cell is pressed, and nothing else."""
        try:
            super().set_state(sync_data)
        except traitlets.TraitError:
            # Pressed while other figures were on their way: the page hears what is selected now.
            self.send_state("selected")

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Proposal) -> Record:
        place = proposal["value"]
        if place and not self._can_be_pressed(place):
            fault = "selected is {} or the row and column of a cell with pupils in it"
            raise traitlets.TraitError(fault)
        return place

    def _can_be_pressed(self, place: Record) -> bool:
        row, column = place.get("row"), place.get("column")
        if row not in self.rows or column not in self.columns:
            return False
        cells = self.cells[self.rows.index(row)]
        cell = cells[self.columns.index(column)]
        return cell.get("count", 0) > 0
