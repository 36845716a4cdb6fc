"""The portable file: a workbook's answers as JSON, to carry them from one machine to another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from senlib.workbook.store import Placed, Store, StoreError, in_utc

FORMAT = "senlib workbook"
VERSION = 1

# Some hundred thousand answers; one who types for years writes a few thousand.
MAX_BYTES = 32 * 1024 * 1024

# A clock may be wrong by years, and its answers are to be kept all the same; no clock is wrong by more than this.
YEARS = range(1980, 3000)

_KEYS = {"format", "version", "workbook", "made_at", "answers"}
_ANSWER_KEYS = {"form", "field", "value", "at"}


@dataclass(frozen=True)
class Export:
    """What a portable file holds: whose workbook, when the file was made, and every answer with its history."""

    workbook: str
    made_at: datetime
    answers: tuple[Placed, ...]


def export(store: Store) -> bytes:
    """The store's workbook as a portable file. Raises StoreError where the store cannot be read."""
    return to_bytes(
        Export(
            workbook=store.workbook,
            made_at=datetime.now(UTC),
            answers=tuple(store.everything()),
        )
    )


def to_bytes(export: Export) -> bytes:
    """The portable file of these answers; of what is on a page, too, where the store has failed it."""
    answers = [
        {"form": one.form, "field": one.field, "value": one.value, "at": in_utc(one.at)}
        for one in export.answers
    ]
    content = {
        "format": FORMAT,
        "version": VERSION,
        "workbook": export.workbook,
        "made_at": in_utc(export.made_at),
        "answers": answers,
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode(
        "utf-8", errors="replace"
    )


def read(content: bytes) -> Export:
    """What a portable file holds. Raises StoreError that says what is wrong with it, without quoting from it.

    >>> read(b"not JSON")
    Traceback (most recent call last):
    senlib.workbook.store_file.StoreError: This is not a file of a workbook: it is not JSON. Choose a file that ...
    """
    if len(content) > MAX_BYTES:
        raise _refused(f"it is larger than {MAX_BYTES // 1024**2} MB")
    data = _parsed(content)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _refused("it does not say that it is one")
    version = data.get("version")
    if type(version) is not int or version < 1:
        raise _refused("its version is not a number from 1")
    if version > VERSION:
        raise StoreError(
            "A newer version of the workbook made this file. Install that version here, then bring it in."
        )
    _check_keys(data, _KEYS, where="the file")
    if not isinstance(data["answers"], list):
        raise _refused("its answers are not a list")
    return Export(
        workbook=_text(data, "workbook", where="the file"),
        made_at=_time(data, "made_at", where="the file"),
        answers=tuple(
            _placed(one, where=f"answer {n:,}")
            for n, one in enumerate(data["answers"], start=1)
        ),
    )


def import_into(store: Store, export: Export) -> int:
    """Append the answers that the store has not got yet, at their own times; how many that were.

    Nothing is taken away: of each field the later answer shows, and the other one is in its history.
    """
    return store.append_missing(export.answers)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_without_repeats,
            parse_constant=int,  # raises ValueError: NaN and Infinity are no JSON
        )
    # Lists within lists without end are no JSON of ours either.
    except (ValueError, RecursionError):
        raise _refused("it is not JSON") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of the file; where a key stands twice, one of the two texts would be lost."""
    if len(dict(pairs)) < len(pairs):
        raise _refused("a key stands twice in one place")
    return dict(pairs)


def _placed(data: Any, *, where: str) -> Placed:
    if not isinstance(data, dict):
        raise _refused(f"{where} is not a set of keys and values")
    _check_keys(data, _ANSWER_KEYS, where=where)
    form, field, value = (
        _text(data, key, where=where) for key in ("form", "field", "value")
    )
    return Placed(
        form=form, field=field, value=value, at=_time(data, "at", where=where)
    )


def _check_keys(data: dict[str, Any], keys: set[str], *, where: str) -> None:
    if missing := sorted(keys - set(data)):
        raise _refused(f"{where} lacks {', '.join(missing)}")
    if set(data) - keys:
        raise _refused(f"{where} has other keys than {', '.join(sorted(keys))}")


def _text(data: dict[str, Any], key: str, *, where: str) -> str:
    text = data[key]
    if not isinstance(text, str):
        raise _refused(f"in {where}, {key} is not text")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _refused(f"in {where}, {key} holds half a character") from None
    return text


def _time(data: dict[str, Any], key: str, *, where: str) -> datetime:
    text = _text(data, key, where=where)
    try:
        at = datetime.fromisoformat(text)
        good = at.year in YEARS and in_utc(at) == text
    except (ValueError, OverflowError):
        good = False
    if not good:
        raise _refused(
            f"in {where}, {key} is not a time like 2026-06-01T13:02:00.000000+00:00 in the years "
            f"{YEARS.start} to {YEARS.stop - 1}"
        )
    return at


def _refused(why: str) -> StoreError:
    return StoreError(
        f"This is not a file of a workbook: {why}. Choose a file that a workbook’s own download made, as it was made."
    )
