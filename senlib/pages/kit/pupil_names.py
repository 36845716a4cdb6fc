"""How a page names a pupil, lists those with SEN to choose from, and leads to the page of one."""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

import pandas as pd

from senlib.frameworks import Framework
from senlib.measures.groups import has_sen
from senlib.pages.kit import layout
from senlib.school.school import School
from senlib.text import joined
from senlib.workspace import Workspace

# Where Voila gives a page's kernel what stands behind the '?' of its address.
QUERY_VARIABLE = "QUERY_STRING"

# The columns of a pupil's needs, the main one first.
NEEDS = ["need", "need_2"]

# Long enough that no two pupils of a school share one.
_TOKEN_LETTERS = 16


class Person(Protocol):
    """A row of the pupils table, or of a list made from it, by which a pupil can be named."""

    pupil_id: str
    surname: str
    forename: str


class WithNeeds(Protocol):
    """A row that has a pupil's needs, the main one first; '' for none."""

    need: str
    need_2: str


class Pupil(Person, WithNeeds, Protocol):
    """A row of the pupils table."""

    form: str
    sen_provision: str


def person_name(person: Person) -> str:
    """A pupil as the page names her; the pupil's code where the school keeps no names.

    >>> from types import SimpleNamespace as P
    >>> person_name(P(surname="Khan", forename="Amina", pupil_id="1")), person_name(P(surname="", forename="", pupil_id="P-7F3K"))
    ('Khan, Amina', 'P-7F3K')
    """
    names = (person.surname, person.forename)
    return joined(*names, sep=", ") or person.pupil_id


def with_sen(school: School) -> pd.DataFrame:
    """The pupils with SEN who are on roll, as the pupils table has them, by name."""
    pupils = school.pupils
    on_roll = pupils["on_roll"] == "Y"
    sen = has_sen(pupils["sen_provision"], framework=school.framework)
    return pupils[on_roll & sen].sort_values(
        ["surname", "forename", "pupil_id"], ignore_index=True
    )


def options(pupils: pd.DataFrame) -> layout.Options:
    """Pupils to choose from: 'Khan, Amina (7B, K, SLCN)' and the pupil's number."""
    rows = pupils.itertuples()
    return [(described(pupil), pupil.pupil_id) for pupil in rows]


def offered(
    workspace: Workspace, query: Mapping[str, str]
) -> tuple[layout.Options, str]:
    """Whom a page about one pupil offers, and whom of them its address asks for, '' for none.

    Offered are the pupils with SEN who are on roll; first of all the one who is asked for, though she has left or has no SEN code.
    """
    pupils = with_sen(workspace.school)
    pupil_id = asked_for(workspace, query)
    if pupil_id and pupil_id not in set(pupils["pupil_id"]):
        everyone = workspace.school.pupils
        first = everyone[everyone["pupil_id"] == pupil_id]
        pupils = pd.concat([first, pupils])
    return options(pupils), pupil_id


def needs(pupil: WithNeeds) -> list[str]:
    """The codes of a pupil's needs, the main one first, each once.

    >>> from types import SimpleNamespace as P
    >>> needs(P(need="BESD", need_2="ASD")), needs(P(need="MLD", need_2="MLD")), needs(P(need="", need_2=""))
    (['BESD', 'ASD'], ['MLD'], [])
    """
    both = dict.fromkeys((pupil.need, pupil.need_2))
    return list(filter(None, both))


def described(pupil: Pupil) -> str:
    """A pupil by name, with form, SEN provision and needs.

    >>> from types import SimpleNamespace as P
    >>> described(P(surname="Khan", forename="Amina", pupil_id="1", form="7B", sen_provision="K", need="SLCN", need_2=""))
    'Khan, Amina (7B, K, SLCN)'
    """
    codes = [pupil.sen_provision, *needs(pupil)]
    more = joined(pupil.form, *codes, sep=", ")
    name = person_name(pupil)
    return f"{name} ({more})" if more else name


def codes(pupils: pd.DataFrame, *, framework: Framework) -> list[str]:
    """What the codes that stand with these pupils mean: a sentence for SEN provision, and one for needs where any is recorded.

    >>> from senlib.frameworks import load
    >>> table = pd.DataFrame({"sen_provision": ["K", "N"], "need": ["SLCN", ""], "need_2": ["", ""]})
    >>> codes(table, framework=load("gcse"))
    ['SEN: N: no SEN; K: SEN support.', 'Needs: SLCN: speech, language and communication needs.']
    """
    provision = _meanings(pupils, ["sen_provision"], framework.sen_names)
    of_needs = _meanings(pupils, NEEDS, framework.need_names)
    kinds = {"SEN": provision, "Needs": of_needs}
    return [f"{kind}: {meanings}." for kind, meanings in kinds.items() if meanings]


def _meanings(
    pupils: pd.DataFrame, columns: list[str], names: Mapping[str, str]
) -> str:
    """The meanings of the codes in these columns; '' where there are none."""
    present = set(pupils[columns].stack())
    return "; ".join(
        f"{code}: {meaning}" for code, meaning in names.items() if code in present
    )


def codes_key(school: School) -> str:
    """What the school's codes for SEN and needs mean, one key press away below a list that has them."""
    lines = codes(school.pupils, framework=school.framework)
    notes = "".join(map(layout.note, lines))
    return layout.folded("What the codes mean", notes)


def names(school: School) -> dict[str, str]:
    """Every pupil's name by number."""
    rows = school.pupils.itertuples()
    return {pupil.pupil_id: person_name(pupil) for pupil in rows}


def token(pupil_id: str, *, key: bytes) -> str:
    """What stands for a pupil in an address, so that no pupil's number is left in a browser's history.

    >>> token("0123", key=bytes(32)) == token("0123", key=bytes(32)), len(token("0123", key=bytes(32)))
    (True, 16)
    """
    text = f"address {pupil_id}".encode()
    digest = hmac.digest(key, text, "sha256")
    return digest.hex()[:_TOKEN_LETTERS]


def page_address(
    workspace: Workspace, pupil_id: str, *, stem: str = "pupil", **more: str
) -> str:
    """The address of a pupil's page, or of another page with this pupil chosen on it.

    Where the secret behind such addresses cannot be kept, the page's own address, on which the pupil can be chosen by hand.
    """
    page = layout.address(stem)
    try:
        key = workspace.code_key()
    except OSError:
        return page
    sign = token(pupil_id, key=key)
    return f"{page}?{urlencode({'pupil': sign} | more)}"


def asked_for(workspace: Workspace, query: Mapping[str, str]) -> str:
    """The number of the pupil that an address asks for, '' where it asks for none who is in the school."""
    sign = query.get("pupil", "")
    if not sign:
        return ""
    try:
        key = workspace.code_key()
    except OSError:
        return ""
    for pupil_id in workspace.school.pupils["pupil_id"]:
        if token(pupil_id, key=key) == sign:
            return pupil_id
    return ""


def asked(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The names and values behind the '?' of this page's address.

    >>> asked({"QUERY_STRING": "subject=English&entry=3"})
    {'subject': 'English', 'entry': '3'}
    """
    return dict(parse_qsl(environment.get(QUERY_VARIABLE, "")))
