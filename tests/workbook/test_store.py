"""The store: appended, never overwritten; on the disk when it says so; two at once lose nothing; nothing bare from SQLite."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from senlib.workbook import portable, store_file
from senlib.workbook import store as module
from senlib.workbook.store import Placed, Store, StoreError

SECRET = "Zebedee Quill bites"  # stands for what somebody wrote

# The layout of the first release, whose files have user_version 0.
FIRST_LAYOUT = """
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY, workbook TEXT NOT NULL, form TEXT NOT NULL, field TEXT NOT NULL,
    value TEXT NOT NULL, at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS latest ON answers (workbook, form, field, id);
"""

# Loaded by its path: a writer needs no pandas, and starts ten times as fast without.
LOAD = f"""
import importlib.util, json, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("store", {module.__file__!r})
store = sys.modules["store"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(store)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "answers.sqlite"


@pytest.fixture
def store(path):
    return Store(path, workbook="own")


def execute(path, *statements):
    with closing(sqlite3.connect(path)) as connection, connection:
        for sql in statements:
            rows = connection.execute(sql).fetchall()
    return rows


def values(path):
    return [
        value for (value,) in execute(path, "SELECT value FROM answers ORDER BY id")
    ]


def texts(answers):
    return [answer.value for answer in answers]


def in_files(path, text):
    """Which of the store's files hold a text."""
    return [
        file.name
        for file in path.parent.iterdir()
        if text.encode() in file.read_bytes()
    ]


def refusal(path):
    """What is said of a file that cannot be opened, which must be as it was afterwards."""
    before = path.read_bytes()
    with pytest.raises(StoreError) as error:
        Store(path, workbook="own")
    assert path.read_bytes() == before and SECRET not in str(error.value)
    return str(error.value)


@contextmanager
def limited(monkeypatch, *pragmas):
    """SQLite's connections with a limit of their own, as long as this lasts."""
    connect = sqlite3.connect

    def connect_limited(*args, **kwargs):
        connection = connect(*args, **kwargs)
        for pragma in pragmas:
            connection.execute(pragma)
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(module.sqlite3, "connect", connect_limited)
        yield


# -- what is kept --


def test_the_latest_shows_and_the_rest_is_kept(path, store):
    store.save(form="plan", field="a", value="first")
    store.save(form="plan", field="a", value="second")
    store.save(form="plan", field="b", value="")
    assert store.latest("plan") == {"a": "second", "b": ""}
    assert (
        texts(store.history("plan", "a")) == ["second", "first"]
        and store.history("plan", "c") == []
    )
    assert values(path) == ["first", "second", ""]


def test_what_save_says_is_what_is_there(store):
    before = datetime.now(UTC)
    saved = store.save(form="plan", field="a", value="text")
    answer = store.answers("plan")["a"]
    assert (answer.id, answer.value, answer.at) == (saved.id, "text", saved.at)
    assert (saved.value, saved.versions) == ("text", answer.versions)
    assert (
        before <= saved.at <= datetime.now(UTC)
        and saved.at.utcoffset() == datetime.now().astimezone().utcoffset()
    )


def test_workbooks_and_forms_are_apart(path):
    Store(path, workbook="own").save(form="plan", field="a", value="mine")
    Store(path, workbook="levels").save(form="plan", field="a", value="the sample's")
    assert Store(path, workbook="own").latest("plan") == {"a": "mine"}
    assert Store(path, workbook="own").latest("other") == {}
    assert texts(Store(path, workbook="own").history("plan", "a")) == ["mine"]


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE answers; --\n\N{GRINNING FACE}\u202e=1+1\x00",
        "",
        " ",
        "x" * 1_000_000,
    ],
)
def test_any_text_comes_back_as_it_was(path, store, text):
    store.save(form="plan", field=text[:100], value=text)
    assert Store(path, workbook="own").latest("plan") == {text[:100]: text}


def test_half_a_character_does_not_cost_the_rest(store):
    store.save(form="plan", field="a", value="well done \ud83d")
    assert store.latest("plan") == {"a": "well done ?"}


