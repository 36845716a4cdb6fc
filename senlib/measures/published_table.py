"""Tables that may be shown to anybody: small counts are hidden, and enough more that none can be worked out."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, overload

import pandas as pd

from senlib.measures._column_totals import DisclosureError, Label, Row, Totals, row_with
from senlib.measures._search import HIDE_UP_TO, cells_to_hide
from senlib.measures._sums import CellSum, read_counts, system_of
from senlib.measures.proportion import rounded, wilson

__all__ = ["HIDE_UP_TO", "HIDDEN", "DisclosureError", "PublishedTable", "publish"]

HIDDEN = "hidden"

_BY_PUBLISH = object()


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A table that may be shown to anybody: counts, and None where a count is hidden. `publish` alone makes one.

    It holds what may be shown and nothing else: no true count is kept that is hidden, in whatever form.

    columns: the names of the categories. labels: for each row, its categories. counts: for each row, its count or None.
    count: what is counted. hide_up_to: the largest count that is hidden for being small.
    """

    columns: tuple[str, ...]
    labels: tuple[Row, ...]
    counts: tuple[int | None, ...]
    count: str
    hide_up_to: int
    _made_by: object

    def __post_init__(self) -> None:
        if self._made_by is not _BY_PUBLISH:
            raise TypeError(
                "A PublishedTable is made by senlib.measures.published_table.publish, and by nothing else."
            )
        object.__setattr__(self, "_made_by", None)

    def __reduce__(self) -> NoReturn:
        raise pickle.PicklingError(
            "A PublishedTable is not pickled: keep what `table` gives."
        )

    def __copy__(self) -> PublishedTable:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> PublishedTable:
        return self

    def __repr__(self) -> str:
        return f"<PublishedTable: {len(self.counts)} counts by {', '.join(self.columns)}, {self.hidden} hidden>"

    @property
    def hidden(self) -> int:
        """How many counts are hidden."""
        return self.counts.count(None)

    @property
    def rule(self) -> str:
        """The rule in plain words. It says how many are hidden in all, for to say how many of them are small would help to guess them."""
        small = f"of 1 to {self.hide_up_to} pupils"
        if not self.hidden:
            return f"Nothing is hidden here: counts {small} would be, and others with which they could be worked out."
        return (
            f"Counts {small} are hidden, and enough others that none can be worked out: "
            f"{self.hidden} of {len(self.counts)} here."
        )

    @property
    def table(self) -> pd.DataFrame:
        """The categories, the count (missing where hidden) and `reason` ('hidden' or ''), one row for each count."""
        table = pd.DataFrame(self.labels, columns=self.columns)
        table[self.count] = pd.array(self.counts, dtype="Int64")
        table["reason"] = _reasons(table[self.count])
        return table

    def value(self, **labels: Label) -> int | None:
        """The count of one row, None where it is hidden. KeyError where there is no such row.

        >>> table = pd.DataFrame({"sex": ["all", "F", "M"], "pupils": [43, 20, 23]})
        >>> publish(table, totals={"sex": {"all": ["F", "M"]}}).value(sex="F")
        20
        """
        row = tuple(labels.get(name) for name in self.columns)
        if set(labels) != set(self.columns) or row not in self.labels:
            names = ", ".join(self.columns)
            raise KeyError(f"There is no such row: a row has {names}.")
        return self.counts[self.labels.index(row)]

    def rates(
        self,
        *,
        column: str,
        reached: Label,
        of: Label,
        rows: Sequence[Row] | None = None,
    ) -> pd.DataFrame:
        """Rates of the rows labelled `reached` to those labelled `of` in a column; all missing where either count is hidden.

        `rows` names the rates to give, in their order, each by its labels in the other columns; without it they are all given.
        Columns: the other categories, pupils, reached, percent, low, high (Wilson, 95 %), reason. Percentages are whole, as
        people round them. Each is worked out from two counts that both show, and so says nothing that they do not say.

        >>> table = pd.DataFrame({"sex": ["F", "F", "M", "M"], "outcome": ["pupils", "reached"] * 2, "pupils": [20, 11, 9, 5]})
        >>> outcomes = {"pupils": ["reached", "not reached"]}
        >>> rates = publish(table, totals={"outcome": outcomes}).rates(column="outcome", reached="reached", of="pupils")
        >>> rates[["sex", "pupils", "reached", "percent", "low", "high"]].values.tolist()
        [['F', 20, 11, 55, 34, 74], ['M', <NA>, <NA>, <NA>, <NA>, <NA>]]
        """
        place = self.columns.index(column)
        counts = dict(zip(self.labels, self.counts, strict=True))
        pairs: dict[Row, tuple[int | None, int | None]] = {}
        for labels in self.labels:
            if labels[place] == of:
                of_reached = row_with(labels, place, reached)
                pair = counts[labels], counts.get(of_reached)
                if None in pair:
                    pair = None, None
                pairs[labels[:place] + labels[place + 1 :]] = pair
        chosen = pairs if rows is None else rows
        cells = [(*row, *pairs[row]) for row in chosen]
        pair_columns = ["pupils", "reached"]
        keys = [name for name in self.columns if name != column]
        table = pd.DataFrame(cells, columns=keys + pair_columns)
        table[pair_columns] = table[pair_columns].astype("Int64")
        both = table[pair_columns].dropna().astype("int64")
        rates = wilson(both["reached"], both["pupils"])
        rates = rates.dropna().map(rounded)
        table = table.join(rates.astype("Int64"))
        table["reason"] = _reasons(table["pupils"])
        return table


