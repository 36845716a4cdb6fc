"""Text on its way into a file: nothing that a file cannot hold, and nothing else lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from senlib.text import one_line, plain


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("Ada\x00 Zhou", "Ada Zhou"),
        (
            "one\x0btwo\x0cthree\r\nfour\rfive\u2028six",
            "one\ntwo\nthree\nfour\nfive\nsix",
        ),
        ("\ud83d half", " half"),
        ("\ufffe\uffff\x1b[31m\x7f\x9f", "[31m"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("a\tb", "a\tb"),
        ("سارة 😀 é", "سارة 😀 é"),
        (
            "{ MERGEFIELD name } =cmd|' /C calc'!A0 <w:t>&amp;",
            "{ MERGEFIELD name } =cmd|' /C calc'!A0 <w:t>&amp;",
        ),
    ],
)
def test_what_is_kept(typed, kept):
    assert plain(typed) == kept


@given(st.text(st.characters(codec=None)))
def test_whatever_was_typed_a_file_can_hold_it(text):
    element = etree.Element("t")
    element.text = plain(text)
    assert etree.fromstring(etree.tostring(element)).text == (plain(text) or None)
    assert (
        plain(plain(text)) == plain(text)
        and "\n" not in one_line(text)
        and len(one_line(text)) <= 255
    )
