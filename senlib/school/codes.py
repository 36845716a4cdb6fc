"""Codes in place of names and pupil numbers: the same ones each term, and none can be turned back without the key."""

from __future__ import annotations

import base64
import hmac

import pandas as pd

# For secrets.token_bytes; half as many are the fewest accepted.
KEY_BYTES = 32
_SHORTEST = 6
# Base 32 has neither 0 nor 1; without O and I nothing is left that could be taken for them.
_CLEAR = str.maketrans("OI", "89")


def with_codes(
    pupils: pd.DataFrame, results: pd.DataFrame, *, key: bytes
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables with codes such as P-7F3KQ2 for pupil numbers, and without names.

    A code is the beginning of an HMAC-SHA256 of the pupil's number, so the same key gives the same codes next term;
    where two pupils' codes begin alike, both become longer. `key` is the school's secret: whoever has it can find out
    whose code it is.

    >>> pupils = pd.DataFrame({"pupil_id": ["0123"], "forename": ["Ann"], "surname": ["Lee"], "form": ["7A"]})
    >>> results = pd.DataFrame({"pupil_id": ["0123"], "result": ["4b"]})
    >>> for table in with_codes(pupils, results, key=bytes(32)):
    ...     print(table.to_dict("records"))
    [{'pupil_id': 'P-TFTKMQ', 'forename': '', 'surname': '', 'form': '7A'}]
    [{'pupil_id': 'P-TFTKMQ', 'result': '4b'}]
    """
    if len(key) < KEY_BYTES // 2:
        raise ValueError(
            f"A key of fewer than {KEY_BYTES // 2} bytes can be guessed: make one with secrets.token_bytes({KEY_BYTES})"
        )
    both = [pupils["pupil_id"], results["pupil_id"]]
    ids = pd.concat(both).drop_duplicates()
    codes = _codes(ids, key=key)

    def coded(ids: pd.Series) -> pd.Series:
        return ids.map(codes).astype(str)

    names = {
        name: pd.Series("", pupils.index, str)
        for name in ("forename", "surname")
        if name in pupils
    }
    return (
        pupils.assign(pupil_id=coded(pupils["pupil_id"]), **names),
        results.assign(pupil_id=coded(results["pupil_id"])),
    )


def _codes(ids: pd.Series, *, key: bytes) -> pd.Series:
    """Each pupil number's code; no two are alike."""
    letters = []
    for pupil_id in ids:
        number = pupil_id.encode()
        digest = hmac.digest(key, number, "sha256")
        base_32 = base64.b32encode(digest).decode()
        letters.append(base_32.translate(_CLEAR))
    index = pd.Index(ids)
    whole = pd.Series(letters, index, str)
    length = _SHORTEST
    codes = whole.str[:length]
    while (alike := codes.duplicated(keep=False)).any():
        length += 1
        longer = whole.str[:length]
        codes = codes.mask(alike, longer)
    return "P-" + codes
