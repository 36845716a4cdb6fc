"""The results of all lists as one table: checked, each once, and for a pupil there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from senlib.frameworks import Framework
from senlib.school import checking, schema
from senlib.school.faults import Fault
from senlib.school.files import SourceRows
from senlib.school.joining import SECOND_PUPIL, files_of
from senlib.school.lists import SchoolList
from senlib.school.questions import Ask, taken, which_file

_SECOND_RESULT = "a second result for the same pupil, stage, subject and kind"
_KEEP_ONE = "Keep one of them. Only current results (‘now’) can be given more than once, each with its date."
_NO_NUMBER = "no pupil number"


def joined_results(
    lists: Sequence[SchoolList],
    ids: Sequence[np.ndarray],
    pupils: pd.DataFrame,
    *,
    framework: Framework,
    pupil_faults: Sequence[Fault],
    ask: Ask,
) -> tuple[pd.DataFrame, list[Fault], list[str]]:
    """The results table in the schema's own spellings, faults and notes. `pupil_faults` are not reported again."""
    of = schema.results_schema(framework)
    columns = list(of.columns)
    parts = []
    places = [np.array([], int)]
    for place, one in enumerate(lists):
        for part, at in zip(one.results, one.at, strict=True):
            numbers = pd.Categorical(ids[place][at])
            data = part.data.assign(pupil_id=numbers)
            parts.append(replace(part, data=data))
            rows = len(part.rows)
            places.append(np.full(rows, place))
    joined = checking.joined(parts, of)
    raw, faults = checking.without_errors(joined, parts, needed=columns)
    wrong = {(fault.file, fault.row, fault.column) for fault in faults}
    all_faults = list(faults)
    table = schema.canonical(raw, schema=of, framework=framework)
    table, faults = checking.checked(
        table, parts, of, framework=framework, needed=columns
    )
    without = _rows_with(_NO_NUMBER, pupil_faults)
    all_faults += [
        fault
        for fault in faults
        if (fault.file, fault.row, fault.column) not in wrong
        and not (fault.rule == _NO_NUMBER and (fault.file, fault.row) in without)
    ]
    table = table.assign(list=np.concatenate(places))
    are_long = [one.long for one in lists]
    explicit = np.array(are_long, bool)[table["list"]]
    # A blank in a sheet with a pupil a row is no result at all; in a table of results it is.
    table = table[(table["result"] != "") | explicit]
    listed = table["pupil_id"].isin(pupils["pupil_id"])
    table = table[listed]
    twice = _rows_with(SECOND_PUPIL, pupil_faults)
    table, again, notes = _each_once(table, parts, lists, twice=twice, ask=ask)
    return table[columns], all_faults + again, notes


def _rows_with(rule: str, faults: Sequence[Fault]) -> set[tuple[str, int | None]]:
    """The file and row of each fault against a rule."""
    against = [fault for fault in faults if fault.rule == rule]
    return {(fault.file, fault.row) for fault in against}


def _each_once(
    table: pd.DataFrame,
    parts: Sequence[SourceRows],
    lists: Sequence[SchoolList],
    *,
    twice: set[tuple[str, int | None]],
    ask: Ask,
) -> tuple[pd.DataFrame, list[Fault], list[str]]:
    """The results with one for each pupil, stage, subject and kind, and for 'now' each date; faults and notes.

    A pupil who stands in a sheet twice has every result twice too: the pupil is the fault, and those rows are `twice`.
    """
    current = table["stage"] == "now"
    dates = table["date"].where(current, "")
    identity = table[["pupil_id", "stage", "subject", "kind"]]
    identity = identity.assign(date=dates)
    key = pd.util.hash_pandas_object(identity, index=False)
    if not key.duplicated().any():
        return table, [], []
    table = table.assign(key=key.to_numpy())
    # A result goes before a blank for the same.
    again = table[table.duplicated("key", keep=False)]
    results = again[again["result"] != ""]
    blank = again["result"] == ""
    answered = again["key"].isin(results["key"])
    blanks = again.index[blank & answered]
    table = table.drop(index=blanks)
    same = table.duplicated(["key", "result"])
    table = table[~same]
    within = table.duplicated(["key", "list"])
    at = table.index[within].to_numpy(int)
    repeat_faults = [
        part.fault(place, column="result", rule=_SECOND_RESULT, remedy=_KEEP_ONE)
        for part, place in checking.places(parts, at)
    ]
    faults = [fault for fault in repeat_faults if (fault.file, fault.row) not in twice]
    table = table[~within]
    across = table[table.duplicated("key", keep=False)]
    notes = []
    for what, rows in across.groupby(
        ["stage", "subject", "kind"], sort=False, observed=True
    ):
        table, note = _settled(table, rows, what, lists, ask=ask)
        notes.append(note)
    return table.drop_duplicates("key").sort_index(), faults, notes


def _settled(
    table: pd.DataFrame,
    rows: pd.DataFrame,
    what: tuple[str, str, str],
    lists: Sequence[SchoolList],
    *,
    ask: Ask,
) -> tuple[pd.DataFrame, str]:
    """The results in the order in which they count, where lists contradict one another about these; and a note."""
    files = files_of(rows, lists)
    label = f"{what[0]} {what[1]}"
    question = which_file(
        ":".join(what),
        label=label,
        files=files,
        pupils=rows["key"].nunique(),
        proposal=files[0],
    )
    answer = ask(question)
    right = table["list"].map(lambda place: lists[place].file == answer)
    at_odds = table["key"].isin(rows["key"])
    first = right & at_odds
    in_order = [table[first], table[~first]]
    note = taken(question, label=label, answer=answer)
    return pd.concat(in_order), note
