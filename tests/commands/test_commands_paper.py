from __future__ import annotations

import io
import os
import pty

import pytest

from pitcairn.commands.paper import Paper


def paper_on(encoding: str, *, plain: bool = False) -> tuple[Paper, io.TextIOWrapper]:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", write_through=True)
    return Paper.on(stream, plain=plain), stream


def printed(stream: io.TextIOWrapper) -> str:
    return stream.buffer.getvalue().decode(stream.encoding)  # type: ignore[attr-defined]


def test_marks_are_signs_where_the_encoding_has_them():
    paper, stream = paper_on("utf-8")
    paper.mark("good", "alike", "0.01")
    paper.mark("watch", "spend", "hard to see")
    paper.mark("bad", "sizes", "off by 3 %")
    assert printed(stream) == "✓ alike  0.01\n! spend  hard to see\n× sizes  off by 3 %\n"


@pytest.mark.parametrize(("encoding", "plain"), [("ascii", False), ("cp1252", False), ("utf-8", True)])
def test_marks_are_words_where_it_has_not_or_plain_is_asked_for(encoding, plain):
    paper, stream = paper_on(encoding, plain=plain)
    paper.mark("good", "alike", "−1 to +2")
    paper.mark("watch", "spend")
    paper.mark("bad", "“sizes” …")
    assert printed(stream) == 'ok   alike  -1 to +2\nwarn spend\nFAIL "sizes" ...\n'


def test_letters_an_encoding_lacks_never_stop_the_output():
    paper, stream = paper_on("ascii")
    paper.say("Café ☕")
    assert printed(stream) == "Caf? ?\n"


def test_no_text_can_send_control_characters_to_the_terminal():
    paper, stream = paper_on("utf-8")
    hostile = "ok\x1b[2J\x1b]0;title\x07\x9b31m\r\u202edrow\x00"
    paper.say(hostile)
    paper.wrap(hostile)
    paper.mark("good", hostile, hostile)
    paper.table((hostile,), [(hostile,)])
    shown = printed(stream)
    assert not set(shown) & set("\x1b\x07\x9b\r\u202e\x00")
    assert shown.count("ok") == 6


def test_markup_of_the_table_library_is_text():
    paper, stream = paper_on("utf-8")
    paper.table(("name",), [("[bold]Coffee[/bold] :smile:",)])
    assert "[bold]Coffee[/bold] :smile:" in printed(stream)


def test_nothing_is_wider_than_eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    paper, stream = paper_on("utf-8")
    paper.wrap("customers " * 40)
    paper.mark("bad", "A long name of a check", "customers " * 40, column=30)
    paper.table(("measure", "difference", "likely between"), [("visits " * 20, "+77", "+65 to +88")], numbers=(1, 2))
    assert max(map(len, printed(stream).splitlines())) <= 80
    assert "+65 to +88" in printed(stream)


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, *, plain: bool = False, **environment: str) -> str:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        paper = Paper.on(stream, plain=plain)
        paper.mark("good", "alike")
        paper.table(("a",), [("b",)])
        shown = os.read(ours, 10_000).decode()
    os.close(ours)
    return shown


def test_a_terminal_gets_colour(monkeypatch):
    assert "\x1b[32m" in on_a_terminal(monkeypatch, TERM="xterm")


@pytest.mark.parametrize("quiet", [{"NO_COLOR": "1"}, {"NO_COLOR": ""}, {"TERM": "dumb"}, {"plain": True}])
def test_a_terminal_that_asks_for_none_gets_none(monkeypatch, quiet):
    shown = on_a_terminal(monkeypatch, **{"TERM": "xterm", **quiet})
    assert "\x1b" not in shown
    assert "alike" in shown
