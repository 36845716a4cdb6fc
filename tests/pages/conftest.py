"""The sample schools, read once for all tests of pages: a school never changes, and that the pages leave it so is seen here."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from senlib import ROOT
from senlib.pages import desk as desks
from senlib.school.school import School, open_school

HELD: dict[Path, tuple[School, int]] = {}


def fingerprint(school: School) -> int:
    """One number for all that a school's tables hold."""
    tables = (school.pupils, school.results, school.lea)
    return hash(tuple((tuple(table.columns), int(pd.util.hash_pandas_object(table).sum())) for table in tables))


def opened(folder: str | Path) -> School:
    """The school in a folder; a sample's files are read the first time only."""
    path = Path(folder)
    if path.parent != ROOT / "data" / "sample":
        return open_school(folder)
    if path not in HELD:
        school = open_school(path)
        HELD[path] = school, fingerprint(school)
    return HELD[path][0]


@pytest.fixture(scope="module", autouse=True)
def samples_are_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desks, "open_school", opened)
        yield
    changed = [path.name for path, (school, before) in HELD.items() if fingerprint(school) != before]
    assert changed == []
