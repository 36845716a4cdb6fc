"""Kills: whatever moment a writer is killed at, all that it was told is saved is there, and the file is whole."""

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

from senlib import private
from senlib.workbook import store as module
from senlib.workbook import store_file
from senlib.workbook.store import Store

KILLS = 200

# Loaded by its path: without pandas a writer starts in a tenth of a second.
WRITER = f"""
import importlib.util, itertools, sys, types
from pathlib import Path

def loaded(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

senlib = sys.modules["senlib"] = types.ModuleType("senlib")
senlib.private = loaded("senlib.private", {private.__file__!r})
sys.modules["senlib.workbook"] = types.ModuleType("senlib.workbook")
loaded("senlib.workbook.store_file", {store_file.__file__!r})
store = loaded("store", {module.__file__!r})
own = store.Store(Path(sys.argv[1]), workbook="own")
for i in itertools.count():
    text = f"{{sys.argv[2]}} {{i}} " + "x" * (i * 97 % 6000)
    saved = own.save(form=sys.argv[2], field=f"field {{i}}", value=text, seen=0)
    print(saved.id, i, len(text), flush=True)
"""


def test_two_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path):
    path = tmp_path / "answers.sqlite"
    moment = random.Random(2005)
    acknowledged, silent = 0, 0
    for kill in range(KILLS):
        # Every twentieth kill falls on a file that is being made.
        if kill % 20 == 0:
            path = tmp_path / f"{kill}.sqlite"
        said = said_until_killed(path, str(kill), moment)
        acknowledged += len(said)
        silent += not said
        check(path, form=str(kill), said=said)
    # Most of them were killed in the midst of writing, some while they opened the file.
    assert acknowledged > KILLS and 0 < silent < KILLS / 2


def said_until_killed(path, form, moment):
    """What a writer said before it was killed: the id, the number and the length of each answer."""
    writer = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", WRITER, str(path), form],
        stdout=subprocess.PIPE,
        text=True,
    )
    first = ""
    if moment.random() < 0.8:
        first = writer.stdout.readline()
        time.sleep(moment.uniform(0, 0.03))
    else:
        time.sleep(moment.uniform(0, 0.15))
    writer.kill()
    rest, _ = writer.communicate()
    assert writer.returncode != 0
    # The last line may have been cut off.
    return [
        tuple(map(int, line.split()))
        for line in (first + rest).splitlines(keepends=True)
        if line.endswith("\n")
    ]


def check(path, *, form, said):
    """Of a killed writer, all that it said is there, and at most the one answer more that it was about to say."""
    if not path.exists():
        assert not said
        return
    store = Store(path, workbook="own")
    kept = store.answers(form)
    assert [
        (kept[f"field {i}"].id, i, len(kept[f"field {i}"].value)) for _, i, _ in said
    ] == said
    assert (
        set(kept) == {f"field {i}" for i in range(len(kept))}
        and len(said) <= len(kept) <= len(said) + 1
    )
    assert all(
        answer.value.startswith(f"{form} {i} ")
        for i, answer in enumerate(kept.values())
    )
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    # And the store can be used again.
    assert store.save(form="after", field="a", value=form).elsewhere is None
