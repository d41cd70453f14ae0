"""Plan files changed in place: what is not named stays to the letter."""

from __future__ import annotations

import pytest

from pitcairn.errors import Refused
from pitcairn.spec.edit import after, has, replaced, without

TEXT = """\
# the second turn
stage: explore   # look as you like
arms:
  # today
  usual: {label: As today, share: 1/3, role: control}
  note:   # the note
    label: A note
    share: 1/3     # a third

  # the card
  card: {label: A card, share: 1/3}

# the line
worth_it: 20 per 1000
"""


def test_a_value_is_replaced_and_its_comment_stays() -> None:
    assert replaced(TEXT, ("stage",), "confirm") == TEXT.replace("explore", "confirm")


def test_values_inside_are_replaced_where_they_stand() -> None:
    once = replaced(TEXT, ("arms", "usual", "share"), "1/2")
    assert once == TEXT.replace("share: 1/3, role", "share: 1/2, role")
    assert replaced(TEXT, ("arms", "note", "share"), "1/2") == TEXT.replace("1/3     #", "1/2     #")


def test_a_key_is_taken_out_with_its_value_and_the_next_ones_comment_stays() -> None:
    gone = without(TEXT, ("arms", "note"))
    assert "A note" not in gone
    assert "# the card\n  card:" in gone
    last = without(TEXT, ("arms", "card"))
    assert "A card" not in last
    assert "# the line\nworth_it" in last


@pytest.mark.parametrize(
    ("key", "left"), [("a", "{b: 2, c: 3}"), ("b", "{a: 1, c: 3}"), ("c", "{a: 1, b: 2}"), ("d", "{a: 1, b: 2, c: 3}")]
)
def test_a_key_in_braces_is_taken_out(key: str, left: str) -> None:
    assert without("arms: {a: 1, b: 2, c: 3}\n", ("arms", key)) == f"arms: {left}\n"


def test_lines_are_put_behind_a_key_even_at_the_end_of_a_file_without_a_newline() -> None:
    assert after(TEXT.rstrip(), "worth_it", "changed: []\n") == TEXT.rstrip() + "\nchanged: []\n"
    assert after(TEXT, "stage", "x: 1\n").splitlines()[2] == "x: 1"


def test_a_list_takes_the_place_of_a_list() -> None:
    text = "changed:\n  - {what: a, why: b}\n# next\nend: 1\n"
    assert replaced(text, ("changed",), "\n  - {what: c, why: d}") == text.replace("a, why: b", "c, why: d")


def test_what_is_not_there_is_not_there() -> None:
    assert not has(TEXT, ("take",))
    assert not has(TEXT, ("stage", "of"))
    assert without(TEXT, ("take",)) == TEXT


def test_a_file_in_braces_is_refused() -> None:
    with pytest.raises(Refused, match="on one line"):
        replaced("{stage: explore}", ("stage",), "confirm")
