"""Kept: what was counted of a school, which never changes, so that a page counts once what it shows in several places."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")

# A page asks for a few dozen tables of one school.
_MOST = 64

_KEPT: list[Callable[[], None]] = []


def kept(count: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """Keep the answers of a pure function; what it returns is shared by all who ask, and is not to be changed."""
    return _keeping(count, most=_MOST)


def kept_last(count: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """The same for the last answer alone: of a school that is being reviewed, none but the latest is to stay in memory."""
    return _keeping(count, most=1)


def _keeping(
    count: Callable[Parameters, Answer], *, most: int
) -> Callable[Parameters, Answer]:
    keeping = lru_cache(maxsize=most)(count)
    _KEPT.append(keeping.cache_clear)
    # The type of an lru_cache forgets the parameters.
    return cast(Callable[Parameters, Answer], keeping)


def forget() -> None:
    """Let go of all that was kept, and with it of the schools."""
    for clear in _KEPT:
        clear()
