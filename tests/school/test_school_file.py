"""The file in which a school is kept: it gives back what was put in, whatever happens while it is written, and says what is wrong."""

import contextlib
import errno
import json
import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib import open_sample
from senlib.frameworks import load
from senlib.school import school_file
from senlib.school.faults import FaultyFile
from senlib.school.files import NamedFile
from senlib.school.review import load_files
from senlib.school.schema import canonical, pupils_schema, results_schema, typed
from senlib.school.school import School, SourceFile, open_school, save_school
from senlib.school.school_file import BEFORE, FILE, NotKept

ROOT = Path(__file__).parents[2]
GCSE = load("gcse")


def school_of(pupils, results, **more):
    """A school of rows under the schema's headings; what is not given is blank."""
    tables = {}
    for part, rows, schema in (
        ("pupils", pupils, pupils_schema(GCSE)),
        ("results", results, results_schema(GCSE)),
    ):
        table = pd.DataFrame(
            rows, columns=list(rows[0]) if rows else ["pupil_id"], dtype=str
        )
        # As `canonical` leaves it, without the stripping: what was checked is kept to the letter.
        whole = canonical(table[["pupil_id"]], schema=schema, framework=GCSE)
        whole = whole.assign(**{name: table[name].astype(str) for name in table})
        tables[part] = typed(whole, schema=schema, framework=GCSE)
    return School(name="A school", framework=GCSE, academic_year=2025, **tables | more)


def small(name="A school", **more):
    pupils = [
        {
            "pupil_id": "0012",
            "surname": "Zhou",
            "year_group": "10",
            "attendance": "93.4",
        }
    ]
    results = [
        {
            "pupil_id": "0012",
            "stage": "KS2",
            "subject": "Reading",
            "kind": "test",
            "result": "99",
        }
    ]
    return replace(school_of(pupils, results), name=name, **more)


def same(one, other):
    """AssertionError where two schools differ in a value, a type or anything that was said of them."""
    for part in ("pupils", "results"):
        pd.testing.assert_frame_equal(
            getattr(one, part), getattr(other, part), check_exact=True
        )
    if len(one.lea) or len(other.lea):
        pd.testing.assert_frame_equal(one.lea, other.lea, check_exact=True)
    for told in (
        *("name", "academic_year", "sample", "answers", "sources", "meanings", "notes"),
    ):
        assert getattr(one, told) == getattr(other, told)
    assert one.framework.name == other.framework.name


def again(school):
    with tempfile.TemporaryDirectory() as folder:
        save_school(school, Path(folder) / "school")
        return open_school(Path(folder) / "school")


def fault_of(folder):
    with pytest.raises(FaultyFile) as told:
        open_school(folder)
    (one,) = told.value.faults
    return one


# -- what is put in comes out --


@pytest.mark.parametrize("framework", ["levels", "gcse"])
def test_the_samples_come_back_as_their_files_have_them(framework):
    school = open_sample(framework)
    same(again(school), school)


def test_all_that_was_said_comes_back():
    said = small(
        answers={"sen blank": "none", "now/dated": "2026-02-13"},
        sources=(SourceFile(file="SEN register.xlsx", supplied_by="Mrs O’Neill", dated="2026-01-09", pupils=1, results=1, kind="table"),),
        meanings=(("list.csv", "Reading Age", ""), ("list.csv", "Ks2 En", "KS2 Reading")),
        notes=("list.csv: 2 hidden columns.",),
        sample=True,
    )  # fmt: skip
    same(again(said), said)


def test_tables_without_rows_come_back():
    nobody = school_of([], [])
    same(again(nobody), nobody)
    assert again(nobody).results["stage"].dtype == "category"


def test_pupils_without_results_are_kept_and_opened(tmp_path):
    rows = b"UPN,Surname,Year,SEN Status\n0012,Zhou,10,K\n0013,Ng,10,N\n"
    loaded = load_files(
        [NamedFile(name="pupils.csv", content=rows)], framework=GCSE, academic_year=2026
    )
    school = School(
        name="New here",
        framework=GCSE,
        academic_year=2026,
        pupils=loaded.pupils,
        results=loaded.results,
    )
    assert len(school.results) == 0
    save_school(school, tmp_path / "school")
    same(open_school(tmp_path / "school"), school)


# Any letter but half a character, which UTF-8 has not: with NUL, returns, marks of direction and letters of four bytes.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.integers(1, 14).map(str) | st.just("")
PERCENTS = st.floats(0, 100).map(repr) | st.just("")
RESULTS = {"KS2": ["80", "104", "B", "", "A"], "KS4": ["9", "1", "U", "", "X"]}


