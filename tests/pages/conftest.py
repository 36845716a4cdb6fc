"""The sample schools, read once for all tests of pages: a school never changes, and that the pages leave it so is seen here; a desk."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from senlib import ROOT
from senlib.pages import desk as desks
from senlib.pages.desk import Desk
from senlib.school.school import School, open_school
from tests.pages.driving import desk_over, small_school

HELD: dict[Path, tuple[School, int]] = {}


def fingerprint(school: School) -> int:
    """One number for all that a school's tables hold."""
    tables = (school.pupils, school.results, school.lea)
    return hash(
        tuple(
            (tuple(table.columns), int(pd.util.hash_pandas_object(table).sum()))
            for table in tables
        )
    )


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
    changed = [
        path.name
        for path, (school, before) in HELD.items()
        if fingerprint(school) != before
    ]
    assert changed == []


@pytest.fixture(scope="module")
def school() -> School:
    """The small school that most pages are tested over."""
    return small_school()


@pytest.fixture
def desk(tmp_path: Path, school: School) -> Desk:
    """A desk with the small school on it, and nothing written yet."""
    return desk_over(tmp_path, school)