def test_a_path_of_any_letters(tmp_path):
    path = tmp_path / "Åse's 100% #1? & co" / "a b.sqlite"
    Store(path, workbook="own").save(form="plan", field="a", value="x")
    assert path.is_file() and values(path) == ["x"]


def test_an_earlier_text_is_brought_back_as_a_new_answer(store):
    first = store.save(form="plan", field="a", value="first")
    store.save(form="plan", field="a", value="second")
    back = store.bring_back("plan", "a", first.id)
    assert (
        texts(store.history("plan", "a")) == ["first", "second", "first"]
        and back.id > first.id
    )


@pytest.mark.parametrize(
    ("form", "field", "more"), [("plan", "b", 0), ("other", "a", 0), ("plan", "a", 1)]
)
def test_only_a_field_s_own_text_is_brought_back(store, form, field, more):
    first = store.save(form="plan", field="a", value="first")
    with pytest.raises(StoreError, match="no longer there"):
        store.bring_back(form, field, first.id + more)
    assert store.latest("plan") == {"a": "first"} and store.latest("other") == {}


def test_a_clock_set_back_does_not_bring_old_answers_to_the_front(store, monkeypatch):
    first = store.save(form="plan", field="a", value="first")
    monkeypatch.setattr(module, "_now", lambda: first.at - timedelta(days=400))
    second = store.save(form="plan", field="a", value="second")
    assert store.latest("plan") == {
        "a": "second"
    } and second.at - first.at == timedelta(microseconds=1)


# -- changed elsewhere --


@pytest.mark.parametrize(
    ("seen", "value", "told"),
    [
        ("none", "mine", "theirs"),  # the page showed an empty field
        ("first", "mine", "theirs"),
        ("second", "mine", None),  # the page showed what is there
        ("first", "theirs", None),  # both wrote the same
        (None, "mine", None),  # nobody asked
    ],
)
def test_the_second_to_change_a_field_is_told(store, seen, value, told):
    ids = {
        "none": 0,
        "first": store.save(form="plan", field="a", value="first").id,
        None: None,
    }
    theirs = store.save(form="plan", field="a", value="theirs")
    saved = store.save(
        form="plan", field="a", value=value, seen=(ids | {"second": theirs.id})[seen]
    )
    assert (saved.elsewhere and saved.elsewhere.value) == told
    assert (saved.elsewhere and saved.elsewhere.at) == (theirs.at if told else None)
    assert texts(store.history("plan", "a")) == [value, "theirs", "first"]


def test_nobody_is_told_of_what_they_wrote_themselves(store):
    seen = 0
    for text in ["a", "ab", "a", ""]:
        saved = store.save(form="plan", field="a", value=text, seen=seen)
        seen = saved.id
        assert saved.elsewhere is None


def test_several_fields_are_compared_each_for_itself(store):
    store.save(form="plan", field="a", value="theirs")
    store.save(form="plan", field="c", value="theirs too")
    saved = store.save_all(
        form="plan", values={"a": "1", "b": "2", "c": "3"}, seen={"a": 0, "b": 0}
    )
    assert {
        field: one.elsewhere and one.elsewhere.value for field, one in saved.items()
    } == {
        "a": "theirs",
        "b": None,
        "c": None,
    }


def test_ids_are_not_used_again_after_a_deletion(store):
    """Otherwise a page that was open before would take another page's answer for its own."""
    before = store.save(form="plan", field="a", value="before")
    store.delete_everything()
    assert store.save(form="plan", field="a", value="after").id > before.id
    assert (
        store.save(form="plan", field="a", value="mine", seen=before.id).elsewhere.value
        == "after"
    )


# -- one connection --


def count_connections(monkeypatch):
    """The connections that are opened from now on, as a list that grows."""
    connect, opened = sqlite3.connect, []

    def counted(*args, **kwargs):
        connection = connect(*args, **kwargs)
        opened.append(connection)
        return connection

    monkeypatch.setattr(sqlite3, "connect", counted)
    return opened