@st.composite
def schools(draw):
    ids = draw(st.lists(TEXT.filter(bool), max_size=5, unique=True))
    pupils = [
        {
            "pupil_id": number,
            "forename": draw(TEXT),
            "surname": draw(TEXT),
            "ethnicity": draw(TEXT),
            "year_group": draw(NUMBERS),
            "ks4_year": draw(st.sampled_from(["", "2025", "2026"])),
            "attendance": draw(PERCENTS),
        }
        for number in ids
    ]
    results = []
    for number in ids:
        for stage in draw(st.lists(st.sampled_from(sorted(RESULTS)), max_size=3)):
            result = draw(st.sampled_from(RESULTS[stage]))
            results.append(
                {
                    "pupil_id": number,
                    "stage": stage,
                    "subject": draw(st.sampled_from(["Reading", "Mathematics"])),
                    "kind": "test",
                    "result": result,
                    "date": draw(st.sampled_from(["", "2025-02-28"])),
                }
            )
    return replace(
        school_of(pupils, results),
        name=draw(TEXT),
        answers=draw(st.dictionaries(TEXT, TEXT, max_size=3)),
        meanings=tuple(draw(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=3))),
        sources=tuple(
            SourceFile(file=draw(TEXT), supplied_by=draw(TEXT), pupils=len(ids))
            for _ in range(2)
        ),
    )


@settings(max_examples=100, deadline=None)
@given(schools())
def test_any_school_comes_back(school):
    same(again(school), school)


@pytest.mark.parametrize(
    "text",
    ["\0", "a\0b", "Ann\rLee", "Ann\r\nLee", "\n", " ", "𝔸𓀀", "e\u0301", "\u202eabc", "\ufeff", '"', "x" * 2_000_000, "\ufffe\uffff"],
    ids=ascii,
)  # fmt: skip
def test_text_comes_back_to_the_letter(text):
    school = school_of([{"pupil_id": "1", "surname": text}], [])
    assert again(school).pupils["surname"].tolist() == [text]


def test_numbers_come_back_to_the_last_digit_and_blanks_as_blanks():
    values = [0.1 + 0.2, 1 / 3, 5e-324, 100.0, np.nan]
    rows = [{"pupil_id": str(n), "attendance": ""} for n in range(5)]
    school = school_of(rows, [])
    school.pupils["attendance"] = values
    opened = again(school).pupils
    assert (
        opened["attendance"].tolist()[:4] == values[:4]
        and opened["year_group"].isna().all()
    )


def test_categories_are_the_same_in_the_same_order():
    school = small()
    odd = school.results.assign(
        result=pd.Categorical(["99"], categories=pd.Index(["z", "99", "a"], dtype=str))
    )
    opened = again(replace(school, results=odd)).results
    assert opened["result"].cat.categories.tolist() == ["z", "99", "a"]


# -- who can read it --

STANDARD_LIBRARY = """
import json, sqlite3, struct, sys
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
facts = {name: json.loads(value) for name, value in connection.execute("SELECT name, value FROM facts")}
tables = {}
for part, name, held, rows in connection.execute("SELECT part, name, held, rows FROM columns ORDER BY part, place"):
    values = json.loads(held)
    tables.setdefault(part, {})[name] = [values[row] if row >= 0 else None for (row,) in struct.iter_unpack("<i", rows)]
assert "pandas" not in sys.modules
print(json.dumps([facts["name"], facts["framework"], connection.execute("PRAGMA user_version").fetchone()[0], tables]))
"""


def test_the_standard_library_alone_can_read_it(tmp_path):
    school = open_sample("gcse")
    save_school(school, tmp_path / "school")
    reading = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        STANDARD_LIBRARY,
        str(tmp_path / "school" / FILE),
    ]
    name, framework, version, tables = json.loads(
        subprocess.run(reading, check=True, capture_output=True).stdout
    )
    assert (name, framework, version) == (school.name, "gcse", school_file.VERSION)
    for part in ("pupils", "results", "lea"):
        table = getattr(school, part)
        assert list(tables[part]) == list(table.columns)
        for column, values in tables[part].items():
            expected = table[column].astype(object).where(table[column].notna(), None)
            assert values == expected.tolist()


def test_when_and_by_which_version_it_was_written_is_told(tmp_path):
    save_school(small(), tmp_path / "school")
    told = school_file.facts(tmp_path / "school" / FILE)
    assert told["written"].endswith("+00:00") and told["written_by"]


