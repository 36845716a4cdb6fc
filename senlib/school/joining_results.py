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
from senlib.school.joining import SECOND_PUPIL
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
    parts, places = [], []
    for place, (one, numbers) in enumerate(zip(lists, ids, strict=True)):
        for part, at in zip(one.results, one.at, strict=True):
            parts.append(
                replace(
                    part, data=part.data.assign(pupil_id=pd.Categorical(numbers[at]))
                )
            )
            places.append(np.full(len(part.rows), place))
    raw, faults = checking.without_errors(
        checking.joined(parts, of), parts, needed=list(of.columns)
    )
    wrong = {(fault.file, fault.row, fault.column) for fault in faults}
    all_faults = list(faults)
    table = schema.canonical(raw, schema=of, framework=framework)
    table, faults = checking.checked(
        table, parts, of, framework=framework, needed=list(of.columns)
    )
    without = {
        (fault.file, fault.row) for fault in pupil_faults if fault.rule == _NO_NUMBER
    }
    all_faults += [
        fault
        for fault in faults
        if (fault.file, fault.row, fault.column) not in wrong
        and not (fault.rule == _NO_NUMBER and (fault.file, fault.row) in without)
    ]
    table = table.assign(list=np.concatenate(places) if places else np.array([], int))
    long = np.array([one.long for one in lists], bool)
    explicit = long[table["list"]] if len(lists) else np.array([], bool)
    # A blank in a sheet with a pupil a row is no result at all; in a table of results it is.
    table = table[(table["result"] != "") | explicit]
    table = table[table["pupil_id"].isin(pupils["pupil_id"])]
    twice = {
        (fault.file, fault.row) for fault in pupil_faults if fault.rule == SECOND_PUPIL
    }
    table, again, notes = _each_once(table, parts, lists, twice=twice, ask=ask)
    return table[list(of.columns)], all_faults + again, notes


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
    dates = table["date"].where(table["stage"] == "now", "")
    key = pd.util.hash_pandas_object(
        table[["pupil_id", "stage", "subject", "kind"]].assign(date=dates), index=False
    )
    if not key.duplicated().any():
        return table, [], []
    table = table.assign(key=key.to_numpy())
    # A result goes before a blank for the same.
    again = table[table.duplicated("key", keep=False)]
    results = again[again["result"] != ""]
    blanks = again.index[(again["result"] == "") & again["key"].isin(results["key"])]
    table = table.drop(index=blanks)
    same = table.duplicated(["key", "result"])
    table = table[~same]
    within = table.duplicated(["key", "list"])
    repeat_faults = [
        part.fault(place, column="result", rule=_SECOND_RESULT, remedy=_KEEP_ONE)
        for part, place in checking.places(parts, table.index[within].to_numpy(int))
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
    files = list(dict.fromkeys(lists[place].file for place in rows["list"]))
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
    first = right & table["key"].isin(rows["key"])
    return pd.concat([table[first], table[~first]]), taken(
        question, label=label, answer=answer
    )
