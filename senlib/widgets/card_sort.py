"""Cards to sort under headings, with the mouse, a finger or the keyboard alone."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import traitlets
from anywidget import AnyWidget

from senlib.widgets._messages import Message, Move, Receipt
from senlib.widgets._script import script

HERE = Path(__file__).parent
# Mixed in with each key. Of the words tried, these leave no more than two neighbours under one heading in Task 2.
PILE = "the pile"


def mixed(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cards in an order that looks like chance and is the same each time: by their keys alone, whatever order they come in.

    >>> cards = [{"key": str(i)} for i in range(6)]
    >>> [card["key"] for card in mixed(cards)], mixed(cards) == mixed(cards[::-1])
    (['4', '0', '2', '1', '3', '5'], True)
    """
    return sorted(
        cards, key=lambda card: sha256((PILE + card["key"]).encode()).digest()
    )


def named(things: list[dict[str, Any]], *, name: str) -> bool:
    """Whether each thing has a text under `name`, and a key of its own that is text and not blank.

    >>> named([{"key": "a", "title": "Look"}], name="title"), named([{"key": "", "title": "Look"}], name="title")
    (True, False)
    """
    keys = [thing.get("key") for thing in things]
    if not all(isinstance(key, str) and key for key in keys):
        return False
    texts = [thing.get(name) for thing in things]
    is_text = all(isinstance(text, str) for text in texts)
    return is_text and len(set(keys)) == len(keys)


class CardSort(AnyWidget):
    """A pile of cards, each to be laid under one of a few headings.

    `groups`: dicts with `key` and `title`, the headings in their order. `cards`: dicts with `key`, `text` and `group`,
    the key of the heading under which the booklet has it; they are kept in a mixed order, the same on each opening.
    `placed`: the key of the heading for each card's key, latest last; a card that is absent or '' lies in the pile.
    It is copied, so it can be changed by the caller without harm.

    After each move `move` is {"card", "group", "n"}, with '' for the pile, n counting up so that equal moves are all
    seen; `placed` holds it already. Answer with `saved = {"card", "at": "14:02"}`, or with `{"card", "fault": sentence}`:
    then the card stays where it was put, and says "Not saved" and the sentence.

    >>> card = {"key": "visit", "text": "Visit a lesson.", "group": "look"}
    >>> sort = CardSort(groups=[{"key": "look", "title": "Looking"}], cards=[card], placed={"visit": "look"})
    >>> sort.placed, sort.move, sort.saved
    ({'visit': 'look'}, {}, {})
    """

    _esm = script("card_sort.js")
    _css = HERE / "card_sort.css"

    title = traitlets.Unicode("").tag(sync=True)
    groups = traitlets.List(traitlets.Dict()).tag(sync=True)
    cards = traitlets.List(traitlets.Dict()).tag(sync=True)
    placed = traitlets.Dict().tag(sync=True)
    saved = traitlets.Dict().tag(sync=True)
    # A move comes as a message of its own and not by this trait's synchronisation: while Python is busy the front end
    # keeps only the last value of a trait, and the move before it would be lost.
    move = traitlets.Dict()

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.on_msg(self._hear)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take no trait from the page: what is done there comes as messages."""
        super().set_state({})

    @traitlets.validate("groups")
    def _check_groups(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        if not named(proposal["value"], name="title"):
            raise traitlets.TraitError(
                "each group has a 'key' of its own and a 'title', both text"
            )
        return proposal["value"]

    @traitlets.validate("cards")
    def _check_cards(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        if not named(proposal["value"], name="text"):
            raise traitlets.TraitError(
                "each card has a 'key' of its own and a 'text', both text"
            )
        return mixed(proposal["value"])

    @traitlets.validate("placed")
    def _copy_placed(self, proposal: dict[str, Any]) -> dict[str, str]:
        # A card or heading that there is no more may still stand in an old record: the page leaves it out.
        if not all(
            isinstance(text, str) for pair in proposal["value"].items() for text in pair
        ):
            raise traitlets.TraitError(
                "placed holds a group's key, or '', for a card's key"
            )
        return dict(proposal["value"])

    @traitlets.validate("saved")
    def _stamp_saved(self, proposal: dict[str, Any]) -> dict[str, Any]:
        # Saving one card twice within a minute gives equal dicts, which would not be sent: the count tells them apart.
        return proposal["value"] and {**proposal["value"], "n": self.move.get("n", 0)}

    def _hear(
        self, _widget: AnyWidget, content: Message, _buffers: list[memoryview]
    ) -> None:
        if content.get("kind") != "move":
            return
        card: Any = content.get("card")
        group: Any = content.get("group")
        cards = [one["key"] for one in self.cards]
        groups = ["", *(one["key"] for one in self.groups)]
        accepted = card in cards and group in groups
        if accepted:
            # In place, and so without sending: the page that the move came from shows it already.
            self.placed.pop(card, None)
            if group:
                self.placed[card] = group
        # Answered before anyone acts on it, so that a record they set in answer is not taken for an older one.
        turn = content.get("turn")
        self.send(Receipt(kind="moved", turn=turn, accepted=accepted))
        if accepted:
            n = self.move.get("n", 0) + 1
            self.move = dict(Move(card=card, group=group, n=n))
