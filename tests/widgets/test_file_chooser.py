"""The messages by which chosen files reach Python: in parts, in any order, whole or not at all."""

import random

import pytest

from senlib.widgets import ChosenFile, FileChooser
from senlib.widgets.file_chooser import MEGABYTE, MOST_BYTES, MOST_FILES, PART


class Sender:
    """Plays the page: sends messages to a chooser and keeps its answers and the files it handed on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **traits: object) -> None:
        self.chooser = FileChooser(**traits)
        self.answers: list[str] = []
        self.texts: list[str] = []
        self.arrived: list[list[ChosenFile]] = []
        monkeypatch.setattr(self.chooser, "send", self.hear)
        self.chooser.on_files(self.arrived.append)

    def hear(self, content, buffers=None):
        self.answers.append(content["kind"])
        self.texts.append(content.get("text", ""))

    def begin(
        self, *sizes: int, choice: str = "first", names: tuple[str, ...] = ()
    ) -> None:
        names = names or tuple(f"file{i}.csv" for i, _ in enumerate(sizes))
        files = [
            {"name": name, "size": size}
            for name, size in zip(names, sizes, strict=True)
        ]
        self.say({"kind": "begin", "choice": choice, "files": files})

    def part(
        self,
        content: bytes,
        *,
        file: object = 0,
        part: object = 0,
        choice: str = "first",
    ) -> None:
        self.say(
            {"kind": "part", "choice": choice, "file": file, "part": part},
            [memoryview(content)],
        )

    def say(self, content, buffers=()):
        self.chooser._handle_custom_msg(content, list(buffers))


@pytest.fixture
def sender(monkeypatch):
    return Sender(monkeypatch)


@pytest.mark.parametrize("size", [1, PART - 1, PART, PART + 1, 2 * PART])
def test_a_file_arrives_whole_whatever_its_size(sender, size):
    content = random.Random(size).randbytes(size)
    sender.begin(size)
    for part, start in enumerate(range(0, size, PART)):
        assert sender.arrived == []
        sender.part(content[start : start + PART], part=part)
    assert sender.arrived == [[ChosenFile("file0.csv", content)]]
    assert sender.answers == ["heard"] * (1 + part + 1) + ["done"]


def test_parts_may_come_in_any_order_and_twice(sender):
    content = random.Random(1).randbytes(2 * PART + 3)
    sender.begin(len(content), 2)
    sender.part(b"ok", file=1)
    for part in (2, 0, 2, 1):
        sender.part(content[part * PART : (part + 1) * PART], part=part)
    assert sender.arrived == [
        [ChosenFile("file0.csv", content), ChosenFile("file1.csv", b"ok")]
    ]


def test_an_empty_file_is_a_file(sender):
    sender.begin(0)
    assert sender.arrived == [[ChosenFile("file0.csv", b"")]]


@pytest.mark.parametrize(
    ("size", "answer"), [(99, "heard"), (100, "heard"), (101, "refused")]
)
def test_the_limit_holds_here_too(monkeypatch, size, answer):
    sender = Sender(monkeypatch, limit=100)
    sender.begin(1, size)
    assert sender.answers == [answer]


@pytest.mark.parametrize(
    ("sizes", "answer"), [((60, 40), "heard"), ((60, 41), "refused")]
)
def test_what_all_files_hold_together_is_limited(monkeypatch, sizes, answer):
    sender = Sender(monkeypatch, total=100)
    sender.begin(*sizes)
    assert sender.answers == [answer]


def test_a_new_choice_takes_back_what_was_said_of_the_one_before(sender):
    sender.chooser.message = "Loaded."
    sender.begin(1)
    assert sender.chooser.message == ""


def test_a_refusal_names_the_limit_in_words(sender):
    sender.begin(20 * MEGABYTE + 1)
    assert "20 MB" in sender.texts[-1]


@pytest.mark.parametrize(
    ("count", "answer"),
    [(MOST_FILES - 1, "heard"), (MOST_FILES, "heard"), (MOST_FILES + 1, "refused")],
)
def test_the_number_of_files_is_limited(sender, count, answer):
    sender.begin(*[1] * count)
    assert sender.answers == [answer]


@pytest.mark.parametrize(
    "files",
    [
        None,
        [],
        {},
        [1],
        [{}],
        [{"name": "a"}],
        [{"name": "a", "size": -1}],
        [{"name": "a", "size": "1"}],
        [{"name": 1, "size": 1}],
        [{"name": "a", "size": True}],
        [{"name": "a", "size": 1.0}],
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(sender, files):
    sender.say({"kind": "begin", "choice": "first", "files": files})
    assert (sender.answers, sender.arrived) == (["refused"], [])


@pytest.mark.parametrize(
    ("file", "part", "content"),
    [
        (0, 0, b"four"),  # longer than was said
        (0, 0, b"tw"),  # shorter
        (0, 0, b""),
        (0, 1, b"one"),  # no such part
        (0, -1, b"one"),
        (1, 0, b"one"),  # no such file
        (-1, 0, b"one"),
        ("0", 0, b"one"),
        (None, None, b"one"),
        (0, True, b"one"),
    ],
)
def test_a_part_that_does_not_fit_ends_the_choice(sender, file, part, content):
    sender.begin(3)
    sender.part(content, file=file, part=part)
    sender.part(b"one")
    assert (sender.answers, sender.arrived) == (["heard", "refused"], [])


@pytest.mark.parametrize("buffers", [[], [b"one", b"two"], [b"on", b"e"]])
def test_a_part_is_one_buffer(sender, buffers):
    sender.begin(3)
    sender.say(
        # What the page writes under this name is no buffer.
        {"kind": "part", "choice": "first", "file": 0, "part": 0, "buffers": ["one"]},
        [memoryview(buffer) for buffer in buffers],
    )
    assert sender.answers == ["heard", "refused"]


def test_a_new_choice_drops_the_half_sent_one(sender):
    sender.begin(PART + 1)
    sender.part(b"x" * PART)
    sender.begin(3, choice="second")
    sender.part(b"y", part=1)
    assert sender.arrived == []
    sender.part(b"new", choice="second")
    assert sender.arrived == [[ChosenFile("file0.csv", b"new")]]


def test_a_refused_choice_drops_the_half_sent_one_too(sender):
    sender.begin(3)
    sender.begin(21 * MEGABYTE, choice="second")
    sender.part(b"one")
    assert (sender.answers, sender.arrived) == (["heard", "refused"], [])


@pytest.mark.parametrize(
    ("choice", "answers"), [("first", ["heard"]), ("other", ["heard", "heard", "done"])]
)
def test_stopping_drops_what_was_sent_of_that_choice(sender, choice, answers):
    sender.begin(3)
    sender.say({"kind": "stop", "choice": choice})
    sender.part(b"one")
    assert sender.answers == answers


def test_parts_of_an_unknown_choice_and_other_messages_are_left_alone(sender):
    sender.part(b"one")
    sender.say({"kind": "other"})
    sender.say({})
    sender.say({"kind": "begin", "choice": None, "files": [{"name": "a", "size": 1}]})
    assert (sender.answers, sender.arrived) == ([], [])


def test_every_handler_hears_each_choice_and_the_page_is_told_last(sender):
    sender.chooser.on_files(lambda files: sender.answers.append("handled"))
    for choice in ("first", "second"):
        sender.begin(1, choice=choice)
        sender.part(b"x", choice=choice)
    assert len(sender.arrived) == 2
    assert sender.answers[2:4] == ["handled", "done"]


def test_the_page_is_told_even_if_a_handler_fails(sender):
    def fail(files):
        raise RuntimeError("no")

    sender.chooser.on_files(fail)
    sender.begin(1)
    sender.part(b"x")
    assert sender.answers == ["heard", "heard", "done"]


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ("pupils.csv", "pupils.csv"),
        ("a/b\\pupils.csv", "pupils.csv"),
        ("<script>.csv", "<script>.csv"),
        ("pu\x00pi\u202els.csv", "pupils.csv"),
        ("", "file"),
        ("..", "file"),
        ("é" * 300, "é" * 200),
    ],
)
def test_names_lose_folders_and_control_characters(sender, given, held):
    sender.begin(1, names=(given,))
    sender.part(b"x")
    assert sender.arrived[0][0].name == held


def test_a_files_content_stays_out_of_what_is_printed():
    assert "secret" not in repr(ChosenFile("a.csv", b"secret"))


def test_the_page_cannot_raise_its_own_limit(sender):
    sender.chooser.set_state(
        {"limit": 10**12, "total": 10**12, "most": 10**6, "message": "x"}
    )
    assert (sender.chooser.limit, sender.chooser.most, sender.chooser.message) == (
        20 * MEGABYTE,
        MOST_FILES,
        "",
    )
    assert sender.chooser.total == MOST_BYTES
