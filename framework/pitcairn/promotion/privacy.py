"""What must not be in a pack: a customer's row, id or address, a secret, a count of fewer than fifty."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from pitcairn.errors import Problem
from pitcairn.promotion.archive import Files
from pitcairn.promotion.contents import Contents
from pitcairn.promotion.inside import look
from pitcairn.reading.groups import SMALLEST_CELL

Mentioned = Callable[[Sequence[str]], frozenset[int]]
"""Which of these words, by position, name a customer."""

ENDINGS = frozenset({"gif", "html", "jpeg", "jpg", "md", "pdf", "png", "svg", "txt", "webp", "yaml"})
"""What an asset may be: something people read or send, nothing that holds tables."""
_MAGIC = {
    "png": (b"\x89PNG\r\n\x1a\n",),
    "gif": (b"GIF87a", b"GIF89a"),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "webp": (b"RIFF",),
    "pdf": (b"%PDF-",),
}
BEHIND = ", behind what people see"
LARGEST_TABLE = 20
"""Lines in a row with the same number of separators: more is a table of something, and it may be customers."""
_SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\b(?:ghp|sk|xox[bp])[-_][A-Za-z0-9_-]{16,}")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00)[1-9][\d ()/-]{7,17}\d(?![\w/-])")
_WORD = re.compile(r"[^\s\"'“”‘’<>()\[\]{},;:=|`]+")
SHORTEST_ID, SHORTEST_NUMBER = 4, 6
"""Shorter words and numbers are too often just words, amounts or years."""


def faults(
    contents: Contents, practice: Files, mentioned: Mentioned, vouched: Collection[str] = ()
) -> tuple[Problem, ...]:
    """Everything in the contents, the playbook and the assets that must not leave; by file and line, never what.

    `vouched` are assets that cannot be searched, and that a named person looked through.
    """
    found = list(_cells(contents))
    texts = {"pack.yaml and the plan": _words_of(contents)}
    for path, data in practice.items():
        name, text = _name(path), _text(data)
        if text is not None:
            texts[name] = text
        wrong = list(_asset(name, data, text))
        found += wrong
        if wrong:
            continue
        hidden = look(_ending(name), data)
        texts[f"{name}{BEHIND}"] = "\n".join(hidden.texts)
        if hidden.unseen is not None and name not in vouched:
            found.append(
                Problem(
                    message=f"Nobody can tell whether this names customers: {hidden.unseen}.",
                    hint="save it without what people do not see; or look through it, and say so in pack.yaml: "
                    "looked_through",
                    file=name,
                )
            )
    for name, text in texts.items():
        found += _in_text(name, text, mentioned)
    return tuple(found)


def unseen(practice: Files) -> tuple[str, ...]:
    """The files that cannot be searched."""
    return tuple(_name(path) for path, data in practice.items() if look(_ending(path), data).unseen is not None)


def _cells(contents: Contents) -> Iterator[Problem]:
    counts = [("claim", contents.claim.customers_control), ("claim", contents.claim.customers_treated)]
    counts += [(f"group {one.group}: {one.level}", one.customers) for one in contents.by_group if one.customers]
    for turn in contents.iterations:
        name = f"iteration {turn.number} of {turn.pilot}"
        counts += [(name, one) for one in (turn.customers_control, turn.customers_treated) if one is not None]
    for name, count in counts:
        if count < SMALLEST_CELL:
            yield Problem(message=f"A number of fewer than {SMALLEST_CELL} customers would leave: {name}.")


def _asset(name: str, data: bytes, text: str | None) -> Iterator[Problem]:
    ending = _ending(name)
    if ending not in ENDINGS:
        yield Problem(
            message="This kind of file may hold customers, and is not taken into a pack.",
            hint=f"an asset is one of: {', '.join(sorted(ENDINGS))}",
            file=name,
        )
    elif ending in _MAGIC and not data.startswith(_MAGIC[ending]):
        yield Problem(message=f"This is no {ending} file, whatever its name says.", file=name)
    elif ending not in _MAGIC and text is None:
        yield Problem(message="This is not text, whatever its name says.", file=name)
    elif text is not None and (line := _table(text)):
        yield Problem(
            message=f"More than {LARGEST_TABLE} lines in a row look like a table, which may be of customers.",
            hint="a pack tells how, not who",
            file=name,
            line=line,
        )


def _in_text(name: str, text: str, mentioned: Mentioned) -> Iterator[Problem]:
    for pattern, what in ((_SECRETS, "a secret"), (_ADDRESS, "an e-mail address"), (_PHONE, "a telephone number")):
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Problem(message=f"This looks like {what}.", hint="take it out", file=name, line=line)
    words = [(match[0].strip(".!?"), match.start()) for match in _WORD.finditer(text)]
    words = [(word, at) for word, at in words if len(word) >= (SHORTEST_NUMBER if word.isdigit() else SHORTEST_ID)]
    for position in sorted(mentioned([word for word, _ in words])):
        line = text.count("\n", 0, words[position][1]) + 1
        yield Problem(message="This line names a customer of the pilot.", hint="take it out", file=name, line=line)


def _name(path: str) -> str:
    return path.removeprefix("practice/").removeprefix("assets/")


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _table(text: str) -> int:
    """The line at which a long run of lines with equally many separators begins; 0 where there is none."""
    start, run, before = 0, 0, ("", 0)
    for number, line in enumerate(text.splitlines(), 1):
        marks = max(((mark, line.count(mark)) for mark in ",;\t|"), key=lambda one: one[1])
        start, run = (start, run + 1) if marks == before and marks[1] else (number, 1)
        before = marks
        if run > LARGEST_TABLE:
            return start
    return 0


def _words_of(contents: Contents) -> str:
    """Everything in the contents that a person wrote, a line each."""
    model, identity = contents.model, contents.identity
    customer, practice = model.targeting.customer, model.practice
    said = [identity.summary, identity.title, practice.message, practice.offer, practice.when, practice.how_often]
    said += [customer.audience, customer.behaviour, *customer.barriers, *customer.benefits, *customer.competing]
    said += [*customer.segments, *contents.out_of_scope, *contents.requirements.also, *contents.cost.pilot_only]
    said += [one.why for one in contents.conflicts] + [str(one.value) for one in model.parameters]
    said += [one.question for one in contents.iterations] + [contents.decided_why]
    return "\n".join(one for one in said if one is not None)


def _text(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
