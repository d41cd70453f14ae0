"""Every kind of pydantic error that the models can raise, told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from plan_files import PILOT, PROGRAM, changed

from pitcairn.spec.example import ITERATION
from pitcairn.spec.models import IterationSpec, PilotSpec, ProgramSpec
from pitcairn.spec.read import SENTENCES, problems, read
from pitcairn.spec.source import read_source

MODELS = {PROGRAM: ProgramSpec, PILOT: PilotSpec, ITERATION: IterationSpec}


def complaints(text: str, *changes: tuple[str, str]) -> list[tuple[int | None, str, str | None]]:
    source = read_source(changed(text, *changes).encode(), "f.yaml")
    assert not source.problems
    _, faults = read(source, MODELS[text])
    return [(problem.line, problem.message, problem.hint) for problem in problems(source, faults)]


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


@pytest.mark.parametrize(
    ("text", "old", "new", "message", "hint"),
    [
        (PILOT, "watch:", "wach:", "“wach” is not a known key here", "did you mean “watch”?"),
        (PILOT, "title:", "titel:", "“titel” is not a known key here", "did you mean “title”?"),
        (
            PILOT,
            "watch: [spend]",
            "stage: explore",
            "“stage” is not a known key here",
            "it is a key of iteration-N.yaml",
        ),
        (PILOT, "owner: Noor, Canal Street\n", "", "“owner” is missing", "add a line “owner: …”"),
        (
            PILOT,
            "challenge: nurture\n",
            "",
            "“challenge” is missing",
            "add a line “challenge:” with “engage”, “profile”, “nurture” or “qualify”",
        ),
        (
            PILOT,
            "challenge: nurture",
            "challenge: nurturing",
            "“nurturing” is not one of the words for “challenge”",
            "did you mean “nurture”?",
        ),
        (
            PILOT,
            "challenge: nurture",
            "challenge: sell",
            "“sell” is not one of the words for “challenge”",
            "use “engage”, “profile”, “nurture” or “qualify”",
        ),
        (
            PILOT,
            "challenge: nurture",
            "challenge: 3",
            "3 is not one of the words for “challenge”",
            "use “engage”, “profile”, “nurture” or “qualify”",
        ),
        (
            PILOT,
            "challenge: nurture",
            "challenge: [nurture]",
            "a list is not one of the words for “challenge”",
            "use “engage”, “profile”, “nurture” or “qualify”",
        ),
        (
            PILOT,
            "challenge: nurture",
            "challenge:",
            "“challenge” has no value",
            "write one after the “:”, or remove the line",
        ),
        (
            PILOT,
            "title: A card from the bookseller",
            "title: 5",
            "“title” must be text, but 5 is a number",
            'write it in quotes: "5"',
        ),
        (
            PILOT,
            "title: A card from the bookseller",
            "title: 1e3",
            "“title” must be text, but 1e3 is a number",
            'write it in quotes: "1e3"',
        ),
        (
            PILOT,
            "title: A card from the bookseller",
            "title: true",
            "“title” must be text, but true is a true-or-false word",
            'write it in quotes: "true"',
        ),
        (
            PILOT,
            "title: A card from the bookseller",
            "title: [a]",
            "“title” must be text, not a list",
            "put text that starts with [ or { in quotes",
        ),
        (
            PILOT,
            "title: A card from the bookseller",
            "title: ''",
            "“title” is empty",
            "write something between the quotes",
        ),
        (
            PILOT,
            "title: A card from the bookseller",
            "title: '  '",
            "there is only space here",
            "write a text, or remove the line",
        ),
        (
            PILOT,
            "title: A card from the bookseller",
            f"title: {'x' * 201}",
            "“title” has 201 characters; at most 200 fit",
            None,
        ),
        (
            PILOT,
            "deciding: came_back",
            "deciding: came  back",
            "“came back” cannot be “deciding”",
            "use small letters, digits and single hyphens or underscores, such as past-spend",
        ),
        (
            PILOT,
            "iterations: 2",
            "iterations: 2.5",
            "“iterations” must be a whole number, not 2.5",
            "write digits, such as 3",
        ),
        (
            PILOT,
            "iterations: 2",
            "iterations: two",
            "“iterations” must be a whole number, not “two”",
            "write digits, such as 3",
        ),
        (PILOT, "iterations: 2", "iterations: 0", "“iterations” must be at least 1, not 0", None),
        (PILOT, "iterations: 2", "iterations: 21", "“iterations” must be at most 20, not 21", None),
        (
            PILOT,
            "iterations: 2",
            "no_group_worse: yes",
            "“no_group_worse” must be true or false, not “yes”",
            "write true or false",
        ),
        (
            PILOT,
            "scope: {location: canal-street}",
            "scope: canal-street",
            "“scope” must be made of `key: value` lines, not “canal-street”",
            "indent below it: product_line, location …",
        ),
        (
            PILOT,
            "watch: [spend]",
            "watch: spend",
            "“watch” must be a list, not “spend”",
            "write [a, b], or one item a line starting with “- ”",
        ),
        (
            PILOT,
            "watch: [spend]",
            f"watch: [spend]\nsignals: {'{'}a: b{'}'}",
            "“signals” must be a list, not a mapping",
            "write [a, b], or one item a line starting with “- ”",
        ),
        (
            PILOT,
            "- {measure: unsubscribed, margin: 3 per 1000}",
            "- unsubscribed",
            "“guardrails” must be made of `key: value` lines, not “unsubscribed”",
            "indent below it: measure, margin …",
        ),
        (
            PILOT,
            "at_least: 3",
            "at_least: 3 months",
            "“at_least” must be a number, not “3 months”",
            "write digits, such as 250 or 0.5",
        ),
        (PILOT, "at_least: 3", "atleast: 3", "“atleast” is not a known key here", "did you mean “at_least”?"),
        (PILOT, "shop: CS01", "shop:", "“shop” has no value", "write one after the “:”, or remove the line"),
        (PILOT, "shop: CS01", "shop: [a, [b]]", "write a text, a number, or true or false", None),
        (PILOT, "shop: CS01", "shop: []", "“shop” needs at least 1, and has 0", None),
        (
            PILOT,
            "margin: 3 per 1000",
            "margin: 3 per 100s",
            "“3 per 100s” is not an amount",
            "write for example “20 per 1000”, “2%” or “0.50 each”",
        ),
        (
            PILOT,
            "also: {spend: 0.30 each}",
            "also: [spend]",
            "“also” must be made of `key: value` lines, not a list",
            "write `name: value` lines, indented below it",
        ),
        (
            PROGRAM,
            "currency: EUR",
            "currency: eur",
            "“eur” cannot be “currency”",
            "use the three capital letters of the currency, such as EUR",
        ),
        (
            PROGRAM,
            "    columns:",
            "    sha256: abc\n    columns:",
            "“abc” cannot be “sha256”",
            "use the 64 digits and letters a to f that `sha256sum FILE` prints",
        ),
        (
            PROGRAM,
            "  canal-street: Canal Street",
            "  Canal Street: Canal Street",
            "“Canal Street” cannot be an id here",
            "use small letters, digits and single hyphens or underscores, such as past-spend",
        ),
        (
            PROGRAM,
            "  canal-street: Canal Street",
            f"  {'a' * 41}: Canal Street",
            f"“{'a' * 41}” is too long: 41 characters",
            "use at most 40",
        ),
        (PROGRAM, "{may_write: false}", '{"": false}', "this key is empty", "write a name before the “:”"),
        (PROGRAM, "cap: 200", "cap: -1", "“cap” must be more than 0, not -1", None),
        (PROGRAM, "cap: 200", "cap: true", "“cap” must be a number, not true", "write digits, such as 250 or 0.5"),
        (PROGRAM, "cuts: [30, 60]", "cuts: []", "“cuts” needs at least 1, and has 0", None),
        (
            PROGRAM,
            "may_write: false}",
            "may_write: {at_lest: 1}}",
            "“at_lest” is not a known key here",
            "did you mean “at_least”?",
        ),
        (
            PROGRAM,
            "within: 28 days",
            "within: 28",
            "“28” is not a length of time",
            "write for example “14 days” or “2 weeks”",
        ),
        (PROGRAM, "where: {may_write: false}", "where: {}", "“where” needs at least 1, and has 0", None),
        (
            PROGRAM,
            "files: data/letters.csv",
            "files: [data/letters.csv, 3]",
            "“files” must be text, but 3 is a number",
            'write it in quotes: "3"',
        ),
        (
            PROGRAM,
            "files: data/letters.csv",
            "files: {a: b}",
            "“files” must be text, not a mapping",
            "put text that starts with [ or { in quotes",
        ),
        (PROGRAM, "at_most: 2", "at_most: -2", "“at_most” must be at least 1, not -2", None),
        (
            ITERATION,
            "share: 1/2, role",
            "share: 2, role",
            "“2” is not a share: it must be more than 0 and at most 1 (or 100%)",
            None,
        ),
        (
            ITERATION,
            "start: 2026-03-02",
            "start: 2026-02-30",
            "“2026-02-30” is not a day of the calendar",
            "write year-month-day",
        ),
        (
            ITERATION,
            "gain: 10 to 40",
            "gain: 40 to 10",
            "“40 to 10 per 1000” runs backwards",
            "write the smaller number first",
        ),
        (
            ITERATION,
            "groups: [age, reader]",
            "groups: [a, b, c, d, e, f, g, h, i]",
            "“groups” has 9; at most 8 fit",
            None,
        ),
        (
            ITERATION,
            "groups: [age, reader]",
            "assignment: drwn",
            "“drwn” is not one of the words for “assignment”",
            "did you mean “drawn”? — or write source, column … below it",
        ),
        (
            ITERATION,
            "groups: [age, reader]",
            "assignment: {source: members, colum: x}",
            "“colum” is not a known key here",
            "did you mean “column”?",
        ),
        (
            ITERATION,
            "groups: [age, reader]",
            "assignment: [a]",
            "a list is not one of the words for “assignment”",
            "use “drawn” — or write source, column … below it",
        ),
        (
            ITERATION,
            "groups: [age, reader]",
            "changed: [{what: x}]",
            "“why” is missing in “changed”",
            "add a line “why: …”",
        ),
    ],
)
def test_a_wrong_value_gets_one_sentence_at_its_line(text, old, new, message, hint):
    found = complaints(text, (old, new))
    assert [(words, way_out) for _, words, way_out in found] == [(message, hint)]


SOURCE = "kind: wide\n    files: data/members.parquet"


@pytest.mark.parametrize(
    ("new", "message", "hint"),
    [
        ("kind: wild\n    files: a.csv", "“wild” is not one of the words for “kind”", "did you mean “wide”?"),
        ("kind: 3\n    files: a.csv", "3 is not one of the words for “kind”", "use “wide” or “events”"),
        ("kind:\n    files: a.csv", "“kind” has no value", "use “wide” or “events”"),
        ("knd: wide\n    files: a.csv", "“knd” is not a known key here", "did you mean “kind”?"),
        ("files: a.csv", "“kind” is missing in “members”", "add a line “kind:” with “wide” or “events”"),
        ("kind: wide\n    fils: a.csv", "“fils” is not a known key here", "did you mean “files”?"),
        ("kind: wide\n    files: a.csv\n    time: b", "“time” is not a known key here", None),
        ("kind: wide", "“files” is missing in “members”", "add a line “files: …”"),
    ],
)
def test_a_source_of_one_of_two_kinds_gets_one_problem(new, message, hint):
    ((_, words, way_out),) = complaints(PROGRAM, (SOURCE, new))
    assert words == message
    assert hint is None or way_out == hint


def test_a_decimal_comma_inside_brackets_is_explained():
    wrong, comma = complaints(ITERATION, ("share: 1/2, role", "share: 2,5, role"))
    assert wrong[1] == "“2” is not a share: it must be more than 0 and at most 1 (or 100%)"
    assert comma[2] == "inside { } a comma starts a new key: put a value that has a comma in quotes"


def test_a_source_that_is_no_mapping_gets_one_problem():
    letters = PROGRAM[PROGRAM.index("  letters:") : PROGRAM.index("\nmeasures:")]
    ((_, words, _),) = complaints(PROGRAM, (letters, "  letters: data/letters.csv\n"))
    assert words == "“letters” must be made of `key: value` lines, not “data/letters.csv”"


def test_a_place_is_the_value_or_the_key_at_fault():
    source = read_source(changed(PILOT, ("margin: 3 per 1000", "margn: 3 per 1000")).encode(), "f.yaml")
    (problem,) = problems(source, read(source, PilotSpec)[1])
    line = line_of(PILOT, "margin: 3")
    assert (problem.line, problem.column, problem.width) == (line, PILOT.splitlines()[line - 1].index("margin") + 1, 5)


def test_a_misspelt_key_that_must_be_there_is_not_missing_as_well():
    assert [words for _, words, _ in complaints(PILOT, ("owner:", "onwer:"), ("title:", "tittle:"))] == [
        "“tittle” is not a known key here",
        "“onwer” is not a known key here",
    ]


def test_a_file_that_is_a_list_is_told_what_a_plan_file_is():
    source = read_source(b"- a\n- b\n", "f.yaml")
    assert [fault.message for fault in read(source, PilotSpec)[1]] == ["a plan file is made of `key: value` lines"]


def test_a_value_refused_by_the_text_is_not_refused_again():
    source = read_source(changed(PILOT, ("title: A card from the bookseller", "title: &a b")).encode(), "f.yaml")
    assert len(source.problems) == 1
    assert problems(source, read(source, PilotSpec)[1]) == ()


@pytest.mark.parametrize("text", [PROGRAM, PILOT, ITERATION])
def test_the_examples_are_valid(text):
    assert complaints(text) == []


_RAISED_BY_LENGTH = {
    "str": {"min_length": "string_too_short", "max_length": "string_too_long", "pattern": "string_pattern_mismatch"},
    "list": {"min_length": "too_short", "max_length": "too_long"},
    "dict": {"min_length": "too_short", "max_length": "too_long"},
    "int": {"ge": "greater_than_equal", "gt": "greater_than", "le": "less_than_equal", "lt": "less_than"},
    "float": {"ge": "greater_than_equal", "gt": "greater_than", "le": "less_than_equal", "lt": "less_than"},
}
_RAISED_BY_TYPE = {
    "str": {"string_type"},
    "list": {"list_type"},
    "dict": {"dict_type"},
    "int": {"int_type"},
    "float": {"float_type"},
    "bool": {"bool_type"},
    "literal": {"literal_error"},
    "model": {"model_type", "model_attributes_type"},
    "model-fields": {"missing", "extra_forbidden"},
    "function-before": {"value_error"},
    "function-after": {"value_error"},
    "tagged-union": {"union_tag_invalid", "union_tag_not_found"},
}
_RAISE_NOTHING = {"nullable", "default", "model-field", "definitions", "definition-ref"}
_BEHIND_A_PARSER = {"is-instance", "union", "date", "dataclass", "dataclass-args", "dataclass-field"}
"""Kinds that only ever see what one of our own parsers has made or let through."""


_SAYS_NOTHING = {"metadata", "serialization", "ref", "function", "config", "discriminator", "expected", "default"}


def raised_by(schema: Any) -> Iterator[str]:
    """The error types of a pydantic core schema, from what it is made of."""
    if isinstance(schema, list | tuple):
        for item in schema:
            yield from raised_by(item)
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    if isinstance(kind, str):
        assert kind in _RAISED_BY_TYPE or kind in _RAISE_NOTHING | _BEHIND_A_PARSER, f"new kind of schema: {kind}"
        yield from _RAISED_BY_TYPE.get(kind, ())
        yield from (error for key, error in _RAISED_BY_LENGTH.get(kind, {}).items() if schema.get(key) is not None)
        if kind == "function-before":
            return
    for key, part in schema.items():
        if key not in (
            "metadata",
            "serialization",
            "ref",
            "function",
            "config",
            "discriminator",
            "expected",
            "default",
        ):
            yield from raised_by(part)


def test_every_error_the_models_can_raise_has_a_sentence():
    possible = {error for model in MODELS.values() for error in raised_by(model.__pydantic_core_schema__)}
    assert possible <= set(SENTENCES)
    assert set(SENTENCES) - possible <= {"less_than"}


def test_the_examples_are_what_any_yaml_reader_sees():
    assert list(yaml.safe_load(PILOT)) == list(read_source(PILOT.encode(), "f.yaml").value)
