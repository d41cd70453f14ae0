from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitcairn.spec.source import DEEPEST, LARGEST, MOST_PROBLEMS, read_source


def source(text: str | bytes):
    return read_source(text.encode() if isinstance(text, str) else text, "f.yaml")


def complaints(text: str | bytes) -> list[str]:
    return [f"{problem.line}:{problem.column} {problem.message}" for problem in source(text).problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("16:20", "16:20"),
        ("2026-03-02", "2026-03-02"),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-3", -3),
        ("+3", 3),
        ("0", 0),
        ("0o14", 12),
        ("0x1F", 31),
        ("0b1", "0b1"),
        ("1/3", "1/3"),
        ("12%", "12%"),
        ("", None),
        ("~", None),
        ("null", None),
        ("'true'", "true"),
        ('"007"', "007"),
        ("1.2.3", "1.2.3"),
        ("é", "é"),
    ],
)
def test_words_mean_what_they_look_like(written, value):
    found = source(f"key: {written}")
    assert not found.problems
    assert found.value == {"key": value}
    assert type(found.value["key"]) is type(value)


def test_keys_are_always_text():
    assert source('{1: a, true: b, 16:20: c, 2026-03-02: d, "": e}').value == {
        "1": "a",
        "true": "b",
        "16:20": "c",
        "2026-03-02": "d",
        "": "e",
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: 1\nb: 2\na: 3", "3:1 “a” is written twice"),
        ("x: {a: 1, a: 2}", "1:11 “a” is written twice"),
        ("a: &b 1", "1:4 anchors (“&b”) are not used in plan files"),
        ("a: &b [1]", "1:4 anchors (“&b”) are not used in plan files"),
        ("a: *b", "1:4 aliases (“*b”) are not used in plan files"),
        ("*a : 1", "1:1 a key must be a single word or text, not a list, a mapping or an alias"),
        (
            "a: !!python/object:os.system x",
            "1:4 tags (“tag:yaml.org,2002:python/object:os.system”) are not used in plan files",
        ),
        ("a: !!str 1", "1:4 tags (“tag:yaml.org,2002:str”) are not used in plan files"),
        ("a: ! 1", "1:4 tags (“!”) are not used in plan files"),
        ("!x a: 1", "1:1 tags (“!x”) are not used in plan files"),
        ("<<: {a: 1}", "1:1 merge keys (“<<”) are not used in plan files"),
        ("? [a]\n: 1", "1:3 a key must be a single word or text, not a list, a mapping or an alias"),
        ("{: 1}", "1:2 something is missing here"),
        ("?\n: 1", "1:2 a key is missing before the “:”"),
        ("~: 1", "1:1 “~” cannot be a key"),
        ("---\na: 1\n---\nb: 1", "3:1 a second document starts here"),
        ("a:\n\t- b", "2:1 there is a tab here"),
        ("a: - b", "1:4 a list item cannot start here"),
        ("a: b: c", "1:5 a “:” is not expected here"),
        ("a: [1,", "1:7 this is never closed"),
        ("a: 'x", "1:4 this is never closed"),
        ("a: [1 2}", "1:8 a “,” or a closing bracket is missing"),
        ("a: 1\n b: 2", "2:3 a “:” is not expected here"),
        ("a:\n  b: 1\n c: 2", "3:2 this line does not fit with the lines above it"),
        ("a: @x", "1:4 text cannot start with this character"),
        ('a: "\\q"', "1:6 this backslash means nothing"),
        ('a: "\\UFFFFFFFF"', "1:1 the file is not readable YAML"),
        ("%YAML 1." + "9" * 5000 + "\n---\na: 1", "1:1 the file is not readable YAML"),
        ("a: 1\nb\u202ec: 2", "2:2 there is a character here that cannot be seen (U+202E)"),
        ('a: "\\u202e"', "1:4 there is a character here that cannot be seen (U+202E)"),
        ('"a\\0": 1', "1:1 there is a character here that cannot be seen (U+0000)"),
        ('a: "\\ud800"', "1:4 there is a character here that cannot be seen (U+D800)"),
        ("a: 1\x07", "1:5 there is a character here that cannot be seen (U+0007)"),
        ("a: b\u2028c", "1:5 there is a character here that cannot be seen (U+2028)"),
        ("", "1:1 the file is empty"),
        ("# only a comment\n", "1:1 the file is empty"),
        ("a: .inf", "1:4 “.inf” is not a finite number"),
        ("a: -.INF", "1:4 “-.INF” is not a finite number"),
        ("a: .nan", "1:4 “.nan” is not a finite number"),
        ("a: 1e999", "1:4 “1e999” is too large a number"),
        ("a: 0123", "1:4 “0123” could be the number 123 or a code"),
        ("a: " + "9" * 19, "1:4 a whole number of 19 digits is too long"),
        ("a: 0x" + "f" * 19, "1:4 the number 0xffffffffffffffffff is too large"),
        (b"a: 1\nb: \xe9t\xe9", "2:4 byte 0xe9 is not UTF-8 text"),
        ("a: 1\n".encode("utf-16"), "1:1 byte 0xff is not UTF-8 text"),
    ],
)
def test_what_could_mean_two_things_is_refused_at_its_place(text, complaint):
    assert complaints(text) == [complaint]


