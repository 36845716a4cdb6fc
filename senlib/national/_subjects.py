"""England's names of GCSE subjects, for the names that schools give them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


def subject(name: str) -> str:
    """England's name for a school's name of a GCSE subject; a name that it does not know comes back as it is.

    Only what is certain is held: Psychology may be counted among England's Social Studies, and stays Psychology.

    >>> subject("RE"), subject("d & t"), subject("Polish"), subject("Psychology")
    ('Religious Studies', 'Design and Technology', 'Other Modern Languages', 'Psychology')
    """
    return _names().get(_fold(name), name)


def _fold(name: str) -> str:
    return " ".join(name.replace("&", " and ").replace(".", "").casefold().split())


@cache
def _names() -> dict[str, str]:
    text = files(__package__).joinpath("subjects.toml").read_text(encoding="utf-8")
    return {
        _fold(spelling): name
        for name, spellings in tomllib.loads(text).items()
        for spelling in (name, *spellings)
    }
