"""The sample schools, read once for all tests of pages: a school never changes, and that the pages leave it so is seen here; a desk."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from senlib import ROOT
from senlib import workspace as workspaces
from senlib.school.school import School, open_school
from senlib.workspace import Workspace
from tests.pages.driving import small_school, workspace_over

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
        patch.setattr(workspaces, "open_school", opened)
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
def workspace(tmp_path: Path, school: School) -> Workspace:
    """A workspace with the small school on it, and nothing written yet."""
    return workspace_over(tmp_path, school)
