"""The SENCO's workbook: measures, forms and pages for finding out what would move pupils with SEN on."""

from __future__ import annotations

import sys
from pathlib import Path

# `python -m senlib` looks first in the folder where she happens to be: a file random.py there would be taken for Python's own.
if sys.argv[:1] == ["-m"] and "senlib" in sys.orig_argv and not sys.flags.safe_path:
    sys.path.pop(0)

from senlib.frameworks import names
from senlib.school.cache import kept
from senlib.school.school import School, open_school

__all__ = ["ROOT", "School", "open_sample", "open_school", "samples"]

# The folder that holds the notebooks and the sample data beside the package.
ROOT = Path(__file__).resolve().parent.parent
_SAMPLES = ROOT / "data" / "sample"


@kept
def open_sample(framework: str) -> School:
    """The sample school of a framework, one of `samples`. Nobody in it is real.

    >>> open_sample("gcse").sample
    True
    """
    return open_school(_SAMPLES / framework)


def samples() -> list[str]:
    """The frameworks that have a sample school, in the order of `frameworks.names`.

    >>> samples()
    ['levels', 'gcse']
    """
    return [name for name in names() if (_SAMPLES / name).is_dir()]