def test_what_belongs_together_uses_one_connection_which_is_closed(store, monkeypatch):
    opened = count_connections(monkeypatch)
    with store.one_connection():
        assert opened == []  # before anything is asked of the file
        first = store.save(form="plan", field="a", value="first")
        with store.one_connection():
            store.save(form="plan", field="a", value="second")
            store.bring_back("plan", "a", first.id)
        assert store.latest("plan") == {"a": "first"} == store.forms()["plan"]
    assert len(opened) == 1 and not list(store.path.parent.glob("*-wal"))
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")
    store.latest("plan")
    assert len(opened) == 2


def test_what_fails_within_one_connection_leaves_nothing_half_done(path, store):
    with store.one_connection():
        with pytest.raises(StoreError, match="cannot be used"):
            store.append_missing([Placed("plan", None, "x", datetime.now(UTC))])
        with pytest.raises(RuntimeError), store._file.writing() as connection:
            connection.execute("DELETE FROM answers")
            raise RuntimeError
        store.save(form="plan", field="a", value="after")
        Store(path, workbook="own").save(form="plan", field="b", value="another page")
        assert store.latest("plan") == {"a": "after", "b": "another page"}


def test_a_file_taken_away_within_one_connection_is_missed(path, store):
    with store.one_connection():
        store.save(form="plan", field="a", value="x")
        path.unlink()
        with pytest.raises(StoreError, match="no longer there"):
            store.save(form="plan", field="a", value="y")


def test_each_thread_has_a_connection_of_its_own(store, monkeypatch):
    opened = count_connections(monkeypatch)
    with store.one_connection(), ThreadPoolExecutor(1) as thread:
        store.save(form="plan", field="a", value="x")
        assert thread.submit(store.latest, "plan").result() == {"a": "x"}
    assert len(opened) == 2


# -- at once --


