"""Which rows of a table hold its headings: below titles and blank rows, and in two rows where a group stands above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from senlib.school.column_texts import normal

IsHeading = Callable[[str], bool]

_ROWS_LOOKED_AT = 20
_CELLS_LOOKED_AT = 400
_LONGEST = 100


class Merge(NamedTuple):
    """Merged cells: rows as the spreadsheet numbers them, columns from 0, the last ones included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class Head:
    """The row of headings, the row above or below it that may belong to it, and the rows of the table.

    `upper_is_first` is True where the lower row identified the two; the upper one alone would not do.
    """

    number: int
    cells: list[str]
    upper_number: int
    upper: list[str] | None
    upper_is_first: bool
    filled_above: int
    body: Iterator[tuple[int, Sequence[str]]]

    @property
    def width(self) -> int:
        width = len(self.cells)
        if self.upper_is_first and self.upper:
            return max(width, len(self.upper))
        return width


def find_head(
    rows: Iterator[tuple[int, Sequence[str]]], is_heading: IsHeading
) -> Head | None:
    """The row that looks most like headings among the first filled ones; None where no cell is filled.

    It is the row with most known headings, and no narrower than the rows above it, unless most of its cells are known. A
    single known one says little: then every row above has to be narrower.
    """
    filled = ((number, cells) for number, cells in rows if any(map(str.strip, cells)))
    first = list(islice(filled, _ROWS_LOOKED_AT))
    if not first:
        return None
    texts = [[" ".join(cell.split()) for cell in cells] for _, cells in first]
    numbers = [number for number, _ in first]
    at = _best(texts, is_heading)
    under = at + 1
    number_under = numbers[at] + 1
    below = under < len(first) and numbers[under] == number_under
    if below and _stands_under(texts[under], texts[at]):
        upper, lower = at, under
    else:
        upper, lower = at - 1, at
    number_above = numbers[lower] - 1
    adjacent = upper >= 0 and numbers[upper] == number_above
    return Head(
        number=numbers[lower],
        cells=texts[lower],
        upper_number=numbers[upper] if adjacent else 0,
        upper=texts[upper] if adjacent else None,
        upper_is_first=upper == at,
        filled_above=at,
        body=chain(first[lower + 1 :], filled),
    )


def _best(rows: Sequence[Sequence[str]], is_heading: IsHeading) -> int:
    known: dict[str, bool] = {}

    def knows(cell: str) -> bool:
        if cell not in known:
            # 'Year: 11' above a report names what was asked for.
            possible = (
                0 < len(cell) <= _LONGEST and not cell.isdigit() and cell[-1] != ":"
            )
            known[cell] = possible and is_heading(cell)
        return known[cell]

    best, most, widest = None, 0, 0
    for at, cells in enumerate(rows):
        recognised = filter(knows, cells[:_CELLS_LOOKED_AT])
        score = len(set(map(normal, recognised)))
        filled = sum(map(bool, cells))
        wide = filled > widest or (filled == widest and score > 1)
        wide = wide or (score > 2 and score * 2 >= filled)
        if score > most and wide:
            best, most = at, score
        widest = max(widest, filled)
    if best is not None:
        return best
    # Nothing is known: a line of text above a table of several columns is a title all the same, and numbers are none.
    if widest <= 2:
        return 0
    for at, cells in enumerate(rows):
        several = len(_filled(cells)) > 1
        numeric = any(map(str.isdigit, cells))
        if several and not numeric:
            return at
    return 0


def _filled(cells: Sequence[str]) -> list[int]:
    """The places of the cells that are not empty."""
    return [index for index, cell in enumerate(cells) if cell]


def _stands_under(lower: Sequence[str], upper: Sequence[str]) -> bool:
    """Whether a row goes on with the headings above it: only words, none under the first, some where none stands above."""
    above = _filled(upper)
    filled = _filled(lower)
    if above[0] in filled:
        return False
    words = [any(map(str.isalpha, lower[index])) for index in filled]
    beyond = set(filled) - set(above)
    return all(words) and bool(beyond)


def headings_of(
    head: Head, merges: Sequence[Merge], is_heading: IsHeading
) -> tuple[list[str], bool]:
    """The headings, and whether those of two rows were joined: 'KS2' over 'Reading' as 'KS2 Reading'.

    A heading that is known by itself, stands there once, and is not known with its group ('UPN' under 'Pupil') is left as
    it is.
    """
    if head.upper is None or not (
        head.upper_is_first or _is_group(head.upper, head.cells)
    ):
        return head.cells, False
    pairs = list(zip_longest(head.upper, head.cells, fillvalue=""))
    upper = [group for group, _ in pairs]
    lower = [cell for _, cell in pairs]
    begun = [merge for merge in merges if merge.first_row == head.upper_number]
    wide = [merge for merge in begun if merge.first_column < merge.last_column]
    deep = [merge for merge in begun if merge.first_row < merge.last_row]
    high = {merge.first_column for merge in deep}
    times = Counter(map(normal, lower))

    def both(group: str, cell: str) -> str:
        together = f"{group} {cell}"
        grouped = head.upper_is_first or wide or is_heading(together)
        wanted = (
            times[normal(cell)] > 1
            or is_heading(together)
            or (grouped and not is_heading(cell))
        )
        return together if group and cell and wanted else ""

    groups = _spread(upper, wide)
    joined = list(map(both, groups, lower))
    width = len(head.cells)
    some = any(joined)
    for column, cell in enumerate(lower):
        # A heading two rows high stands in the upper one. What stands further right than the table is part of a title.
        own = some or column in high or column < width
        upper_cell = upper[column] if own else ""
        joined[column] = joined[column] or cell or upper_cell
    if joined == lower:
        return head.cells, False
    return joined, True


def _is_group(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether the row above may hold groups: a title stands alone, above the first column."""
    filled = _filled(upper)
    first = next(iter(_filled(lower)), 0)
    return len(filled) > 1 or filled[0] > first


def _spread(cells: Sequence[str], merges: Sequence[Merge]) -> list[str]:
    """Each cell's text over the columns it stands above: those of its merge, or all up to the next where none is merged."""
    spread = list(cells)
    if merges:
        for merge in merges:
            last = min(merge.last_column + 1, len(spread))
            for column in range(merge.first_column, last):
                spread[column] = cells[merge.first_column]
        return spread
    for column in range(1, len(spread)):
        if not spread[column]:
            spread[column] = spread[column - 1]
    return spread
