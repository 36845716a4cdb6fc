"""What stands in for a store whose file cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from senlib.workbook.store import Answer, Placed, Saved, Store, StoreError


class ClosedStore(Store):
    """What stands in for a store whose file cannot be used: it shows no answers, and refuses to keep any, in words.

    Pages open over it all the same, for figures do not hang on answers. The file is not touched.
    """

    def __init__(self, path: Path, *, workbook: str, words: str) -> None:
        self.path, self.workbook, self.words = path.absolute(), workbook, words

    def save(
        self, *, form: str, field: str, value: str, seen: int | None = None
    ) -> Saved:
        self._refuse()

    def save_all(
        self,
        *,
        form: str,
        values: Mapping[str, str],
        seen: Mapping[str, int] | None = None,
    ) -> dict[str, Saved]:
        self._refuse()

    def after_saving(self, function: Callable[[str, Mapping[str, str]], None]) -> None:
        pass

    def latest(self, form: str) -> dict[str, str]:
        return {}

    def answers(
        self, form: str, *, before: datetime | None = None
    ) -> dict[str, Answer]:
        return {}

    def forms(self, under: str = "") -> dict[str, dict[str, str]]:
        return {}

    def workbooks(self) -> list[str]:
        return []

    def history(self, form: str, field: str) -> list[Answer]:
        return []

    def bring_back(self, form: str, field: str, id: int) -> Saved:
        self._refuse()

    def everything(self) -> list[Placed]:
        # A copy to carry away that held nothing would pass for a backup.
        self._refuse()

    def append_missing(self, answers: Iterable[Placed]) -> int:
        self._refuse()

    def delete_everything(self) -> None:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise StoreError(self.words)
