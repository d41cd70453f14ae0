"""Words at the terminal, the site, and the two plain forms of a reading."""

import json

import pytest

from pitcairn.reading.glossary import TERMS, find, near


def test_every_word_is_listed_and_can_be_asked_for(call):
    said = call("explain")
    assert said.code == 0
    for term in TERMS:
        assert term.id in said.out
        assert find(term.id) == find(term.name) == term


@pytest.mark.parametrize("asked", ["worth-it", "Worth-it line", "worth it"])
def test_a_word_is_found_however_it_is_written(call, asked):
    said = call("explain", *asked.split())
    assert said.code == 0
    assert said.out.startswith("Worth-it line\nThe smallest gain worth having")


def test_an_unknown_word_names_the_nearest(call):
    said = call("explain", "gaurdrail")
    assert said.code == 2
    assert "Did you mean “guardrail”?" in said.err
    assert near("xyzzy") == ()


def test_explain_speaks_json_too(call):
    said = call("explain", "range", "--json")
    assert json.loads(said.out)["term"]["id"] == "range"


def test_no_two_words_are_asked_for_in_the_same_way():
    names = [name.casefold() for term in TERMS for name in {term.id, *term.also}]
    assert len(names) == len(set(names))
    assert [term.id for term in TERMS] == sorted(term.id for term in TERMS if term.id)  # people look words up