def run_at_once(script, path, count):
    """Start processes that each run a script over the store."""
    return [
        subprocess.Popen(
            [sys.executable, "-c", LOAD + script, str(path), str(n)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(count)
    ]


def test_many_processes_at_once_lose_nothing(path):
    """They make the file at once, too: each waits for its turn until all are ready."""
    script = """
print("ready", flush=True)
sys.stdin.readline()
own = store.Store(Path(sys.argv[1]), workbook="own")
for i in range(25):
    own.save(form="plan", field=f"{sys.argv[2]}/{i}", value="x", seen=0)
    own.save(form="plan", field="shared", value=f"{sys.argv[2]}/{i}")
"""
    writers = run_at_once(script, path, 4)
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    store = Store(path, workbook="own")
    assert len(store.latest("plan")) == 101
    shared = store.history("plan", "shared")
    assert {*texts(shared)} == {f"{n}/{i}" for n in range(4) for i in range(25)}
    assert len({answer.at for answer in shared}) == 100


def test_two_pages_never_both_miss_each_other(path):
    """Both showed the same answer and write at once: one is first, the other is told, and both texts are kept."""
    script = """
own = store.Store(Path(sys.argv[1]), workbook="own")
for line in sys.stdin:
    saved = own.save(form="plan", field="a", value=f"{line.strip()} by {sys.argv[2]}", seen=int(line))
    print(json.dumps([saved.id, saved.elsewhere and saved.elsewhere.value]), flush=True)
"""
    pages = run_at_once(script, path, 2)
    seen = 0
    for _ in range(100):
        for page in pages:
            page.stdin.write(f"{seen}\n")
            page.stdin.flush()
        said = [json.loads(page.stdout.readline()) for page in pages]
        first, second = sorted(range(2), key=lambda n: said[n][0])
        assert said[first][1] is None and said[second][1] == f"{seen} by {first}"
        seen = said[second][0]
    for page in pages:
        page.communicate(timeout=60)
    assert len(Store(path, workbook="own").history("plan", "a")) == 200


def test_a_page_waits_while_another_makes_the_file(path, monkeypatch):
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waits = []

        def wait(seconds):
            waits.append(seconds)
            other.execute("ROLLBACK")

        monkeypatch.setattr(store_file.time, "sleep", wait)
        Store(path, workbook="own").save(form="plan", field="a", value="x")
    assert len(waits) == 1 and values(path) == ["x"]


# -- deleted --


def test_deleted_is_deleted(path, store):
    other = Store(path, workbook="levels")
    other.save(form="plan", field="a", value="the sample's")
    for i in range(200):
        store.save(
            form=f"form {SECRET}",
            field=f"field {SECRET} {i}",
            value=f"{i} {SECRET} {'x' * i * 40}",
        )
    store.bring_back(
        f"form {SECRET}",
        f"field {SECRET} 3",
        store.history(f"form {SECRET}", f"field {SECRET} 3")[0].id,
    )
    assert in_files(path, SECRET)
    store.delete_everything()
    assert in_files(path, SECRET) == []
    assert store.everything() == [] and other.latest("plan") == {"a": "the sample's"}
    store.save(form="plan", field="a", value="a new start")
    assert store.latest("plan") == {"a": "a new start"}


def test_deleted_from_the_log_that_a_killed_page_left(path, store, tmp_path):
    """The log is merged only when the last page closes; a copy taken in between stands for a kill."""
    left = tmp_path / "left" / path.name
    with closing(sqlite3.connect(path)) as still_open:
        still_open.execute("SELECT * FROM answers").fetchall()
        store.save(form="plan", field="a", value=SECRET)
        shutil.copytree(path.parent, left.parent)
    assert f"{path.name}-wal" in in_files(left, SECRET)
    Store(left, workbook="own").delete_everything()
    assert in_files(left, SECRET) == []


def test_deleted_from_the_pages_that_other_programs_freed(path, store):
    store.save_all(form="plan", values={f"field {i}": SECRET * 500 for i in range(20)})
    execute(
        path,
        "PRAGMA secure_delete = OFF",
        "DELETE FROM answers",
        "INSERT INTO answers SELECT 1, 'own', 'plan', 'a', 'x', ''",
    )
    assert in_files(path, SECRET)
    store.delete_everything()
    assert in_files(path, SECRET) == []


def test_deleted_from_the_copy_of_an_older_file(path):
    older_file(path, [("own", "plan", "a", SECRET, "2026-01-05T14:02:00+00:00")])
    store = Store(path, workbook="own")
    assert len(in_files(path, SECRET)) == 2
    (path.parent / f"{path.name}.before-version-1.part").write_text(SECRET)
    store.delete_everything()
    assert in_files(path, SECRET) == []


def test_what_another_page_still_reads_is_said_to_be_left(path, store, monkeypatch):
    monkeypatch.setattr(store_file, "TIMEOUT_SECONDS", 0.05)
    store.save(form="plan", field="a", value=SECRET)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM answers").fetchall()
        with pytest.raises(StoreError, match="delete again"):
            store.delete_everything()
        assert store.latest("plan") == {}
    store.delete_everything()
    assert in_files(path, SECRET) == []


# -- other versions --


def older_file(path, rows):
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(FIRST_LAYOUT)
        connection.executemany(
            "INSERT INTO answers (workbook, form, field, value, at) VALUES (?, ?, ?, ?, ?)",
            rows,
        )


def test_a_file_of_the_first_release_opens_after_a_copy(path):
    older_file(
        path,
        [
            (
                "own",
                "plan",
                "a",
                "before the clocks change",
                "2026-10-25T01:30:00+01:00",
            ),
            ("own", "plan", "a", "after", "2026-10-25T01:10:00+00:00"),
            (
                "own",
                "plan",
                "a",
                "with the clock set back",
                "2025-01-01T00:00:00+00:00",
            ),
            ("levels", "plan", "a", "the sample's", "2026-01-05T14:02:00.5+00:00"),
        ],
    )
    before = execute(path, "SELECT * FROM answers")
    store = Store(path, workbook="own")
    assert texts(store.history("plan", "a")) == [
        "with the clock set back",
        "after",
        "before the clocks change",
    ]
    assert Store(path, workbook="levels").latest("plan") == {"a": "the sample's"}
    assert (
        execute(path.parent / f"{path.name}.before-version-1", "SELECT * FROM answers")
        == before
    )
    store.save(form="plan", field="a", value="new")
    assert Store(path, workbook="own").latest("plan") == {"a": "new"}


@pytest.mark.parametrize("at", ["yesterday", "2026-01-05"])
def test_an_older_file_that_cannot_be_brought_up_stays_as_it_was(path, at):
    rows = [
        ("own", "plan", "a", SECRET, "2026-01-05T14:02:00+00:00"),
        ("own", "plan", "b", "x", at),
    ]
    older_file(path, rows)
    if at == "yesterday":
        assert "damaged" in refusal(path)
        assert execute(path, "PRAGMA user_version") == [(0,)] and values(path) == [
            SECRET,
            "x",
        ]
    else:  # a day is a time of its own: midnight
        assert (
            Store(path, workbook="own")
            .answers("plan")["b"]
            .at.isoformat()
            .startswith(at)
        )


def test_a_killed_upgrade_is_done_anew(path):
    older_file(path, [("own", "plan", "a", "x", "2026-01-05T14:02:00+00:00")])
    (path.parent / f"{path.name}.before-version-1.part").write_bytes(b"half a copy")
    assert Store(path, workbook="own").latest("plan") == {"a": "x"}


def test_a_file_of_a_newer_version_is_refused(path, store):
    store.save(form="plan", field="a", value=SECRET)
    execute(path, f"PRAGMA user_version = {store_file.VERSION + 1}")
    assert "newer version" in refusal(path)


def test_another_program_s_file_is_refused(tmp_path):
    path = tmp_path / "other.sqlite"
    execute(path, "CREATE TABLE orders (id INTEGER)")
    assert "another program" in refusal(path)


# -- damaged --


def spoil_pages(content):
    return content[:4096] + b"\xa5" * (len(content) - 4096)


def spoil_one_entry_of_the_index(content):
    """A letter of a field, in the last page that holds it."""
    at = content.rindex(b"field-7")
    return content[: at + 6] + b"8" + content[at + 7 :]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"Dear SENCO, " + SECRET.encode() * 1000,
        lambda content: content[:50],
        lambda content: content[: len(content) // 2],
        lambda content: content[:-4096],
        lambda content: b"\0" * len(content),
        spoil_pages,
        spoil_one_entry_of_the_index,
    ],
    ids=[
        "a letter",
        "its first 50 bytes",
        "its first half",
        "all but a page",
        "zeros",
        "pages overwritten",
        "index",
    ],
)
def test_a_damaged_file_is_said_to_be_and_left_as_it_is(path, store, spoil):
    store.save_all(form="plan", values={f"field-{i}": SECRET * 20 for i in range(100)})
    path.write_bytes(spoil(path.read_bytes()))
    said = refusal(path)
    assert "damaged" in said and "Move it" in said


def test_a_damaged_file_is_not_touched_by_its_log_either(path, store, tmp_path):
    left = tmp_path / "left" / path.name
    store.save_all(form="plan", values={f"field-{i}": SECRET * 20 for i in range(100)})
    with closing(sqlite3.connect(path)) as still_open:
        still_open.execute("SELECT * FROM answers").fetchall()
        store.save(form="plan", field="a", value="in the log")
        shutil.copytree(path.parent, left.parent)
    left.write_bytes(spoil_pages(left.read_bytes()))
    log = left.with_name(f"{left.name}-wal")
    before = log.read_bytes()
    assert before and "damaged" in refusal(left) and log.read_bytes() == before


def test_a_file_emptied_beside_its_log_is_damaged(path, store):
    path.with_name(f"{path.name}-wal").write_bytes(b"log")
    path.write_bytes(b"")
    assert (
        "damaged" in refusal(path)
        and path.with_name(f"{path.name}-wal").read_bytes() == b"log"
    )


def test_an_empty_file_is_a_new_one(path):
    path.parent.mkdir()
    path.touch()
    Store(path, workbook="own").save(form="plan", field="a", value="x")
    assert Store(path, workbook="own").latest("plan") == {"a": "x"}


def test_a_file_whose_first_lines_were_cut_off_by_a_kill_opens(path, tmp_path):
    """Until it has its log, a new file has a journal, from which SQLite puts it right; a copy stands for a kill."""
    making = tmp_path / "making" / path.name
    making.parent.mkdir()
    with closing(sqlite3.connect(making, isolation_level=None)) as connection:
        connection.executescript(FIRST_LAYOUT)
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        for i in range(200):
            connection.execute(
                "INSERT INTO answers (workbook, form, field, value, at) VALUES ('own', 'plan', ?, ?, '')",
                (str(i), SECRET * 50),
            )
        shutil.copytree(making.parent, path.parent)
        connection.execute("ROLLBACK")
    assert path.with_name(f"{path.name}-journal").stat().st_size
    assert Store(path, workbook="own").latest("plan") == {}


# -- what the computer refuses --


def test_a_locked_file(path, store, monkeypatch):
    monkeypatch.setattr(store_file, "TIMEOUT_SECONDS", 0.05)
    store.save(form="plan", field="a", value="before")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for refused in (
            lambda: store.save(form="plan", field="a", value=SECRET),
            lambda: store.bring_back("plan", "a", 1),
            store.delete_everything,
        ):
            with pytest.raises(StoreError, match="locked.*try again") as error:
                refused()
            assert SECRET not in str(error.value)
        assert store.latest("plan") == {"a": "before"}
    store.save(form="plan", field="a", value="after")
    assert values(path) == ["before", "after"]


def test_a_full_disk(path, store, monkeypatch):
    store.save(form="plan", field="a", value="before")
    with (
        limited(monkeypatch, "PRAGMA max_page_count = 8"),
        pytest.raises(StoreError, match="disk is full") as error,
    ):
        store.save_all(form="plan", values={"a": "short", "b": SECRET * 10_000})
    assert SECRET not in str(error.value)
    assert values(path) == ["before"]
    store.save(form="plan", field="a", value="after")
    assert Store(path, workbook="own").latest("plan") == {"a": "after"}


@pytest.mark.skipif(os.name == "nt", reason="Windows sets no limit on a file's size")
@pytest.mark.parametrize("kilobytes", [0, 1, 5, 9, 33, 70])
def test_a_disk_that_stops_taking_bytes(path, store, kilobytes):
    """The operating system breaks off a write wherever the limit falls; the store is as it was, and goes on."""
    import resource

    store.save(form="plan", field="a", value="before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, limits[1]))
    try:
        with pytest.raises(StoreError, match="What was saved before is still there"):
            store.save_all(
                form="plan", values={f"field {i}": SECRET * 100 for i in range(100)}
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert Store(path, workbook="own").latest("plan") == {"a": "before"}
    store.save(form="plan", field="a", value="after")
    assert Store(path, workbook="own").latest("plan") == {"a": "after"}


@pytest.mark.skipif(
    os.name == "nt",
    reason="on Windows a folder's permissions do not keep its files from being written",
)
def test_a_folder_that_may_only_be_read(monkeypatch):
    """Whoever is root may write everywhere, so the test steps down for a moment."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.sqlite"
        store = Store(path, workbook="own")
        store.save(form="plan", field="a", value="before")
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        try:
            if root:
                os.seteuid(65534)
            for refused in (
                lambda: store.save(form="plan", field="a", value=SECRET),
                lambda: Store(Path(folder) / "new.sqlite", workbook="own"),
                lambda: Store(Path(folder) / "new" / "new.sqlite", workbook="own"),
            ):
                with pytest.raises(StoreError, match="try again"):
                    refused()
        finally:
            if root:
                os.seteuid(0)
            Path(folder).chmod(0o755)
            path.chmod(0o644)
        store.save(form="plan", field="a", value="after")
        assert values(path) == ["before", "after"]


def test_a_folder_in_whose_place_there_is_a_file(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "file" / "answers.sqlite", workbook="own")


def test_a_file_taken_away_is_missed_and_not_made_anew(path, store):
    path.unlink()
    for use in (
        lambda: store.latest("plan"),
        lambda: store.save(form="plan", field="a", value="x"),
    ):
        with pytest.raises(StoreError, match="no longer there"):
            use()
    assert not path.exists()


def test_the_errors_below_are_not_shown_with_the_plain_one(path, store):
    """SQLite quotes a text that it cannot read."""
    store.save(form="plan", field="a", value="x")
    execute(
        path, f"UPDATE answers SET value = CAST(x'{SECRET.encode().hex()}ff' AS TEXT)"
    )
    with pytest.raises(StoreError) as error:
        store.latest("plan")
    assert (
        SECRET not in str(error.getrepr(chain=True))
        and error.value.__suppress_context__
    )


# -- against a model --


class Workbook(RuleBasedStateMachine):
    """What a person may do, beside a plain dictionary of lists that says what has to come of it."""

    fields = st.sampled_from([("plan", "a"), ("plan", "b"), ("review", "a")])

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "answers.sqlite"
        self.store = Store(self.path, workbook="own")
        self.model, self.seen = {}, {}
        self.clock, module._now = module._now, lambda: self.now
        self.now = datetime(2026, 1, 5, 14, 2, tzinfo=UTC)

    @rule(seconds=st.integers(-5, 5))
    def set_the_clock(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(
        place=fields, value=st.sampled_from(["", "x", "y"]), page=st.sampled_from("12")
    )
    def save(self, place, value, page):
        seen, history = (
            self.seen.get((page, place), 0),
            self.model.setdefault(place, []),
        )
        saved = self.store.save(form=place[0], field=place[1], value=value, seen=seen)
        changed = history and history[0][0] != seen and history[0][1] != value
        assert (saved.elsewhere and (saved.elsewhere.id, saved.elsewhere.value)) == (
            history[0] if changed else None
        )
        history.insert(0, (saved.id, value))
        self.seen[page, place] = saved.id

    @precondition(lambda self: any(self.model.values()))
    @rule(data=st.data())
    def bring_back(self, data):
        place = data.draw(
            st.sampled_from([place for place, history in self.model.items() if history])
        )
        number, value = data.draw(st.sampled_from(self.model[place]))
        self.model[place].insert(0, (self.store.bring_back(*place, number).id, value))

    @rule()
    def open_anew(self):
        self.store = Store(self.path, workbook="own")

    @rule()
    def carry_to_the_same_file(self):
        assert (
            portable.import_into(self.store, portable.read(portable.export(self.store)))
            == 0
        )

    @rule()
    def carry_to_another_file(self):
        self.path = self.path.with_name(
            f"{len(os.listdir(self.folder.name))}-{self.path.name}"[-100:]
        )
        content, count = portable.export(self.store), sum(map(len, self.model.values()))
        self.store = Store(self.path, workbook="own")
        assert portable.import_into(self.store, portable.read(content)) == count
        assert portable.import_into(self.store, portable.read(content)) == 0
        for place, history in self.model.items():
            now = self.store.history(*place)
            assert texts(now) == [value for _, value in history]
            self.model[place] = [(answer.id, answer.value) for answer in now]
        self.seen.clear()

    @rule()
    def delete(self):
        self.store.delete_everything()
        self.model.clear()

    @invariant()
    def all_is_there(self):
        for form in ("plan", "review"):
            latest = {
                field: history[0][1]
                for (of, field), history in self.model.items()
                if of == form and history
            }
            assert self.store.latest(form) == latest
        for place, history in self.model.items():
            assert [
                (answer.id, answer.value) for answer in self.store.history(*place)
            ] == history

    def teardown(self):
        module._now = self.clock
        self.folder.cleanup()


Workbook.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestWorkbook = Workbook.TestCase


def test_missing_answers_come_in_all_or_none(path, store):
    at = datetime(2026, 1, 5, 14, 2, tzinfo=UTC)
    good, bad = (
        Placed("plan", "a", "x", at),
        Placed("plan", None, "y", at + timedelta(seconds=1)),
    )
    with pytest.raises(StoreError):
        store.append_missing([good, bad])
    assert values(path) == []
    assert store.append_missing([good, good]) == 1


# -- forms, workbooks, versions --


def test_the_copies_of_a_form_and_no_form_that_only_begins_alike(store):
    for form in (
        "iep",
        "iep/0123",
        "iep/0124",
        "iep.about/0123",
        "iepx",
        "ie",
        "iep/",
        "iep/\N{GRINNING FACE}",
    ):
        store.save(form=form, field="a", value=form)
    assert set(store.forms("iep")) == {
        "iep",
        "iep/0123",
        "iep/0124",
        "iep/",
        "iep/\N{GRINNING FACE}",
    }
    assert set(store.forms("iep/0123")) == {"iep/0123"} and store.forms("none") == {}


def test_all_forms_hold_the_latest_of_each_field(store):
    for value in ("first", "second"):
        store.save(form="plan", field="a", value=value)
    store.save(form="plan", field="b", value="")
    store.save(form="iep/1", field="a", value="x")
    assert store.forms() == {"plan": {"a": "second", "b": ""}, "iep/1": {"a": "x"}}


def test_forms_of_one_workbook_are_not_another_s(path, store):
    store.save(form="plan", field="a", value="mine")
    other = Store(path, workbook="levels")
    assert other.forms() == {} and other.workbooks() == ["own"]
    other.save(form="plan", field="a", value="theirs")
    assert store.workbooks() == other.workbooks() == ["levels", "own"]
    store.delete_everything()
    assert other.workbooks() == ["levels"] and other.forms() == {
        "plan": {"a": "theirs"}
    }


def test_a_file_without_answers_has_no_workbooks(store):
    assert store.workbooks() == [] and store.forms() == {}


def test_an_answer_knows_how_many_there_were_by_then(store):
    for value in ("one", "two", "two"):
        store.save(form="plan", field="a", value=value)
    store.save(form="plan", field="b", value="x")
    assert {
        field: answer.versions for field, answer in store.answers("plan").items()
    } == {
        "a": 3,
        "b": 1,
    }
    assert [answer.versions for answer in store.history("plan", "a")] == [3, 2, 1]
    first = store.history("plan", "a")[-1]
    store.bring_back("plan", "a", first.id)
    assert store.answers("plan")["a"].versions == 4


def test_answers_before_a_time_are_those_that_stood_there_then(store):
    store.save(form="plan", field="a", value="then")
    later = store.save(form="plan", field="a", value="now")
    store.save(form="plan", field="b", value="new")
    assert {
        field: answer.value
        for field, answer in store.answers("plan", before=later.at).items()
    } == {"a": "then"}
    assert store.answers("plan", before=store.history("plan", "a")[-1].at) == {}


def test_many_forms_are_read_at_once(store):
    for number in range(300):
        store.save_all(
            form=f"map/{number}", values={f"line {line}": "yes" for line in range(5)}
        )
    held = store.forms("map")
    assert len(held) == 300 and all(len(values) == 5 for values in held.values())


@pytest.mark.parametrize(
    "read",
    [
        lambda s: s.forms(),
        lambda s: s.forms("iep"),
        lambda s: s.workbooks(),
        lambda s: s.history("iep", "a"),
    ],
)
def test_a_file_that_is_gone_is_told_whatever_is_read(path, store, read):
    path.unlink()
    with pytest.raises(StoreError, match="no longer there"):
        read(store)
    assert not path.exists()
