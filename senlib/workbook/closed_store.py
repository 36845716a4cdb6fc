"""What stands in for a store whose file cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

from senlib.workbook.store import Placed, Store, StoreError
from senlib.workbook.store_file import TABLE, StoreFile


class _ClosedFile(StoreFile):
    """Reads as a file without answers, and refuses to be written, in words. The file at its path is not touched."""

    def __init__(self, path: Path, *, words: str) -> None:
        self.path = path.absolute()
        self.words = words

    @contextmanager
    def one_connection(self) -> Iterator[None]:
        yield

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute(TABLE)
            yield connection

    def writing(self) -> NoReturn:
        raise StoreError(self.words)

    def delete_workbook(self, workbook: str) -> NoReturn:
        raise StoreError(self.words)


class ClosedStore(Store):
    """A store that has no answers, and refuses to keep any. Pages open over it all the same, for figures do not hang on answers."""

    def __init__(self, path: Path, *, workbook: str, words: str) -> None:
        self._open(_ClosedFile(path, words=words), workbook)
        self.words = words

    def everything(self) -> list[Placed]:
        # A copy to carry away without any answers would pass for a backup.
        raise StoreError(self.words)
