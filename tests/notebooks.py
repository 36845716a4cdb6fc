"""What a notebook may hold when it is committed: prose and short calls, and nothing that could be a school's or a machine's.

    python3 tests/notebooks.py FILE…   looks at these files, as they are on the disk
    python3 tests/notebooks.py         looks at the notebooks that are staged for the next commit, as they are staged

Standard library only, so that any Python can run it before a commit. A fault names file, cell and remedy, and never the value.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

# All that the notebooks of the workbook hold: a key that is not here could hold anything.
NOTEBOOK = {"cells", "metadata", "nbformat", "nbformat_minor"}
ABOUT_IT = {
    "kernelspec": {"display_name", "language", "name"},
    "language_info": {"name"},
}
PROSE = {"cell_type", "id", "metadata", "source"}
CODE = PROSE | {"execution_count", "outputs"}
# Without tags, or left out of the page.
ABOUT_A_CELL = ({}, {"tags": []}, {"tags": ["workings"]})

WRITTEN = (  # in the text of any cell: what it looks like, what it is, and what helps
    (
        r"\bdata:[^\s,\"')]*,",
        "holds a file, written out as a data: address",
        "Take it out; a picture of the workbook belongs in docs.",
    ),
    (
        r"<\s*/?\s*(?:table|thead|tbody|tr|td|th)\b",
        "holds a table in HTML",
        "Take it out, and let a call of the page show the table.",
    ),
    (
        r"(?<![A-Za-z])[A-Za-z]:[\\/]|(?<![\w.~-])/(?:home|Users|root|mnt|media|Volumes)/|(?<!\w)~[\\/]|file:/",
        "names a folder of one machine",
        "Take it out; the workspace finds the school's files, and ROOT the repository's.",
    ),
    (
        r"(?<![\\:\w])\\{2,4}[\w.$-]+\\{1,2}[\w.$-]|(?<![:/\w])//[\w.$-]+/[\w$]",
        "names a folder of a network",
        "Take it out; the workspace finds the school's files.",
    ),
    (
        r"(?<![A-Za-z0-9])[A-Za-z][0-9]{11}[0-9A-Za-z](?![A-Za-z0-9])",
        "holds what looks like a UPN",
        "Take it out, and the rest of what was pasted with it; if it is real, tell whoever looks after data protection.",
    ),
)


def faults(content: bytes, *, file: str) -> list[str]:
    """Everything that keeps this file from being a notebook fit to be committed, a sentence each.

    >>> faults(b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', file="a.ipynb")
    []
    >>> faults(b"A pupil's name", file="a.ipynb")
    ['a.ipynb: cannot be read as a notebook of format 4. Open it in JupyterLab and save it anew.']
    """
    try:
        notebook = json.loads(content.decode(), object_pairs_hook=_each_key_once)
        if notebook["nbformat"] != 4:
            raise ValueError
        cells = [(cell, _text(cell["source"])) for cell in notebook["cells"]]
        found = [f"{file}: {fault}" for fault in _of_notebook(notebook)]
        found += [
            f"{file}, cell {n}: {fault}"
            for n, (cell, source) in enumerate(cells, 1)
            for fault in _of_cell(cell, source)
        ]
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return [
            f"{file}: cannot be read as a notebook of format 4. Open it in JupyterLab and save it anew."
        ]
    return found


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose keys are all different: of two alike only the last would be looked at."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _of_notebook(notebook: dict[str, Any]) -> Iterator[str]:
    about = notebook["metadata"]
    if "widgets" in about:
        yield "keeps the state of widgets, and with it what they showed. Choose 'Clear Outputs of All Cells', then clean the notebook."
    others = {key: value for key, value in about.items() if key != "widgets"}
    if set(notebook) - NOTEBOOK or any(
        key not in ABOUT_IT or set(value) - ABOUT_IT[key]
        for key, value in others.items()
    ):
        yield "has metadata that the workbook's notebooks do not have. Clean the notebook."
    # Its own words, not the cells': those are told by cell.
    yield from _written(
        "\n".join(
            _strings(
                {
                    key: value
                    for key, value in notebook.items()
                    if key not in ("cells", "widgets")
                }
            )
        )
    )


def _of_cell(cell: dict[str, Any], source: str) -> Iterator[str]:
    kind = cell["cell_type"]
    if kind not in ("markdown", "code"):
        yield "is a raw cell, in which anything can be pasted. Delete it, or make it a Markdown cell."
    if cell.get("outputs"):
        yield "keeps its output. Choose 'Clear Outputs of All Cells' and save."
    if cell.get("execution_count") is not None:
        yield "keeps the number of its run. Choose 'Clear Outputs of All Cells' and save."
    if cell.get("attachments"):
        yield "has a file attached. Delete the attachment; a picture of the workbook belongs in docs."
    known = {
        *(CODE if kind == "code" else PROSE),
        "outputs",
        "execution_count",
        "attachments",
    }
    if cell["metadata"] not in ABOUT_A_CELL or set(cell) - known:
        yield "has metadata that the workbook's notebooks do not have. Clean the notebook."
    yield from _written(f"{cell.get('id', '')}\n{source}")


def _written(text: str) -> Iterator[str]:
    return (
        f"{what}. {remedy}"
        for pattern, what, remedy in WRITTEN
        if re.search(pattern, text, re.IGNORECASE)
    )


def _strings(value: Any) -> Iterator[str]:
    """Every text within a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings([*value, *value.values()])
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def staged() -> Iterator[tuple[str, bytes]]:
    """The notebooks that the next commit would add or change, as they are staged: on the disk they may have been cleaned since."""
    said = _git(
        "diff", "--cached", "--name-only", "--diff-filter=d", "-z", "--", "*.ipynb"
    )
    return (
        (name, _git("show", f":{name}"))
        for name in said.decode("utf-8", "surrogateescape").split("\0")
        if name
    )


def _git(*words: str) -> bytes:
    root = Path(__file__).parents[1]
    return subprocess.run(
        ["git", *words], cwd=root, check=True, stdout=subprocess.PIPE
    ).stdout


def main(files: Iterable[str]) -> int:
    """Print every fault of these files, or of what is staged where none are named; 1 where there is any."""
    held = [(file, Path(file).read_bytes()) for file in files] or list(staged())
    found = [
        fault
        for file, content in held
        for fault in faults(content, file=Path(file).as_posix())
    ]
    for fault in found:
        print(fault)
    if found:
        print("To clean a notebook, see CONTRIBUTING.md, 'Before a commit'.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
