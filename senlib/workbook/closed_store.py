"""What stands in for a store whose file cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from senlib.workbook.store import (
    AfterSaving,
    Answer,
    Answers,
    AnswersByForm,
    Placed,
    Saved,
    Store,
    StoreError,
)


class ClosedStore(Store):
    """A store that has no answers, and refuses to keep any, in words. The file is not touched.

    Pages open over it all the same, for figures do not hang on answers.
    """

    def __init__(self, path: Path, *, workbook: str, words: str) -> None:
        self.path = path.absolute()
        self.workbook = workbook
        self.words = words

    def one_connection(self) -> AbstractContextManager[None]:
        return nullcontext()

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

    def after_saving(self, function: AfterSaving) -> None:
        pass

    def latest(self, form: str) -> Answers:
        return {}

    def answers(
        self, form: str, *, before: datetime | None = None
    ) -> dict[str, Answer]:
        return {}

    def forms(self, under: str = "") -> AnswersByForm:
        return {}

    def workbooks(self) -> list[str]:
        return []

    def history(self, form: str, field: str) -> list[Answer]:
        return []

    def bring_back(self, form: str, field: str, id: int) -> Saved:
        self._refuse()

    def everything(self) -> list[Placed]:
        # A copy to carry away without any answers would pass for a backup.
        self._refuse()

    def append_missing(self, answers: Iterable[Placed]) -> int:
        self._refuse()

    def delete_everything(self) -> None:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise StoreError(self.words)
