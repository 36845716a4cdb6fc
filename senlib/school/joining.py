"""Joins several lists into one school: whose each row is, what the lists say together, and where they contradict one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from senlib.school import headings
from senlib.school.faults import Fault
from senlib.school.findings import Findings
from senlib.school.lists import SchoolList, SchoolLists
from senlib.school.questions import (
    LEAVE_OUT,
    in_words,
    taken,
    which_file,
    whose_pupils,
)

# Columns in which lists may well differ without contradicting each other: names as they are written.
_NAMES = ("forename", "surname")
_OF_NEED = ("sen_provision", "need", "need_2")
# In what rows of one pupil in one list may differ and yet be one.
_NOT_COMPARED = ("list", "at", "year", "past", "pupil_id", "need", "need_2")
_PUPIL_IN_LIST = ["list", "pupil_id"]
# From this share of a list's pupils on, it is about the same pupils as the others.
_SAME_PUPILS = 0.5

SECOND_PUPIL = "a second row for the same pupil"


def numbers_of(lists: SchoolLists) -> list[np.ndarray]:
    """The number by which each row of each list is joined: the UPN, else the school's own number.

    Where some list has both, its rows tell which UPN belongs to a number of the school's own.
    """
    upn_of: dict[str, str] = {}
    whole = _without_lost_zeros(lists)
    for one, numbers in zip(lists, whole, strict=True):
        both = (one.upns != "") & (numbers != "")
        own_numbers = numbers[both]
        upns = one.upns[both]
        upn_of |= dict(zip(own_numbers, upns, strict=True))
    joined = []
    for one, numbers in zip(lists, whole, strict=True):
        upns = [upn_of.get(number, number) for number in numbers]
        otherwise = np.array(upns, object)
        joined.append(np.where(one.upns != "", one.upns, otherwise))
    return joined


def lost_zeros(lists: SchoolLists) -> list[str]:
    """A note on each list whose numbers have lost the zeros that they begin with in another."""
    whole = _without_lost_zeros(lists)
    return [
        f"{one.file}: pupil numbers have lost the zeros at the front, as can happen in Excel. "
        "They were matched with the other files all the same."
        for one, numbers in zip(lists, whole, strict=True)
        if (one.own_numbers != numbers).any()
    ]


def _without_lost_zeros(lists: SchoolLists) -> list[np.ndarray]:
    """The lists' own numbers, those that differ in leading zeros alone given back the zeros that another list has."""
    forms: dict[str, set[str]] = {}
    doubtful: set[str] = set()
    for one in lists:
        here: dict[str, str] = {}
        for number in dict.fromkeys(one.own_numbers):
            if number.isdigit():
                bare = number.lstrip("0")
                if here.setdefault(bare, number) != number:
                    doubtful.add(bare)
                forms.setdefault(bare, set()).add(number)
    whole = {
        number: max(known, key=len)
        for bare, known in forms.items()
        if len(known) > 1 and bare not in doubtful
        for number in known
    }
    if not whole:
        return [one.own_numbers for one in lists]
    return [
        np.array([whole.get(number, number) for number in one.own_numbers], object)
        for one in lists
    ]


def without_strangers(
    tall: pd.DataFrame, lists: SchoolLists, findings: Findings
) -> pd.DataFrame:
    """The rows of all lists without pupils who are in a lesser list alone, where they are to be left out.

    `tall` has a row for each row of each list: pupil_id and `list` (its place among `lists`), and the columns of the pupils table.
    A list with results and nothing about pupils only adds to the others; one that shares hardly a number with them is a fault.
    """
    groups = _groups(lists)
    if len(groups) < 2:
        return tall
    rows: dict[str, pd.Series] = {}
    ids: dict[str, set[str]] = {}
    for key, places in groups.items():
        rows[key] = tall["list"].isin(places)
        numbers = tall.loc[rows[key], "pupil_id"]
        ids[key] = set(numbers) - {""}
    describing = [
        key
        for key, places in groups.items()
        if any(lists[place].describes_pupils for place in places)
    ]
    leading = describing or list(groups)[:1]
    most = max(len(ids[key]) for key in leading)
    keep = pd.Series(True, index=tall.index)
    for key, places in groups.items():
        others: set[str] = set()
        others.update(*(ids[other] for other in leading if other != key))
        strangers = ids[key] - others
        if not strangers or not others:
            continue
        size = len(ids[key])
        count = len(strangers)
        shared = 1 - count / size
        largest = key in leading and size >= most
        if key not in leading and shared < _SAME_PUPILS:
            first = lists[places[0]]
            findings.faults.append(_no_number_in_common(first, strangers=count))
        elif shared >= _SAME_PUPILS and not largest:
            name = key or "the CTF files"
            question = whose_pupils(
                key or "ctf", name=name, strangers=count, pupils=size
            )
            if findings.ask(question) == LEAVE_OUT:
                of_strangers = tall["pupil_id"].isin(strangers)
                keep &= ~(rows[key] & of_strangers)
                pupils = "1 pupil who is" if count == 1 else f"{count:,} pupils who are"
                were = "was" if count == 1 else "were"
                findings.notes.append(
                    f"{name}: {pupils} in no other list {were} left out."
                )
    return tall[keep]