def _reasons(counts: pd.Series) -> pd.Series:
    return counts.isna().map({True: HIDDEN, False: ""})


@overload
def publish(
    tables: pd.DataFrame,
    *,
    totals: Mapping[str, Totals],
    count: str = ...,
    also: Iterable[CellSum] = ...,
    hide_up_to: int = ...,
) -> PublishedTable: ...
@overload
def publish(  # type: ignore[overload-cannot-match]  # mypy does not know pandas
    tables: Mapping[str, pd.DataFrame],
    *,
    totals: Mapping[str, Totals],
    count: str = ...,
    also: Iterable[CellSum] = ...,
    hide_up_to: int = ...,
) -> dict[str, PublishedTable]: ...
def publish(
    tables: pd.DataFrame | Mapping[str, pd.DataFrame],
    *,
    totals: Mapping[str, Totals],
    count: str = "pupils",
    also: Iterable[CellSum] = (),
    hide_up_to: int = HIDE_UP_TO,
) -> PublishedTable | dict[str, PublishedTable]:
    """Counts with the small ones hidden, and enough others that no hidden count can be worked out from what shows.

    **All views of a school that one reader can see must be published in one call**, each under a name of its own: two
    tables that are safe apart can give a count away side by side. Views that share a cell (the same total, say) are
    matched by their columns and labels, and a cell is hidden in all of them or in none.

    A table has a row for each count: columns of categories, and `count`. `totals` says of each column whose labels add up
    which label is the sum of which others; `...` stands for every other label of the column. A column that is not in
    `totals` parts the table into blocks that have nothing to do with one another: whatever a reader can add up, subtract or
    know to be the same across them has to be given with `also`, as (cell, [cells that add up to it]), where a cell is a
    dictionary that leaves out columns in which it is the whole.

    - A label that stands in a table stands in it for every combination; a row that is missing counts as 0, and is added.
    - A part that is in no row ('not reached' where only 'pupils' and 'reached' are shown) is worked out, as a reader would,
      and protected like the others. So is a total that is left out.
    - Rows come in the order of `totals`; the order of a school's rows could tell which of the hidden ones are empty.

    What a reader may know: everything that shows, these sums, that counts are whole and not negative, and the rule. None of
    the hidden counts can then be worked out: for each there is at least one other value with which all that shows would be
    just as it is. Of tables that cross three columns two by two (sex by need, need by outcome, sex by outcome), publish the one
    by all three instead: what no sum says, but the three together would, is not looked at.

    DisclosureError where the tables do not add up, or disagree. ValueError where `hide_up_to` is below 5.

    Two pupils have SEN support. With the total and one other group shown one could subtract, so another group is hidden:

    >>> table = pd.DataFrame({"group": ["all", "N", "K", "E"], "pupils": [60, 40, 2, 18]})
    >>> published = publish(table, totals={"group": {"all": ["N", "K", "E"]}})
    >>> published.table.values.tolist()
    [['all', 60, ''], ['N', 40, ''], ['K', <NA>, 'hidden'], ['E', <NA>, 'hidden']]
    >>> published.rule
    'Counts of 1 to 5 pupils are hidden, and enough others that none can be worked out: 2 of 4 here.'

    Two views at once: had the total of all pupils been hidden in one of them, it would show in the other.

    >>> views = {
    ...     "by need": pd.DataFrame({"need": ["all", "SLCN", "SEMH"], "pupils": [33, 3, 30]}),
    ...     "by sex": pd.DataFrame({"sex": ["all", "F", "M"], "pupils": [33, 20, 13]}),
    ... }
    >>> published = publish(views, totals={"need": {"all": ...}, "sex": {"all": ...}})
    >>> [view.counts for view in published.values()]
    [(33, None, None), (33, 20, 13)]
    """
    is_whole = type(hide_up_to) is int
    if not is_whole or hide_up_to < HIDE_UP_TO:
        raise ValueError(
            f"hide_up_to is a whole number from {HIDE_UP_TO} upwards: fewer may not be hidden."
        )
    one_table = isinstance(tables, pd.DataFrame)
    by_name = {"": tables} if one_table else tables
    counts = {name: read_counts(by_name[name], count=count) for name in by_name}
    system = system_of(counts, totals=totals, also=also)
    public: list[int | None] = list(system.values)
    for cell in cells_to_hide(system, hide_up_to=hide_up_to):
        public[cell] = None
    published = {}
    for name, (columns, cells) in system.tables.items():
        published[name] = PublishedTable(
            columns=columns,
            labels=tuple(cells),
            counts=tuple(public[cell] for cell in cells.values()),
            count=count,
            hide_up_to=hide_up_to,
            _made_by=_BY_PUBLISH,
        )
    return published[""] if one_table else published
