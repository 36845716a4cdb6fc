"""The check of notebooks: each kind of fault is found, named with its cell and without its value; a clean notebook passes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import notebooks
from tests.notebooks import faults

ROOT = Path(__file__).parents[1]
SECRET = "Zebedee Quince"
HTML = {"output_type": "display_data", "metadata": {}, "data": {"text/html": SECRET}}


def prose(source, **more):
    return {
        "cell_type": "markdown",
        "id": "prose",
        "metadata": {},
        "source": source,
        **more,
    }


def code(source="page.answer()", **more):
    return {
        "cell_type": "code",
        "id": "code",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
        **more,
    }


def notebook(*cells, **more):
    about = {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    return json.dumps(
        {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5, **more}
    ).encode()


@pytest.mark.parametrize(
    "cell",
    [
        prose(
            "# Task 1: who got there?\n\nOf 12 pupils 4 did; see [the source](https://example.org/users/data,2024)."
        ),
        prose(["Two lines,\n", "one cell: the data: first, then the rest"]),
        prose("Level 3 < level 4, and/or a table: |a|b|"),
        prose("£1 // £2, 16:00/17:00, and ratio a:b"),
        prose(
            "A UPN is a letter and twelve digits; the 123456789012 pupils of A12345678901234 are not"
        ),
        code("page.matrix()", metadata={"tags": ["workings"]}),
        code("whole = pupils // classes  # a//b, x[1:], {'data': 1}"),
        code("import re\nre.search(r'\\d+\\w', text)"),
    ],
)
def test_clean_cell_passes(cell):
    assert faults(notebook(cell), file="a.ipynb") == []


def test_no_cell_is_clean():
    assert faults(notebook(), file="a.ipynb") == []


OUTPUT, RUN, ATTACHED, METADATA = (
    "keeps its output",
    "keeps the number of its run",
    "has a file attached",
    "has metadata",
)
DATA, TABLE, MACHINE, NETWORK, UPN, RAW = (
    "data: address",
    "table in HTML",
    "folder of one machine",
    "folder of a network",
    "a UPN",
    "raw cell",
)


@pytest.mark.parametrize(
    "cell, said",
    [
        (code(outputs=[HTML]), OUTPUT),
        (code(execution_count=3), RUN),
        (code(execution_count=0), RUN),
        (prose("Here.", outputs=[HTML]), OUTPUT),
        (
            prose(
                "Here.", attachments={f"{SECRET}.png": {"image/png": "iVBORw0KGgo="}}
            ),
            ATTACHED,
        ),
        (code(metadata={"scrolled": True}), METADATA),
        (code(metadata={SECRET: 1}), METADATA),
        (code(metadata={"tags": [SECRET]}), METADATA),
        (code(metadata={"tags": ["workings"], "note": SECRET}), METADATA),
        (code(note=SECRET), METADATA),
        ({"cell_type": "raw", "id": "raw", "metadata": {}, "source": SECRET}, RAW),
        ({"cell_type": "raw", "id": "raw", "metadata": {}, "source": ""}, RAW),
        ({"cell_type": SECRET, "id": "other", "metadata": {}, "source": ""}, RAW),
        (prose("![x](data:image/png;base64,iVBORw0KGgo=)"), DATA),
        (prose("[x](DATA:;base64,QQ==)"), DATA),
        (prose("<a href='data:text/csv,a'>x</a>"), DATA),
        (code("HTML('<img src=\"data:image/svg+xml;utf8,x\">')"), DATA),
        (prose(f"<table><tr><td>{SECRET}</td></tr></table>"), TABLE),
        (prose(f"<TABLE class='dataframe'>{SECRET}</TABLE>"), TABLE),
        (prose(["< tr\n", f"><td>{SECRET}"]), TABLE),
        (code(f"HTML('<td>{SECRET}</td>')"), TABLE),
        (code(r"read('D:\pupils.csv')"), MACHINE),
        (code(r"read('d:\\school\\pupils.csv')"), MACHINE),
        (code("read('S:/pupils.csv')"), MACHINE),
        (code("read('/" + "home/zebedee/pupils.csv')"), MACHINE),
        (prose("See /" + "Users/zebedee/pupils.csv"), MACHINE),
        (prose("See file:///pupils.csv"), MACHINE),
        (code("read('~/pupils.csv')"), MACHINE),
        (code("read('/mnt/s/pupils.csv')"), MACHINE),
        (code(r"read(r'\\server\pupils$\list.csv')"), NETWORK),
        (code(r"read('\\\\server\\pupils')"), NETWORK),
        (code("read('//server/pupils')"), NETWORK),
        (code("page.pupil('H801200001001')"), UPN),
        (prose("|h801200001001|"), UPN),
        (prose("H80120000100A"), UPN),
        (code("page.ask('task6.iep_H801200001001')"), UPN),
        (code(id="H801200001001"), UPN),
    ],
)
def test_fault_is_found_in_its_cell_and_its_value_is_not_said(cell, said):
    found = faults(notebook(prose("Clean."), cell), file="notebooks/a.ipynb")
    assert len(found) == 1 and said in found[0]
    assert (
        found[0].startswith("notebooks/a.ipynb, cell 2: ")
        and found[0].count(". ") >= 1
        and found[0].endswith(".")
    )
    assert not any(
        value in found[0].casefold()
        for value in ("zebedee", "quince", "h80120", "pupils.csv", "ivbor", "server")
    )


@pytest.mark.parametrize(
    "more, said",
    [
        (
            {
                "metadata": {
                    "widgets": {
                        "application/vnd.jupyter.widget-state+json": {"state": SECRET}
                    }
                }
            },
            ["state of widgets"],
        ),
        ({"metadata": {"widgets": {}}}, ["state of widgets"]),
        ({"metadata": {SECRET: 1}}, [METADATA]),
        (
            {"metadata": {"language_info": {"name": "python", "version": "3.14.0"}}},
            [METADATA],
        ),
        ({"metadata": {"kernelspec": {"name": "python3", "env": SECRET}}}, [METADATA]),
        (
            {"metadata": {"kernelspec": {"display_name": r"Python (C:\zebedee)"}}},
            [MACHINE],
        ),
        ({"note": SECRET}, [METADATA]),
        ({"metadata": {}}, []),
    ],
)
def test_fault_of_the_whole_notebook(more, said):
    found = faults(notebook(code(), **more), file="a.ipynb")
    assert len(found) == len(said) and all(
        words in fault for words, fault in zip(said, found, strict=True)
    )
    assert not any("zebedee" in fault.casefold() for fault in found)


@pytest.mark.parametrize(
    "content",
    [
        SECRET.encode(),
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"nbformat": 4}',
        b"\xff\xfe{}",
        notebook(nbformat=3),
        notebook(cells="text"),
        notebook("text"),
        notebook(prose(None)),
        notebook(metadata=[]),
        notebook({"cell_type": "code", "metadata": {}}),
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": ["Zebedee"], "cells": []}',
        b"[" * 200_000,
    ],
)
def test_what_is_no_notebook_is_told_as_such(content):
    assert faults(content, file="a.ipynb") == [
        "a.ipynb: cannot be read as a notebook of format 4. Open it in JupyterLab and save it anew."
    ]


def test_all_is_told_at_once():
    found = faults(
        notebook(
            code(outputs=[HTML], execution_count=1),
            prose("<td> H801200001001"),
            metadata={"x": 1},
        ),
        file="a.ipynb",
    )
    assert [fault.split(":")[0] for fault in found] == [
        "a.ipynb",
        *["a.ipynb, cell 1"] * 2,
        *["a.ipynb, cell 2"] * 2,
    ]


def test_command_tells_of_each_file(tmp_path, capsys):
    clean, first, second = (
        tmp_path / "clean.ipynb",
        tmp_path / "first.ipynb",
        tmp_path / "second.ipynb",
    )
    for path, cell in (
        (clean, code()),
        (first, code(outputs=[HTML])),
        (second, prose("<td>")),
    ):
        path.write_bytes(notebook(cell))
    assert notebooks.main([str(clean)]) == 0 and capsys.readouterr().out == ""
    assert notebooks.main([str(clean), str(first), str(second)]) == 1
    out = capsys.readouterr().out
    assert (
        "first.ipynb, cell 1: " in out
        and "second.ipynb, cell 1: " in out
        and "clean.ipynb" not in out
    )


@pytest.mark.skipif(shutil.which("git") is None, reason="no git on this machine")
def test_command_without_files_looks_at_what_is_staged_and_not_at_the_disk(tmp_path):
    """A notebook cleaned after `git add` would be committed as it was before; one that is not staged is nobody's business."""
    git = ["git", "-c", "core.autocrlf=false"]
    where = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_")
    }
    (tmp_path / "tests").mkdir()
    check = shutil.copy(ROOT / "tests" / "notebooks.py", tmp_path / "tests")

    def run(*command):
        return subprocess.run(
            command, cwd=tmp_path, env=where, capture_output=True, text=True
        )

    run(*git, "init")
    staged = tmp_path / "wörk book.ipynb"
    staged.write_bytes(notebook(code(outputs=[HTML])))
    (tmp_path / "elsewhere.ipynb").write_bytes(notebook(code(outputs=[HTML])))
    assert run(sys.executable, check).returncode == 0
    run(*git, "add", staged.name)
    staged.write_bytes(notebook(code()))
    said = run(sys.executable, "-X", "utf8", check)
    assert (
        said.returncode == 1
        and "wörk book.ipynb, cell 1: keeps its output" in said.stdout
        and "elsewhere" not in said.stdout
    )
    run(*git, "add", staged.name)
    assert run(sys.executable, check).returncode == 0
