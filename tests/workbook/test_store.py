"""The store: appended, never overwritten; on the disk when it says so; two at once lose nothing."""

import sqlite3
import threading
from contextlib import closing

import pytest

from senlib.workbook.store import Store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "answers.sqlite"


def rows(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT workbook, form, field, value FROM answers ORDER BY id").fetchall()


def test_the_latest_shows_and_the_rest_is_kept(path):
    store = Store(path, workbook="own")
    store.save(form="plan", field="a", value="first")
    store.save(form="plan", field="a", value="second")
    store.save(form="plan", field="b", value="")
    assert store.latest("plan") == {"a": "second", "b": ""}
    assert [row[3] for row in rows(path)] == ["first", "second", ""]


def test_workbooks_and_forms_are_apart(path):
    Store(path, workbook="own").save(form="plan", field="a", value="mine")
    Store(path, workbook="levels").save(form="plan", field="a", value="the sample's")
    assert Store(path, workbook="own").latest("plan") == {"a": "mine"}
    assert Store(path, workbook="own").latest("other") == {}


def test_several_answers_are_kept_together_or_not_at_all(path):
    store = Store(path, workbook="own")
    with pytest.raises(sqlite3.Error):
        store.save_all(form="plan", values={"a": "kept?", "b": None})
    assert store.latest("plan") == {}


def test_any_text_comes_back_as_it_was(path):
    store = Store(path, workbook="own")
    text = "'; DROP TABLE answers; --\n\N{GRINNING FACE}\u202e=1+1\x00"
    store.save(form="plan", field=text, value=text)
    assert Store(path, workbook="own").latest("plan") == {text: text}


def test_many_writers_at_once_lose_nothing(path):
    Store(path, workbook="own")

    def write(name):
        store = Store(path, workbook="own")
        for i in range(10):
            store.save(form="plan", field=f"{name}/{i}", value="x")

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Store(path, workbook="own").latest("plan")) == 40
