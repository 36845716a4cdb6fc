"""People: how a page names a pupil, lists those with SEN to choose from, and leads to the page of one."""

from __future__ import annotations

import hmac
import os
from urllib.parse import parse_qsl, urlencode

import pandas as pd

from senlib.frameworks import Framework
from senlib.measures.groups import has_sen
from senlib.pages.kit import layout
from senlib.school.school import School
from senlib.workspace import Workspace

# What a page was asked with behind the '?' of its address, as Voila tells its kernel.
QUERY_VARIABLE = "QUERY_STRING"

# The columns of a pupil's needs, the main one first.
NEEDS = ["need", "need_2"]

# Long enough that no two pupils of a school share one.
_TOKEN_LETTERS = 16


def person_name(person: object) -> str:
    """A pupil as the page names her; the pupil's code where the school keeps no names.

    >>> from types import SimpleNamespace as P
    >>> person_name(P(surname="Khan", forename="Amina", pupil_id="1")), person_name(P(surname="", forename="", pupil_id="P-7F3K"))
    ('Khan, Amina', 'P-7F3K')
    """
    return (
        ", ".join(part for part in (person.surname, person.forename) if part)
        or person.pupil_id
    )


def with_sen(school: School) -> pd.DataFrame:
    """The pupils with SEN who are on roll, as the pupils table has them, by name."""
    pupils = school.pupils[(school.pupils["on_roll"] == "Y")]
    pupils = pupils[has_sen(pupils["sen_provision"], framework=school.framework)]
    return pupils.sort_values(["surname", "forename", "pupil_id"], ignore_index=True)


def options(pupils: pd.DataFrame) -> list[tuple[str, str]]:
    """Pupils to choose from: 'Khan, Amina (7B, K, SLCN)' and the pupil's number."""
    return [(described(pupil), pupil.pupil_id) for pupil in pupils.itertuples()]


def offered(
    workspace: Workspace, query: dict[str, str]
) -> tuple[list[tuple[str, str]], str]:
    """Whom a page about one pupil offers, and whom of them its address asks for, '' for none.

    Offered are the pupils with SEN who are on roll; first of all the one who is asked for, though she has left or has no SEN code.
    """
    pupils, wanted = with_sen(workspace.school), asked_for(workspace, query)
    if wanted and wanted not in set(pupils["pupil_id"]):
        everyone = workspace.school.pupils
        return [
            *options(everyone[everyone["pupil_id"] == wanted]),
            *options(pupils),
        ], wanted
    return options(pupils), wanted


def needs(pupil: object) -> list[str]:
    """The codes of a pupil's needs, the main one first, each once.

    >>> from types import SimpleNamespace as P
    >>> needs(P(need="BESD", need_2="ASD")), needs(P(need="MLD", need_2="MLD")), needs(P(need="", need_2=""))
    (['BESD', 'ASD'], ['MLD'], [])
    """
    return list(dict.fromkeys(filter(None, (pupil.need, pupil.need_2))))


def needs_listed(school: School) -> dict[str, str]:
    """Every pupil's needs by number, as a list shows them: 'BESD, ASD'."""
    return {
        pupil.pupil_id: ", ".join(needs(pupil))
        for pupil in school.pupils[["pupil_id", *NEEDS]].itertuples()
    }


def described(pupil: object) -> str:
    """A pupil by name, with form, SEN provision and needs.

    >>> from types import SimpleNamespace as P
    >>> described(P(surname="Khan", forename="Amina", pupil_id="1", form="7B", sen_provision="K", need="SLCN", need_2=""))
    'Khan, Amina (7B, K, SLCN)'
    """
    more = ", ".join(
        part for part in (pupil.form, pupil.sen_provision, *needs(pupil)) if part
    )
    return person_name(pupil) + (f" ({more})" if more else "")


def codes(pupils: pd.DataFrame, *, framework: Framework) -> list[str]:
    """What the codes that stand with these pupils mean: a sentence for SEN provision, and one for needs where any is recorded.

    >>> from senlib.frameworks import load
    >>> held = pd.DataFrame({"sen_provision": ["K", "N"], "need": ["SLCN", ""], "need_2": ["", ""]})
    >>> codes(held, framework=load("gcse"))
    ['SEN: N: no SEN; K: SEN support.', 'Needs: SLCN: speech, language and communication needs.']
    """
    told = []
    for kind, names, columns in (
        ("SEN", framework.sen_names, ["sen_provision"]),
        ("Needs", framework.need_names, NEEDS),
    ):
        held = {code for column in columns for code in pupils[column].unique()}
        if meanings := [
            f"{code}: {meaning}" for code, meaning in names.items() if code in held
        ]:
            told.append(f"{kind}: {'; '.join(meanings)}.")
    return told


def codes_key(school: School) -> str:
    """What the school's codes for SEN and needs mean, one key press away below a list in which they stand."""
    return layout.folded(
        "What the codes mean",
        "".join(map(layout.note, codes(school.pupils, framework=school.framework))),
    )


def names(school: School) -> dict[str, str]:
    """Every pupil's name by number."""
    return {pupil.pupil_id: person_name(pupil) for pupil in school.pupils.itertuples()}


def token(pupil_id: str, *, key: bytes) -> str:
    """What stands for a pupil in an address, so that no pupil's number is left in a browser's history.

    >>> token("0123", key=bytes(32)) == token("0123", key=bytes(32)), len(token("0123", key=bytes(32)))
    (True, 16)
    """
    return hmac.digest(key, f"address {pupil_id}".encode(), "sha256").hex()[
        :_TOKEN_LETTERS
    ]


def page_address(
    workspace: Workspace, pupil_id: str, *, stem: str = "pupil", **more: str
) -> str:
    """The address of a pupil's page, or of another page with this pupil chosen on it.

    Where the secret behind such addresses cannot be kept, the page's own address, on which the pupil can be chosen by hand.
    """
    try:
        key = workspace.code_key()
    except OSError:
        return layout.address(stem)
    return f"{layout.address(stem)}?{urlencode({'pupil': token(pupil_id, key=key)} | more)}"


def asked_for(workspace: Workspace, query: dict[str, str]) -> str:
    """The number of the pupil that an address asks for, '' where it asks for none who is in the school."""
    wanted = query.get("pupil", "")
    if not wanted:
        return ""
    try:
        key = workspace.code_key()
    except OSError:
        return ""
    return next(
        (
            one
            for one in workspace.school.pupils["pupil_id"]
            if token(one, key=key) == wanted
        ),
        "",
    )


def asked(environment: dict[str, str] | None = None) -> dict[str, str]:
    """What this page was asked with: the names and values behind the '?' of its address.

    >>> asked({"QUERY_STRING": "subject=English&entry=3"})
    {'subject': 'English', 'entry': '3'}
    """
    return dict(
        parse_qsl(
            (os.environ if environment is None else environment).get(QUERY_VARIABLE, "")
        )
    )