def test_everything_that_can_be_refused_is_refused_at_once():
    text = "a: &x 1\nb: *x\nc: 007\nd: {a: 1, a: 2, <<: {}}\na: 2\n"
    assert [problem.line for problem in source(text).problems] == [1, 2, 3, 4, 4, 5]


def test_the_first_of_two_equal_keys_is_kept():
    assert source("a: 1\na: {b: [2]}\nc: 3").value == {"a": 1, "c": 3}


def test_a_byte_order_mark_and_windows_lines_change_nothing():
    plain, windows = source("a: 1\nb:\n  - x\n"), source(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - x\r\n")
    assert (windows.value, windows.values, windows.problems) == (plain.value, plain.values, ())


def test_nesting_too_deep_is_refused_without_deep_recursion():
    assert complaints("[" * 5000) == [f"1:{DEEPEST + 1} this is nested more than {DEEPEST} levels deep"]
    assert not source("[" * DEEPEST + "]" * DEEPEST).problems


def test_a_file_too_large_is_refused_unread():
    assert complaints(b"a" * (LARGEST + 1)) == ["1:1 the file has 1,000,001 bytes; a plan file has at most 1,000,000"]


def test_problems_have_an_end():
    assert len(source("{" + "a: 1," * 1000 + "}").problems) == MOST_PROBLEMS


def test_emoji_and_joiners_are_welcome():
    assert source("a: 👩‍🌾 سلام").value == {"a": "👩‍🌾 سلام"}


MARKED = """\
arms:
  none: {label: No, share: 1/2}
list:
  - {arm: mens}
  - two words
text: |
  one
  two
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("arms",), (1, 1, 4)),  # a block is shown by its key
        (("arms", "none"), (2, 9, 23)),
        (("arms", "none", "share"), (2, 28, 3)),
        (("list", 0), (4, 5, 11)),
        (("list", 0, "arm"), (4, 11, 4)),
        (("list", 1), (5, 5, 9)),
        (("list", 7, "x"), (3, 1, 4)),  # what is not there is shown by what is around it
        (("arms", "none", "role"), (2, 3, 4)),
        (("nowhere",), None),
    ],
)
def test_every_value_has_a_place(path, place):
    mark = source(MARKED).mark(path)
    assert (mark and (mark.line, mark.column, mark.width)) == place


def test_a_problem_shows_its_line_with_a_caret():
    assert str(source(MARKED).problem(("list", 0, "arm"), "no such arm", "did you mean “men”?")) == (
        "f.yaml:4:11: no such arm\n   4 |   - {arm: mens}\n     |           ^^^^\n       did you mean “men”?"
    )


@pytest.mark.parametrize(("before", "width", "after"), [(3, 10_000, 0), (300, 3, 0), (5000, 3, 5000), (90, 3, 40)])
def test_a_long_line_is_cut_around_the_fault_and_the_caret_stays_under_it(before, width, after):
    text = f"a: {{c: {'c' * before}, d: {'7' * width}, e: {'f' * after}}}"
    found = source(text).problem(("a", "d"), "long")
    _, shown, carets = str(found).splitlines()
    assert max(len(shown), len(carets)) <= len("   1 | ") + 120 + len("……")
    under = shown[carets.index("^") : carets.index("^") + carets.count("^")]
    assert set(under) == {"7"}
    assert shown.endswith("…") is (len(text) > found.column + 80)
    assert (found.line, found.column) == (1, text.index("d:") + 4)


def test_a_short_line_is_shown_whole():
    found = source(f"a: {'x' * 117}").problem(("a",), "long")
    assert (found.excerpt, found.caret, found.width) == (f"a: {'x' * 117}", None, 117)


@given(st.text() | st.text(alphabet="{}[]:,-?&*!|>'\"%@` \n\tab1~#<.\\u\ufeff"))
def test_no_text_makes_it_raise(text):
    found = source(text.encode("utf-8", "surrogatepass"))
    lines = max(1, len(found.lines))
    assert all(1 <= (problem.line or 0) <= lines and (problem.column or 0) >= 1 for problem in found.problems)
    assert found.problems or found.value is not None or found.readable


@given(st.binary())
def test_no_bytes_make_it_raise(data):
    source(data)
