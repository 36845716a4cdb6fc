"""Editions that were added: kept for her alone, used before the package's, and taken away again."""

import os
import stat

import pandas as pd
import pytest

from senlib import national


@pytest.fixture
def edition():
    """An invented edition of 2025: two subjects of 2024's, each count one more."""
    held = national.matrix("gcse").query(
        "year == 2024 and subject in ['Music', 'Combined Science']"
    )
    return held.assign(year=2025, pupils=held["pupils"] + 1).reset_index(drop=True)


def held(data):
    return national.matrix("gcse", added=national.added(data))


def sorted_rows(table):
    return table.sort_values(list(table.columns[:-1])).reset_index(drop=True)


def test_nothing_was_added(tmp_path):
    assert national.added(tmp_path).empty and national.added_editions(tmp_path) == []
    assert list(national.added(tmp_path).columns) == national.MATRIX_COLUMNS
    assert len(held(tmp_path)) == len(national.matrix("gcse"))


def test_what_is_kept_is_what_was_read_for_her_alone(tmp_path, edition):
    data = tmp_path / "workbook"
    kept = national.keep(edition, data)
    assert len(kept) == len(edition)
    pd.testing.assert_frame_equal(
        sorted_rows(national.added(data)), sorted_rows(edition)
    )
    assert [one.year for one in national.editions(data)][:2] == [2025, 2024]
    assert national.editions(data)[0].added and not national.editions(data)[1].added
    assert os.listdir(data / "national") == ["2025.csv"]
    if os.name != "nt":
        assert stat.S_IMODE((data / "national" / "2025.csv").stat().st_mode) == 0o600
        assert stat.S_IMODE((data / "national").stat().st_mode) == 0o700


def test_a_second_time_it_is_held_already(tmp_path, edition):
    national.keep(edition, tmp_path)
    assert national.keep(edition, tmp_path).empty
    own = national.matrix("gcse").query("year == 2023")
    assert national.keep(own, tmp_path).empty
    assert os.listdir(tmp_path / "national") == ["2025.csv"]


def test_an_edition_may_come_in_several_files(tmp_path, edition):
    for subject in ("Music", "Combined Science"):
        national.keep(edition[edition["subject"] == subject], tmp_path)
    assert national.added_editions(tmp_path)[0].subjects == (
        "Combined Science",
        "Music",
    )
    again = edition[edition["subject"] == "Music"].assign(pupils=5)
    national.keep(again, tmp_path)
    now = national.added(tmp_path)
    assert set(now.query("subject == 'Music'")["pupils"]) == {5} and len(now) == len(
        edition
    )


def test_a_file_of_a_year_that_is_held_keeps_what_differs_alone(tmp_path):
    own = national.matrix("gcse").query(
        "year == 2024 and subject in ['Music', 'Drama']"
    )
    changed = own.assign(
        pupils=own["pupils"].where(own["subject"] == "Drama", own["pupils"] + 1)
    )
    kept = national.keep(changed, tmp_path)
    assert set(kept["subject"]) == {"Music"}
    national.take_away(tmp_path, 2024)
    pd.testing.assert_frame_equal(held(tmp_path), national.matrix("gcse"))


def test_figures_of_an_added_edition_say_where_they_are_from(tmp_path, edition):
    national.keep(edition, tmp_path)
    figures = national.figures("gcse", added=national.added(tmp_path)).query(
        "year == 2025"
    )
    assert set(figures["source"]) == {"dfe-transition-2025-added"}
    assert set(figures["group"]) >= {"SEN", "no SEN", "N", "girls"}
    assert "2024/25" in national.source("dfe-transition-2025-added").title
    # 8 and 9, and a double grade where both its grades are.
    of = edition.query(
        "subject == 'Combined Science' and group == 'SEN' and entry == 'all'"
    )
    pupils = of.set_index("outcome")["pupils"]
    by_hand = 100 * pupils[["8-8", "9-8", "9-9"]].sum() / pupils.sum()
    row = figures.query(
        "subject == 'Combined Science' and group == 'SEN' and entry == 'all' and reach == '8'"
    )
    assert row["percent"].item() == pytest.approx(by_hand)


@pytest.mark.parametrize(
    "content", ["", "nonsense", "year,group\n2025,all\n", "\x00\x01"]
)
def test_a_file_that_can_no_longer_be_read_is_left_out_and_told_of(
    tmp_path, edition, content
):
    national.keep(edition, tmp_path)
    (tmp_path / "national" / "2025.csv").write_text(content)
    assert national.added(tmp_path).empty
    told = national.added_editions(tmp_path)[0]
    assert told.year == 2025 and "can no longer be read" in told.trouble
    national.keep(edition, tmp_path)
    assert national.added_editions(tmp_path)[0].trouble == ""