def _groups(lists: SchoolLists) -> dict[str, list[int]]:
    """The places of the lists by file and sheet; all CTF files together, for each primary school sends a few pupils."""
    groups: dict[str, list[int]] = {}
    for place, one in enumerate(lists):
        key = "" if one.ctf else one.file
        groups.setdefault(key, []).append(place)
    return groups


def _no_number_in_common(one: SchoolList, *, strangers: int) -> Fault:
    numbers = "1 pupil number" if strangers == 1 else f"{strangers:,} pupil numbers"
    return Fault(
        file=one.file,
        column=one.number_heading or None,
        rule=f"{numbers} here {'is' if strangers == 1 else 'are'} not in your other lists, so the lists may use different numbers",
        remedy="Export both lists with the UPN. If another column holds the number that your other lists use, say so under "
        "‘What each column holds’.",
    )


def merged(
    tall: pd.DataFrame,
    lists: SchoolLists,
    *,
    columns: Sequence[str],
    findings: Findings,
) -> pd.DataFrame:
    """One row for each pupil, each column from the first list that has it; this year's lists go first.

    Where lists contradict one another she is asked which file wins.
    """
    tall = _without_repeats(tall, lists, findings)
    order = _order(lists)
    priority = order[tall["list"]] if len(lists) else 0
    tall = tall.assign(priority=priority)
    if order.any():
        tall = tall.sort_values("priority", kind="stable")
    first = tall.drop_duplicates("pupil_id")
    if len(first) == len(tall):
        return tall.sort_index()
    pupils = {"pupil_id": first["pupil_id"].to_numpy()}
    years_file = ""
    for column in columns:
        filled = tall[column] != ""
        rows = tall.loc[filled, ["pupil_id", "list", column]]
        in_several = rows["list"].nunique() > 1
        if column == "ks4_year" and years_file:
            # A list's year groups say when its pupils leave: who is right about the one is right about the other.
            rows = _first(rows, years_file, lists)
        elif in_several and column not in _NAMES:
            rows, answer = _settled(rows, column, lists, findings)
            years_file = answer if column == "year_group" else years_file
        rows = rows.drop_duplicates("pupil_id")
        values = rows.set_index("pupil_id")[column]
        values = values.reindex(first["pupil_id"])
        pupils[column] = values.fillna("").to_numpy()
    table = pd.DataFrame(pupils, index=first.index)
    table = table.astype(str)
    table["list"] = first["list"]
    return table.sort_index()


def _order(lists: SchoolLists) -> np.ndarray:
    """The order in which lists are believed: the school's own of this year, then tables of results, older lists, CTF files."""
    years = [one.year or 0 for one in lists]
    this_year = max(years, default=0)
    ranks = []
    for one in lists:
        older = (one.year or this_year) < this_year
        ranks.append(4 * one.ctf + 2 * older + one.long)
    return np.array(ranks, int)


def _settled(
    rows: pd.DataFrame,
    column: str,
    lists: SchoolLists,
    findings: Findings,
) -> tuple[pd.DataFrame, str]:
    """The rows of a column in the order in which they count, and the file that she says is right where they differ."""
    folded = rows[column].str.casefold()
    differ = folded.groupby(rows["pupil_id"]).nunique()
    contradicted = differ.index[differ > 1]
    at_odds = rows[rows["pupil_id"].isin(contradicted)]
    files = files_of(at_odds, lists)
    if len(files) < 2:
        return rows, ""
    label = headings.label(column)
    proposal = _register(files, lists) if column in _OF_NEED else files[0]
    question = which_file(
        column, label=label, files=files, pupils=len(contradicted), proposal=proposal
    )
    answer = findings.ask(question)
    findings.notes.append(taken(question, label=label, answer=answer))
    return _first(rows, answer, lists), answer


