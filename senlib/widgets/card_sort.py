"""Cards to sort under headings, with the mouse, a finger or the keyboard alone."""

from hashlib import sha256
from typing import Any

import traitlets

from senlib.widgets._messages import Message
from senlib.widgets._page_widget import Proposal, Records, SavingWidget, are_own_keys

# Mixed in with each key. Of the words tried, these leave no more than two neighbours under one heading in Task 2.
PILE = "the pile"


def mixed(cards: Records) -> Records:
    """Cards in an order that looks like chance and is the same each time: by their keys alone, whatever order they come in.

    >>> cards = [{"key": str(i)} for i in range(6)]
    >>> [card["key"] for card in mixed(cards)], mixed(cards) == mixed(cards[::-1])
    (['4', '0', '2', '1', '3', '5'], True)
    """

    def mixed_key(card: dict[str, Any]) -> bytes:
        text = PILE + card["key"]
        return sha256(text.encode()).digest()

    return sorted(cards, key=mixed_key)


def named(things: Records, *, name: str) -> bool:
    """Whether each thing has a text under `name`, and a key of its own that is text and not blank.

    >>> named([{"key": "a", "title": "Look"}], name="title"), named([{"key": "", "title": "Look"}], name="title")
    (True, False)
    """
    are_texts = all(isinstance(thing.get(name), str) for thing in things)
    keys = [thing.get("key") for thing in things]
    return are_texts and are_own_keys(keys)


class CardSort(SavingWidget, files="card_sort"):
    """A pile of cards, each to be laid under one of a few headings.

    `groups`: dicts with `key` and `title`, the headings in their order. `cards`: dicts with `key`, `text` and `group`,
    the key of the heading under which the booklet has it; they are kept in a mixed order, the same on each opening.
    `placed`: the key of the heading for each card's key, latest last; a card that is absent or '' lies in the pile.
    It is copied, so it can be changed by the caller without harm.

    After each move `move` is {"card", "group", "n"}, with '' for the pile, n counting up so that equal moves are all
    seen; `placed` has it already. Answer with `saved = {"card", "at": "14:02"}`, or with `{"card", "fault": sentence}`:
    then the card stays where it was put, and says "Not saved" and the sentence.

    >>> card = {"key": "visit", "text": "Visit a lesson.", "group": "look"}
    >>> sort = CardSort(groups=[{"key": "look", "title": "Looking"}], cards=[card], placed={"visit": "look"})
    >>> sort.placed, sort.move, sort.saved
    ({'visit': 'look'}, {}, {})
    """

    title = traitlets.Unicode("")
    groups = traitlets.List(traitlets.Dict())
    cards = traitlets.List(traitlets.Dict())
    placed = traitlets.Dict()
    move = traitlets.Dict().tag(sync=False)

    @traitlets.validate("groups")
    def _check_groups(self, proposal: Proposal) -> Records:
        if not named(proposal["value"], name="title"):
            fault = "each group has a 'key' of its own and a 'title', both text"
            raise traitlets.TraitError(fault)
        return proposal["value"]

    @traitlets.validate("cards")
    def _check_cards(self, proposal: Proposal) -> Records:
        if not named(proposal["value"], name="text"):
            fault = "each card has a 'key' of its own and a 'text', both text"
            raise traitlets.TraitError(fault)
        return mixed(proposal["value"])

    @traitlets.validate("placed")
    def _copy_placed(self, proposal: Proposal) -> dict[str, str]:
        # A card or heading that there is no more may still stand in an old record: the page leaves it out.
        placed = dict(proposal["value"])
        texts = [*placed, *placed.values()]
        if not all(isinstance(text, str) for text in texts):
            fault = "placed holds a group's key, or '', for a card's key"
            raise traitlets.TraitError(fault)
        return placed

    def _hear(self, content: Message) -> None:
        if content.get("kind") != "move":
            return
        card: Any = content.get("card")
        group: Any = content.get("group")
        cards = [one["key"] for one in self.cards]
        groups = [one["key"] for one in self.groups]
        accepted = card in cards and group in ("", *groups)
        if accepted:
            # In place, and so without sending: the page that the move came from shows it already.
            self.placed.pop(card, None)
            if group:
                self.placed[card] = group
        self._acknowledge(content, accepted)
        if accepted:
            self._set_counting("move", card=card, group=group)
