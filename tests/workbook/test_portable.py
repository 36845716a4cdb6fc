"""The portable file: everything out, everything in, twice is once, and nothing in that is not exactly as it should be."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senlib.workbook import portable
from senlib.workbook.portable import Export, export, import_into, read, to_bytes
from senlib.workbook.store import Placed, Store, StoreError

SECRET = "Zebedee Quill bites"  # stands for what somebody wrote
TIME = "2026-01-05T14:02:00.000000+00:00"
AT = datetime.fromisoformat(TIME)


def content(**changes):
    """A file as it should be, but for these changes at its top."""
    answer = {"form": "plan", "field": "a", "value": SECRET, "at": TIME}
    whole = {
        "format": portable.FORMAT,
        "version": 1,
        "workbook": "own",
        "made_at": TIME,
        "answers": [answer],
    }
    return whole | changes


def with_answer(**changes):
    """A file whose second answer has these changes."""
    first = content()["answers"][0]
    return content(answers=[first, first | changes])


def without(whole, key):
    return {name: value for name, value in whole.items() if name != key}


def as_bytes(whole):
    return json.dumps(whole).encode()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "answers.sqlite", workbook="own")


def test_everything_goes_out_and_comes_in(store, tmp_path):
    for value in ("first", "\N{GRINNING FACE} 'second'\n\x00\u202e", ""):
        store.save(form="plan", field="a", value=value)
    store.save(form="review", field="b", value="x")
    other = Store(tmp_path / "other.sqlite", workbook="own")
    assert import_into(other, read(export(store))) == 4
    assert other.everything() == store.everything()
    assert [one.value for one in other.history("plan", "a")] == [
        "",
        "\N{GRINNING FACE} 'second'\n\x00\u202e",
        "first",
    ]


def test_only_this_workbook_goes_out(store, tmp_path):
    store.save(form="plan", field="a", value="mine")
    Store(store.path, workbook="levels").save(form="plan", field="a", value=SECRET)
    assert read(export(store)).workbook == "own" and SECRET.encode() not in export(
        store
    )


def test_twice_is_once(store):
    made = read(as_bytes(content()))
    assert [import_into(store, made) for _ in range(3)] == [1, 0, 0]
    assert len(store.history("plan", "a")) == 1


@pytest.mark.parametrize(("days", "shows"), [(-1, "here"), (1, "there")])
def test_the_later_answer_shows_and_both_are_kept(store, days, shows):
    at = store.save(form="plan", field="a", value="here").at
    import_into(
        store,
        Export(
            workbook="own",
            made_at=at,
            answers=(Placed("plan", "a", "there", at + timedelta(days=days)),),
        ),
    )
    assert store.latest("plan") == {"a": shows} and len(store.history("plan", "a")) == 2
    # What is written from now on shows, whatever the other machine's clock said.
    store.save(form="plan", field="a", value="now")
    assert store.latest("plan") == {"a": "now"}


def test_what_came_in_is_news_to_a_page(store):
    seen = store.save(form="plan", field="a", value="here").id
    made = Export(
        workbook="own",
        made_at=AT,
        answers=(Placed("plan", "a", "there", AT.replace(year=2999)),),
    )
    import_into(store, made)
    assert (
        store.save(form="plan", field="a", value="mine", seen=seen).elsewhere.value
        == "there"
    )


MOMENTS = st.datetimes(
    datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)
)
ANSWERS = st.lists(
    st.builds(
        Placed,
        st.sampled_from("pq"),
        st.sampled_from("ab"),
        st.text(max_size=3),
        MOMENTS,
    ),
    max_size=8,
)


@settings(max_examples=30, deadline=None)
@given(one=ANSWERS, two=ANSWERS)
def test_two_machines_that_carry_both_ways_show_the_same(tmp_path_factory, one, two):
    folder = tmp_path_factory.mktemp("machines")
    here, there = (
        Store(folder / "here.sqlite", workbook="own"),
        Store(folder / "there.sqlite", workbook="own"),
    )
    here.append_missing(one), there.append_missing(two)
    import_into(here, read(export(there)))
    import_into(there, read(export(here)))
    assert set(here.everything()) == set(there.everything()) == {*one, *two}
    for form in "pq":
        latest = {}
        for answer in sorted({*one, *two}, key=lambda answer: answer.at):
            if answer.form == form:
                latest[answer.field] = answer.value
        times = [(answer.form, answer.field, answer.at) for answer in {*one, *two}]
        if len(times) == len(set(times)):
            assert here.latest(form) == there.latest(form) == latest


def test_times_are_written_alike_wherever_they_were_taken():
    at = AT.astimezone(timezone(timedelta(hours=1)))
    assert to_bytes(Export("own", at, (Placed("p", "a", "x", at),))) == to_bytes(
        Export("own", AT, (Placed("p", "a", "x", AT),))
    )


def test_a_page_can_hand_out_even_half_a_character():
    """The way out when the store fails must not fail."""
    assert (
        read(
            to_bytes(Export("own", AT, (Placed("plan", "a", "well done \ud83d", AT),)))
        )
        .answers[0]
        .value
        == "well done ?"
    )


def test_a_file_that_an_editor_marked_as_utf_8_is_read():
    assert read(b"\xef\xbb\xbf" + as_bytes(content())).workbook == "own"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not JSON"),
        (SECRET.encode(), "not JSON"),
        (b"\xff\xfe" + SECRET.encode("utf-16-le"), "not JSON"),
        (as_bytes(content())[:-1], "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (as_bytes(content(version=float("nan"))), "not JSON"),
        (
            as_bytes(content(version=0)).replace(
                b'"version": 0', b'"version": ' + b"9" * 5000
            ),
            "not JSON",
        ),
        (as_bytes(SECRET), "does not say"),
        (as_bytes([content()]), "does not say"),
        (as_bytes(content(format=SECRET)), "does not say"),
        (as_bytes(without(content(), "format")), "does not say"),
        (as_bytes(content(version=0)), "version"),
        (as_bytes(content(version=True)), "version"),
        (as_bytes(content(version=1.0)), "version"),
        (as_bytes(content(version="1")), "version"),
        (as_bytes(without(content(), "version")), "version"),
        (as_bytes(content(version=2)), "newer version"),
        (as_bytes(without(content(), "made_at")), "the file lacks made_at"),
        (as_bytes(content() | {SECRET: 1}), "the file has other keys"),
        (as_bytes(content(workbook=None)), "workbook is not text"),
        (as_bytes(content(made_at=SECRET)), "made_at is not a time"),
        (as_bytes(content(answers={})), "not a list"),
        (as_bytes(content(answers=[SECRET])), "answer 1 is not a set"),
        (as_bytes(with_answer(value=1)), "in answer 2, value is not text"),
        (as_bytes(with_answer(value=None)), "in answer 2, value is not text"),
        (as_bytes(with_answer(field=[SECRET])), "in answer 2, field is not text"),
        (as_bytes(with_answer(**{SECRET: ""})), "answer 2 has other keys"),
        (
            as_bytes(content(answers=[without(content()["answers"][0], "form")])),
            "answer 1 lacks form",
        ),
        (
            as_bytes(with_answer(value="\ud83d")),
            "in answer 2, value holds half a character",
        ),
        (
            as_bytes(content()).replace(b'"workbook"', b'"version": 1, "workbook"'),
            "a key stands twice",
        ),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_is_not(data, says):
    with pytest.raises(StoreError) as error:
        read(data)
    assert says in str(error.value) and SECRET not in str(error.value)
    # Nor is it quoted by an error below, which would be shown above this one.
    assert error.value.__cause__ is None and (
        error.value.__context__ is None or error.value.__suppress_context__
    )


@pytest.mark.parametrize(
    ("at", "good"),
    [
        ("1979-12-31T23:59:59.999999+00:00", False),
        ("1980-01-01T00:00:00.000000+00:00", True),
        ("2999-12-31T23:59:59.999999+00:00", True),
        ("3000-01-01T00:00:00.000000+00:00", False),
        ("9999-12-31T23:59:59.999999-14:00", False),
        ("2026-02-29T00:00:00.000000+00:00", False),
        ("2026-01-05T14:02:00.000000", False),
        ("2026-01-05T14:02:00+00:00", False),
        ("2026-01-05T15:02:00.000000+01:00", False),
        ("2026-01-05", False),
        ("", False),
    ],
)
def test_times_are_whole_and_in_range(at, good):
    if good:
        assert read(as_bytes(with_answer(at=at))).answers[
            1
        ].at == datetime.fromisoformat(at)
    else:
        with pytest.raises(StoreError, match="in answer 2, at is not a time"):
            read(as_bytes(with_answer(at=at)))


@pytest.mark.parametrize(("more", "good"), [(0, True), (1, False)])
def test_the_size_is_bounded(monkeypatch, more, good):
    data = as_bytes(content())
    monkeypatch.setattr(portable, "MAX_BYTES", len(data) - more)
    if good:
        assert len(read(data).answers) == 1
    else:
        with pytest.raises(StoreError, match="larger than"):
            read(data)