def files_of(rows: pd.DataFrame, lists: SchoolLists) -> list[str]:
    """The files that rows come from, each once, in the order of the rows."""
    places = rows["list"].unique()
    names = [lists[place].file for place in places]
    return list(dict.fromkeys(names))


def _first(rows: pd.DataFrame, file: str, lists: SchoolLists) -> pd.DataFrame:
    """The rows with those of a file first."""
    places = [place for place, one in enumerate(lists) if one.file == file]
    chosen = rows["list"].isin(places)
    in_order = rows[chosen], rows[~chosen]
    return pd.concat(in_order)


def _register(files: Sequence[str], lists: SchoolLists) -> str:
    """Of files that contradict one another about SEN the one that looks like the SEN register: it alone has needs."""
    with_needs = {
        one.file for one in lists if not one.ctf and "need" in one.pupils.data
    }
    telling = with_needs.intersection(files)
    return next(iter(telling)) if len(telling) == 1 else files[0]


def _without_repeats(
    tall: pd.DataFrame, lists: SchoolLists, findings: Findings
) -> pd.DataFrame:
    """The rows with those of one pupil in one list made one: rows that say the same, or differ in the need alone.

    In a table with one result a row a pupil's rows belong together. Elsewhere a second row that says something else
    is a fault.
    """
    has_number = tall["pupil_id"] != ""
    repeated = tall.duplicated(_PUPIL_IN_LIST, keep=False)
    if not (repeated & has_number).any():
        return tall
    tall = _of_latest_years(tall, lists, findings)
    repeated = tall.duplicated(_PUPIL_IN_LIST, keep=False)
    columns = [name for name in tall.columns if name not in _NOT_COMPARED]
    parts = [tall[~repeated]]
    for place, rows in tall[repeated].groupby("list", sort=False):
        one = lists[place]
        if one.long:
            parts.append(rows.drop_duplicates("pupil_id"))
            continue
        other = rows.drop_duplicates(["pupil_id", *columns])
        second = other[other.duplicated("pupil_id")]
        findings.faults += [
            one.pupils.fault(
                int(at),
                column="pupil_id",
                rule=SECOND_PUPIL,
                remedy="Keep one row for each pupil, and choose the file again.",
            )
            for at in second["at"]
        ]
        if one.ranks is not None:
            at = rows["at"].to_numpy(int)
            in_order = np.argsort(one.ranks[at], kind="stable")
            rows = rows.iloc[in_order]
        kept, needs, more = _with_needs(rows)
        parts.append(kept)
        same = len(rows) - len(kept) - len(second)
        notes = []
        if needs:
            notes.append(
                "pupils with a row for each need were read as one pupil with up to two needs"
            )
            if more:
                notes.append(
                    f"third and later needs were left out for {in_words(more)}"
                )
        elif same == 1:
            notes.append("1 row that repeats another row was left out")
        elif same:
            notes.append(f"{same:,} rows that repeat another row were left out")
        findings.notes += [f"{one.file}: {note}." for note in notes]
    return pd.concat(parts).sort_index()


def _of_latest_years(
    tall: pd.DataFrame, lists: SchoolLists, findings: Findings
) -> pd.DataFrame:
    """The rows without those of a pupil who has a row of a later school year in the same list."""
    years = tall.groupby(_PUPIL_IN_LIST)["year"]
    is_earlier = tall["year"] < years.transform("max")
    has_number = tall["pupil_id"] != ""
    older = is_earlier & has_number
    findings.notes += [
        f"{lists[place].file}: where a pupil has rows for several school years, the latest was used."
        for place in tall.loc[older, "list"].unique()
    ]
    return tall[~older]


def _with_needs(rows: pd.DataFrame) -> tuple[pd.DataFrame, bool, int]:
    """The first row of each pupil, with the needs of her other rows as the second.

    And whether there were any, and how many pupils have more than two.
    """
    kept = rows.drop_duplicates("pupil_id")
    filled = rows["need"] != ""
    needs = rows.loc[filled, ["pupil_id", "need"]]
    needs = needs.drop_duplicates()
    nth = needs.groupby("pupil_id").cumcount()

    def needs_at(place: int) -> pd.Series:
        need_of = dict(needs[nth == place].to_numpy())
        texts = [need_of.get(number, "") for number in kept["pupil_id"]]
        return pd.Series(texts, index=kept.index, dtype=str)

    first, second = needs_at(0), needs_at(1)
    has_second = second != ""
    need_2 = second.where(has_second, kept["need_2"])
    with_needs = kept.assign(need=first, need_2=need_2)
    more = int((nth == 2).sum())
    return with_needs, bool(has_second.any()), more