@pytest.mark.skipif(
    os.name == "nt", reason="Windows keeps a user's folder from others in its own way"
)
def test_it_is_for_its_owner_alone(tmp_path):
    umask = os.umask(0)
    try:
        for _ in range(2):
            save_school(small(), tmp_path / "school", keep_before=True)
        save_school(small(), tmp_path / "school", keep_before=True)
        school_file.change_places(tmp_path / "school")
    finally:
        os.umask(umask)
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "school", *(tmp_path / "school").iterdir())
    }
    assert modes == {"school": 0o700, FILE: 0o600, BEFORE: 0o600}


def test_reading_writes_nothing_and_waits_for_nobody(tmp_path):
    folder = tmp_path / "school"
    save_school(small(), folder)
    before = (folder / FILE).read_bytes(), (folder / FILE).stat().st_mtime_ns
    with contextlib.closing(
        sqlite3.connect(folder / FILE, isolation_level=None)
    ) as other:
        other.execute("BEGIN EXCLUSIVE")
        same(open_school(folder), small())
    assert [path.name for path in folder.iterdir()] == [FILE]
    assert before == ((folder / FILE).read_bytes(), (folder / FILE).stat().st_mtime_ns)


@pytest.mark.parametrize("name", ["school", "a school, 100% & #1?", "Schüler 学校"])
def test_a_folder_may_have_any_name(tmp_path, name):
    save_school(small(), tmp_path / name)
    same(open_school(tmp_path / name), small())


# -- what is wrong with a file is said --


@pytest.fixture
def folder(tmp_path):
    save_school(small(), tmp_path / "school")
    return tmp_path / "school"


def execute(path, statement):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


def foreign(path):
    path.unlink()
    execute(path, "CREATE TABLE bookmarks (address TEXT)")


