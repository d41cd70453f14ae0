"""What an answer to a question of `new` may be: each gives it in its kept form, or a sentence that helps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pitcairn.spec import scalars

if TYPE_CHECKING:
    from pitcairn.commands.questions import Known

CHALLENGES = ("engage", "profile", "nurture", "qualify")


def text(_known: Known, answer: str) -> str:
    """Any text that is not empty."""
    if not answer.strip():
        raise ValueError("write something")
    return answer.strip()


def challenge(_known: Known, answer: str) -> str:
    """One of the four challenges."""
    return _one_of(answer, CHALLENGES, "challenge")


def place(known: Known, answer: str) -> str:
    """`product_line:ID` or `location:ID`, of a place the program knows."""
    kind, _, id = answer.strip().rpartition(":")
    places = {"product_line": known.program.product_lines, "location": known.program.locations}
    names = [id for one, ids in places.items() if kind in ("", one) for id in ids]
    _one_of(id, names, kind.replace("_", " ") or "place")
    found = [one for one, ids in places.items() if kind in ("", one) and id in ids]
    if len(found) > 1:
        raise ValueError(f"“{id}” is a product line and a location; write product_line:{id} or location:{id}")
    return f"{found[0]}:{id}"


def customers(known: Known, answer: str) -> str:
    """A source with a row a customer."""
    wide = [id for id, source in known.program.sources.items() if source.kind == "wide"]
    return _one_of(answer, wide, "wide source")


def measure(known: Known, answer: str) -> str:
    """One of the program's measures."""
    return _one_of(answer, known.program.measures, "measure")


def amount(known: Known, answer: str) -> str:
    """An amount above zero of the deciding measure, as it was written."""
    return _amount_of(known, known.one("deciding"), answer)


def _amount_of(known: Known, id: str, answer: str) -> str:
    value = scalars.amount(answer)
    if value.value <= 0:
        raise ValueError(f"“{answer.strip()}” must be more than zero")
    _fits(known, id, answer, value)
    return answer.strip()


def _fits(known: Known, id: str, answer: str, value: scalars.Amount | scalars.AmountRange) -> None:
    """As `check` would refuse it: told at its question, no other answer is lost."""
    from pitcairn.spec.fit import misfit

    if found := misfit(answer.strip(), value, id, known.program.measures[id]):
        raise ValueError("; ".join(found))


def guardrail(known: Known, answer: str) -> str:
    """`MEASURE=MARGIN`, or `none`."""
    if answer.strip() == "none":
        return "none"
    id, sign, margin = answer.partition("=")
    if not sign:
        raise ValueError(f"“{answer}” is not MEASURE=MARGIN, such as unsubscribed=2 per 1000")
    if measure(known, id) == known.one("deciding"):
        raise ValueError(f"“{id.strip()}” is the deciding measure; a guardrail is another one")
    return f"{id.strip()}={_amount_of(known, id.strip(), margin)}"


def expectation(known: Known, answer: str) -> str:
    """`ARM=RANGE` with the arm's place in the list, or `none`."""
    if answer.strip() == "none":
        return "none"
    arm, sign, written = answer.rpartition("=")
    arms = known.answers["arm"]
    if not sign and len(arms) > 1:
        raise ValueError(f"say which arm it is about: ARM={answer.strip()}, with ARM one of {', '.join(arms)}")
    chosen = _one_of(arm, arms, "arm") if sign else arms[0]
    _fits(known, known.one("deciding"), written, scalars.amount_range(written))
    return f"{chosen}={written.strip()}"


def groups(known: Known, answer: str) -> str:
    """Ids of groups with commas between them, or `none`."""
    if answer.strip() == "none":
        return "none"
    return ",".join(dict.fromkeys(_one_of(id, known.program.groups, "group") for id in answer.split(",")))


def day(_known: Known, answer: str) -> str:
    """A day, written year-month-day."""
    return scalars.day(answer).isoformat()


def duration(_known: Known, answer: str) -> str:
    """A length of time, as it was written."""
    scalars.duration(answer)
    return answer.strip()


def _one_of(answer: str, known: Iterable[str], noun: str) -> str:
    from pitcairn.spec.words import suggestion

    names, answer = tuple(known), answer.strip()
    if answer in names:
        return answer
    hint = suggestion(answer, names, f"{noun}s here")
    raise ValueError(f"there is no {noun} “{answer}” here" + (f"; {hint}" if hint else ""))
