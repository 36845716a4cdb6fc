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
from senlib.school.findings import Findings
from senlib.school.joining import SECOND_PUPIL, files_of
from senlib.school.lists import SchoolLists
from senlib.school.questions import taken, which_file

_SECOND_RESULT = "a second result for the same pupil, stage, subject and kind"
_KEEP_ONE = "Keep one of them. Only current results (‘now’) can be given more than once, each with its date."
_NO_NUMBER = "no pupil number"

# Rows by file and number.
_Rows = set[tuple[str, int | None]]


def joined_results(
    lists: SchoolLists,
    ids: Sequence[np.ndarray],
    pupils: pd.DataFrame,
    *,
    framework: Framework,
    findings: Findings,
) -> pd.DataFrame:
    """The results table in the schema's own spellings. What was found wrong of pupils is not reported again."""
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
    without = _rows_with(_NO_NUMBER, findings.faults)
    twice = _rows_with(SECOND_PUPIL, findings.faults)
    joined = checking.joined(parts, of)
    raw, errors = checking.without_errors(joined, parts, needed=columns)
    wrong = {fault.cell for fault in errors}
    table = schema.canonical(raw, schema=of, framework=framework)
    table, misfits = checking.checked(
        table, parts, of, framework=framework, needed=columns
    )
    findings.faults += errors
    findings.faults += [
        fault
        for fault in misfits
        if fault.cell not in wrong
        and not (fault.rule == _NO_NUMBER and fault.cell[:2] in without)
    ]
    table = table.assign(list=np.concatenate(places))
    long = [place for place, one in enumerate(lists) if one.long]
    explicit = table["list"].isin(long)
    # A blank in a sheet with a pupil a row is no result at all; in a table of results it is.
    table = table[(table["result"] != "") | explicit]
    listed = table["pupil_id"].isin(pupils["pupil_id"])
    table = _each_once(table[listed], parts, lists, twice=twice, findings=findings)
    return table[columns]


def _rows_with(rule: str, faults: Sequence[Fault]) -> _Rows:
    return {fault.cell[:2] for fault in faults if fault.rule == rule}


def _each_once(
    table: pd.DataFrame,
    parts: Sequence[SourceRows],
    lists: SchoolLists,
    *,
    twice: _Rows,
    findings: Findings,
) -> pd.DataFrame:
    """The results with one for each pupil, stage, subject and kind, and for 'now' each date.

    A pupil who stands in a sheet twice has every result twice too: the pupil is the fault, and those rows are `twice`.
    """
    current = table["stage"] == "now"
    dates = table["date"].where(current, "")
    identity = table[["pupil_id", "stage", "subject", "kind"]]
    identity = identity.assign(date=dates)
    key = pd.util.hash_pandas_object(identity, index=False)
    if not key.duplicated().any():
        return table
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
    findings.faults += [fault for fault in repeat_faults if fault.cell[:2] not in twice]
    table = table[~within]
    across = table[table.duplicated("key", keep=False)]
    kinds_of_result = ["stage", "subject", "kind"]
    for what, rows in across.groupby(kinds_of_result, sort=False, observed=True):
        table = _settled(table, rows, what, lists, findings)
    return table.drop_duplicates("key").sort_index()


def _settled(
    table: pd.DataFrame,
    rows: pd.DataFrame,
    what: tuple[str, str, str],
    lists: SchoolLists,
    findings: Findings,
) -> pd.DataFrame:
    """The results in the order in which they count, where lists contradict one another about these."""
    files = files_of(rows, lists)
    label = f"{what[0]} {what[1]}"
    question = which_file(
        ":".join(what),
        label=label,
        files=files,
        pupils=rows["key"].nunique(),
        proposal=files[0],
    )
    answer = findings.ask(question)
    note = taken(question, label=label, answer=answer)
    findings.notes.append(note)
    chosen = [place for place, one in enumerate(lists) if one.file == answer]
    right = table["list"].isin(chosen)
    at_odds = table["key"].isin(rows["key"])
    first = right & at_odds
    in_order = table[first], table[~first]
    return pd.concat(in_order)