SPOILT = {
    "empty": (lambda path: path.write_bytes(b""), "damaged"),
    "no database": (lambda path: path.write_bytes(b"UPN,Surname\n0012,Zhou\n" * 99), "damaged"),
    "cut in half": (lambda path: os.truncate(path, path.stat().st_size // 2), "damaged"),
    "a page short": (lambda path: os.truncate(path, path.stat().st_size - 4096), "damaged"),
    "by hand": (lambda path: execute(path, "UPDATE facts SET value = '\"x\"' WHERE name = 'name'"), "damaged"),
    "no JSON": (lambda path: execute(path, "UPDATE columns SET held = 'Zhou'"), "damaged"),
    "half rows": (lambda path: execute(path, "UPDATE columns SET rows = x'00'"), "damaged"),
    "no text": (lambda path: execute(path, "UPDATE facts SET value = CAST(x'ff' AS TEXT)"), "damaged"),
    "no facts": (lambda path: execute(path, "DELETE FROM facts"), "damaged"),
    "a table less": (lambda path: execute(path, "DROP TABLE columns"), "damaged"),
    "foreign": (foreign, "another program"),
    "newer": (lambda path: execute(path, "PRAGMA user_version = 3"), "newer version"),
}  # fmt: skip


@pytest.mark.parametrize("spoil, words", SPOILT.values(), ids=SPOILT)
def test_what_is_wrong_is_said_in_words_and_the_file_is_left(folder, spoil, words):
    spoil(folder / FILE)
    before = (folder / FILE).read_bytes()
    told = fault_of(folder)
    assert told.file == FILE and words in told.rule and told.remedy.endswith(".")
    assert "Zhou" not in str(told) and "0012" not in str(told)
    assert (folder / FILE).read_bytes() == before and [
        p.name for p in folder.iterdir()
    ] == [FILE]


def test_no_byte_can_change_unseen(folder):
    """Wherever a byte turns, the school is the same or refused: never another, and never a traceback."""
    path, moment = folder / FILE, random.Random(2005)
    whole, school = path.read_bytes(), small()
    refused = 0
    for _ in range(200):
        at = moment.randrange(len(whole))
        path.write_bytes(
            whole[:at] + bytes([whole[at] ^ 1 << moment.randrange(8)]) + whole[at + 1 :]
        )
        try:
            same(open_school(folder), school)
        except FaultyFile as told:
            refused += 1
            assert "Zhou" not in str(told.faults)
    assert refused


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other permissions")
def test_a_file_that_may_not_be_read_is_told():
    root = (
        os.geteuid() == 0
    )  # whoever is root may read everything, so the test steps down for a while
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "school"
        save_school(small(), folder)
        Path(place).chmod(0o755), folder.chmod(0o755), (folder / FILE).chmod(0)
        try:
            if root:
                os.seteuid(65534)
            assert "cannot be opened" in fault_of(folder).rule
        finally:
            if root:
                os.seteuid(0)


def rewritten(folder, *, tables=None, **facts):
    """The file with other tables or facts, as another version of this package would write it."""
    held, told = school_file.read(folder / FILE)
    (folder / FILE).unlink()
    school_file.write(folder / FILE, tables=held | (tables or {}), facts=told | facts)


def test_a_column_that_an_older_version_had_not_is_blank(folder):
    pupils, results = small().pupils, small().results
    rewritten(
        folder,
        tables={
            "pupils": pupils.drop(
                columns=["attendance", "year_group", "need_2", "on_roll"]
            ),
            "results": results.drop(columns=["date"]),
        },
    )
    opened = open_school(folder)
    assert list(opened.pupils.columns) == list(pupils.columns)
    assert (opened.pupils.dtypes == pupils.dtypes).all()
    assert (opened.results.dtypes == results.dtypes).all()
    assert opened.pupils["need_2"].tolist() == [""] and opened.pupils[
        "on_roll"
    ].tolist() == ["Y"]
    assert opened.pupils["year_group"].isna().all() and opened.pupils[
        "surname"
    ].tolist() == ["Zhou"]


@pytest.mark.parametrize(
    "change",
    [
        {"tables": {"pupils": small().pupils.assign(mood="glad")}},
        {"tables": {"lessons": small().pupils}},
        {"framework": "t-levels"},
        {"sources": [{"file": "a.csv", "colour": "blue"}]},
    ],
    ids=["column", "table", "framework", "source"],
)
def test_what_only_a_newer_version_knows_is_refused_as_newer(folder, change):
    rewritten(folder, **change)
    assert "newer version" in fault_of(folder).rule


def test_another_yardstick_than_its_own_is_refused(folder):
    same(open_school(folder, framework="gcse"), small())
    with pytest.raises(FaultyFile, match="1 thing"):
        open_school(folder, framework="levels")


# -- whatever happens while it is written --

STEPS = [
    (os, "open"),
    (os, "fsync"),
    (os, "replace"),
    (sqlite3, "connect"),
    (shutil, "copyfileobj"),
    (tempfile, "mkdtemp"),
]


@contextlib.contextmanager
def refused_at(step):
    """The disk is full at one step, counted over all that the file's module asks of it; how many there were."""
    asked = []

    def refusing(function):
        def asked_for(*arguments, **named):
            asked.append(function)
            if len(asked) == step:
                raise OSError(errno.ENOSPC, "No space left on device: Zhou")
            return function(*arguments, **named)

        return asked_for

    with pytest.MonkeyPatch.context() as patch:
        for module, name in STEPS:
            patch.setattr(module, name, refusing(getattr(module, name)))
        yield asked


def test_a_disk_that_is_full_at_any_step_leaves_what_was_kept(tmp_path):
    step, refused = 0, 0
    while True:
        step += 1
        folder = tmp_path / str(step)
        save_school(small("first"), folder)
        save_school(small("second"), folder, keep_before=True)
        with refused_at(step) as asked:
            try:
                save_school(small("third"), folder, keep_before=True)
            except NotKept as told:
                refused += 1
                assert "disk is full" in str(told) and "Zhou" not in str(told)
                assert told.__context__ is None or told.__suppress_context__
                kept = "second"
            else:
                kept = "third"
        assert open_school(folder).name == kept
        # What was being written is gone, unless it was the taking away that was refused.
        left = {path.name for path in school_file.left_behind(folder)}
        assert {path.name for path in folder.iterdir()} == {FILE, BEFORE} | left
        assert not left or kept == "third"
        if len(asked) < step:
            break
    assert (
        refused > 8
        and school_file.facts(school_file.before(folder))["name"] == "second"
    )


def test_a_disk_that_is_full_leaves_no_folder_where_none_was(tmp_path):
    for step in range(1, 6):
        with refused_at(step), pytest.raises(NotKept):
            save_school(small(), tmp_path / "school")
        assert list(tmp_path.iterdir()) == []


def test_going_back_can_be_refused_at_any_step(tmp_path):
    step = 0
    while True:
        step += 1
        folder = tmp_path / str(step)
        save_school(small("first"), folder)
        save_school(small("second"), folder, keep_before=True)
        with refused_at(step) as asked:
            try:
                school_file.change_places(folder)
            except (NotKept, OSError):
                kept, earlier = "second", "first"
            else:
                kept, earlier = "first", "second"
        assert open_school(folder).name == kept
        assert school_file.facts(school_file.before(folder))["name"] == earlier
        # And it can be tried again.
        school_file.change_places(folder)
        assert open_school(folder).name == earlier
        assert school_file.facts(school_file.before(folder))["name"] == kept
        if len(asked) < step:
            break
    assert step > 5


@pytest.mark.skipif(os.name == "nt", reason="Windows sets no limit to a file")
def test_a_file_that_cannot_be_written_whole_is_not_kept(tmp_path):
    """Not an error that is made up: the system refuses to let the file grow."""
    folder = tmp_path / "school"
    save_school(small("first"), folder)
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from senlib import open_sample\n"
        "from senlib.school.school import save_school\n"
        "school = open_sample('gcse')\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n"
        "    save_school(school, Path(sys.argv[1]))\n"
        "except OSError as told:\n"
        "    print(type(told).__name__, told)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert said.stdout.startswith("NotKept The school could not be kept in")
    same(open_school(folder), small("first"))
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_what_does_not_read_back_the_same_is_not_kept(folder, monkeypatch):
    true = school_file.write

    def forgetful(path, *, tables, facts):
        true(
            path,
            tables=tables | {"pupils": tables["pupils"].assign(surname="Zebedee")},
            facts=facts,
        )

    monkeypatch.setattr(school_file, "write", forgetful)
    with pytest.raises(NotKept, match="did not read back the same") as told:
        save_school(small("second"), folder)
    assert "Zhou" not in str(told.value) and "Zebedee" not in str(told.value)
    same(open_school(folder), small())


def test_a_school_that_is_damaged_takes_no_place_of_one_that_is_whole(folder):
    save_school(small("second"), folder, keep_before=True)
    (folder / FILE).write_bytes(b"spoilt")
    save_school(small("third"), folder, keep_before=True)
    school_file.change_places(folder)
    assert open_school(folder).name == "A school"


def test_there_is_no_way_back_to_the_same_school_or_to_a_damaged_one(folder):
    assert school_file.before(folder) is None
    shutil.copyfile(
        folder / FILE, folder / BEFORE
    )  # as a kill between two moves leaves it
    assert school_file.before(folder) is None
    (folder / BEFORE).write_bytes(b"spoilt")
    assert school_file.before(folder) is None
    with pytest.raises(NotKept, match="can no longer be read"):
        school_file.change_places(folder)


def test_what_a_kill_left_behind_long_ago_is_taken_away(folder):
    old, new = (
        folder / f"{school_file._BEING_WRITTEN}{name}" for name in ("old", "new")
    )
    for left in (old, new):
        left.mkdir()
        (left / FILE).write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    save_school(small(), folder)
    assert not old.exists() and new.exists()
    assert school_file.left_behind(folder) == [new]


# -- kills --

KILLS = 40

WRITER = f"""
import itertools, sys
from dataclasses import replace
from pathlib import Path
from senlib.school import school_file
from senlib.school.school import open_school, save_school
school, folder = open_school({str(ROOT / "data" / "sample" / "gcse")!r}), Path(sys.argv[1])
print("ready", flush=True)
for i in itertools.count(int(sys.argv[2])):
    save_school(replace(school, name=str(i)), folder, keep_before=True)
    print(i, flush=True)
    if i % 3 == 2:
        school_file.change_places(folder)
        school_file.change_places(folder)
        print(i, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process in its own way")
def test_a_kill_at_any_moment_leaves_a_school_that_is_whole(tmp_path):
    """A writer that is killed, again and again: what it said was kept is kept, or the one that it was about to keep."""
    folder, moment = tmp_path / "school", random.Random(2005)
    writer, last, kills, left = None, -1, 0, 0
    while kills < KILLS:
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(last + 1)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert writer.stdout.readline() == "ready\n"
        # One start serves several moments: it is stopped, looked at as a kill would leave it, and goes on.
        for _ in range(8):
            time.sleep(moment.uniform(0, 0.12))
            writer.send_signal(signal.SIGSTOP)
            kills += 1
            left += bool(school_file.left_behind(folder))
            if folder.exists():
                opened = open_school(folder)
                assert len(opened.pupils) == 1664 and len(opened.results) > 11_000
                assert int(opened.name) >= last - 1
                if earlier := school_file.before(folder):
                    school_file.read(earlier)
            writer.send_signal(signal.SIGCONT)
        writer.kill()
        said, _ = writer.communicate()
        said = [
            int(line) for line in said.splitlines(keepends=True) if line.endswith("\n")
        ]
        last = max(said, default=last)
        opened = int(open_school(folder).name)
        # While two change places the one before lies open for a moment.
        assert opened in (last - 1, last, last + 1)
    assert last > 10 and left > 5
