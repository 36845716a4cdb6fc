"""An offer: its choices change as the page is used, and only a reader's choice is one."""

import pytest

from senlib.pages.kit.choices import ChoiceList

FIRST = [("Choose", ""), ("8B", "1"), ("9C", "2")]


@pytest.fixture
def heard():
    return []


@pytest.fixture
def offer(heard):
    offer = ChoiceList("Class", FIRST, "1")
    offer.on_choice(lambda: heard.append(offer.value))
    return offer


@pytest.mark.parametrize(
    "options, value, chosen",
    [
        (FIRST, None, "1"),  # the same again
        ([("Choose", ""), ("8B, English", "1")], None, "1"),  # a name has changed
        ([("Choose", ""), ("9C", "2")], None, ""),  # what was chosen is no longer there
        (FIRST, "2", "2"),
        (FIRST, "", ""),
        (FIRST, "nobody", ""),
        ([("Choose", "")], None, ""),
    ],
)
def test_what_is_chosen_stays_where_it_can_and_nothing_follows(
    offer, heard, options, value, chosen
):
    offer.offer(options, value)
    assert (offer.value, heard) == (chosen, []) and offer.words in [
        words for words, _ in options
    ]


def test_a_reader_s_choice_is_heard_before_and_after(offer, heard):
    offer.box.value = "2"
    offer.offer(FIRST[:2])
    offer.box.value = "1"
    assert heard == ["2", "1"]


def test_an_offer_that_fails_leaves_the_next_choice_heard(offer, heard):
    with pytest.raises(IndexError):
        offer.offer([])
    offer.offer(FIRST, "1")
    offer.box.value = "2"
    assert heard == ["2"]


def test_two_pupils_of_one_name_are_two_choices():
    offer = ChoiceList(
        "Pupil",
        [("Choose", ""), ("Khan, Amina (7B, K)", "1"), ("Khan, Amina (7B, K)", "2")],
        "2",
    )
    assert offer.value == "2" and offer.box.index == 2
    offer.offer(
        [
            ("Choose", ""),
            ("Khan, Amina (7B, K)", "1"),
            ("Khan, Amina (7B, K)", "2"),
            ("Zed", "3"),
        ]
    )
    assert offer.value == "2" and offer.box.index == 2
