"""A list of pupils: its columns, and its rows in words, each with the way to the pupil's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pandas import DataFrame, Series

from senlib.pages.kit.pupil_names import needs as needs_of
from senlib.pages.kit.pupil_names import page_address, person_name
from senlib.school.school import School
from senlib.widgets import Listing
from senlib.workspace import Workspace

# By a column's key: its heading, its kind, or what can stand in it.
ByColumn = Mapping[str, str]
Choices = Mapping[str, list[str]]


def columns(
    labels: ByColumn,
    *,
    kinds: ByColumn | None = None,
    choices: Choices | None = None,
    **more: Any,
) -> list[dict[str, Any]]:
    """The columns of a Listing: text, but for those of another kind or with choices, which sort by these. `more` is so of each.

    >>> columns({"name": "Pupil", "hours": "Hours"}, kinds={"hours": "number"})[1]
    {'key': 'hours', 'label': 'Hours', 'kind': 'number'}
    """
    kinds, choices = kinds or {}, choices or {}
    listed = []
    for key, label in labels.items():
        column = {"key": key, "label": label, **more}
        column["kind"] = kinds.get(key, "text")
        if key in choices:
            column |= {"kind": "choice", "choices": choices[key]}
        listed.append(column)
    return listed


def in_words(pupils: DataFrame, *, school: School) -> DataFrame:
    """Rows of pupils with `name`, `needs` ('BESD, ASD') and `sen` ('K, BESD, ASD') as a list has them."""
    names = map(person_name, pupils.itertuples())
    listed = school.pupils.set_index("pupil_id").loc[pupils["pupil_id"]]
    texts = [", ".join(needs_of(pupil)) for pupil in listed.itertuples()]
    needs = Series(texts, index=pupils.index, dtype="str")
    codes = pupils["sen_provision"]
    sen = codes.str.cat(needs, sep=", ").str.strip(", ")
    return pupils.assign(name=list(names), needs=needs, sen=sen)


def show(listing: Listing, pupils: DataFrame, *, workspace: Workspace) -> None:
    """List rows of pupils: what stands in the list's columns, and no more, with the address of each pupil's page."""
    keys = [column["key"] for column in listing.columns]
    ids = pupils["pupil_id"]
    links = [page_address(workspace, pupil_id) for pupil_id in ids]
    table = pupils[keys]
    table = table.assign(id=ids, href=links)
    listing.records = table.to_dict("records")
