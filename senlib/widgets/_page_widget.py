"""What the workbook's widgets have in common: their files, what a page may set in them, and how its messages are answered."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

import traitlets
from anywidget import AnyWidget

from senlib.widgets._messages import Message, Receipt
from senlib.widgets._script import HERE, script

# What a trait is to become, under 'value', before it is checked.
Proposal = dict[str, Any]
# A row, card or column as a page takes it.
Record = dict[str, Any]
Records = list[Record]


class PageWidget(AnyWidget):
    """A widget whose script and stylesheet are named `files`. Its traits go to the page, unless they are tagged otherwise.

    What is done on the page comes as messages and not by a trait: while Python is busy the front end keeps only the last
    value of a trait, and the one before it would be lost. The traits named in `settable` hold what is merely chosen there.
    """

    settable: ClassVar[Collection[str]] = ()

    def __init_subclass__(cls, files: str = "", **options: Any) -> None:
        if files:
            cls._esm = script(f"{files}.js")
            cls._css = HERE / f"{files}.css"
        for trait in vars(cls).values():
            if isinstance(trait, traitlets.TraitType):
                trait.metadata.setdefault("sync", True)
        super().__init_subclass__(**options)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.on_msg(self._on_message)

    def set_state(self, sync_data: Record) -> None:
        """Take from the page what may be chosen there, and nothing else."""
        names = sync_data.keys() & set(self.settable)
        chosen = {name: sync_data[name] for name in names}
        super().set_state(chosen)

    def _on_message(self, _: AnyWidget, content: Message, buffers: Any) -> None:
        self._hear(content)

    def _hear(self, content: Message) -> None:
        """Act on a message of the page, which may hold anything."""

    def _acknowledge(self, content: Message, accepted: bool) -> None:
        """Answer a message before anyone acts on it, so that what they show in answer comes after."""
        turn = content.get("turn")
        receipt = Receipt(kind="heard", turn=turn, accepted=accepted)
        self.send(receipt)

    def _set_counting(self, trait: str, **values: object) -> None:
        """Set a trait to what was done on the page; `n` counts up, so that the same is seen when it is done again."""
        before = getattr(self, trait)
        values["n"] = before.get("n", 0) + 1
        self.set_trait(trait, values)


class SavingWidget(PageWidget):
    """A widget that says whether what was done is saved: {"at": "14:02"} or {"fault": a sentence}, and where it says so."""

    saved = traitlets.Dict()

    def __init__(self, **traits: Any) -> None:
        self._times_saved = 0
        super().__init__(**traits)

    @traitlets.validate("saved")
    def _stamp_saved(self, proposal: Proposal) -> Record:
        # Saved twice within a minute gives equal dicts, which would not be sent: the count tells them apart.
        self._times_saved += 1
        saved = proposal["value"]
        return saved and {**saved, "n": self._times_saved}


def are_own_keys(keys: Sequence[Any]) -> bool:
    """Whether each key is text, not blank, and unlike the others.

    >>> are_own_keys(["a", "b"]), are_own_keys(["a", "a"]), are_own_keys(["a", ""])
    (True, False, False)
    """
    are_texts = [isinstance(key, str) for key in keys]
    if not all(are_texts):
        return False
    different = set(keys) - {""}
    return len(different) == len(keys)


def with_value(things: Records, name: str, value: Any) -> Record | None:
    """The first of these things that has this value under a name, None where none has; the value may be anything.

    >>> with_value([{"key": "a"}, {"key": "b", "text": "Look"}], "key", "b")["text"]
    'Look'
    """
    for one in things:
        if one[name] == value:
            return one
    return None
