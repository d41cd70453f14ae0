"""Every kind of page there is, by name: verdicts, arms, languages, much and little, hostile words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pitcairn.reading.past import Ruling, Turn
from pitcairn.reading.result import Result
from pitcairn.report.context import Context
from pitcairn.report.render import iteration_page
from result_samples import CODES, LABELS, bare, relabelled, result, with_extras, with_looks

SIXTY = "A letter that begins with what the customer bought the last…!"
GERMAN = ("Heute übliche Rückgewinnungsmaßnahmenkommunikationsvorlage X", "Kundenzufriedenheitsbefragung mit Gutschein")
JAPANESE = ("お客様にはお知らせを送りません", "前回のご購入に基づくおすすめ商品のお知らせメール（週に一回）")
HOSTILE = (
    "Nothing </title><script>alert(1)</script>",
    "\u202eright to left\u202c \"'<img src=x onerror=alert(1)> " + "ab" * 5000,
)


def many_measures(base: Result, number: int = 30) -> Result:
    extra = [replace(base.measures[-1], id=f"more-{at}", label=f"Measure number {at}") for at in range(number)]
    return replace(base, measures=(*base.measures, *extra))


def story(found: Result) -> Context:
    """Three iterations, the last of them this one, with decisions."""
    ruled = Ruling(
        arm="note", label=LABELS[1], decision="rework", by="Bo Lind", on=date(2026, 2, 1), why="Too many opted out."
    )
    turns = [
        Turn(
            pilot="second-order",
            title=found.title,
            number=number,
            stage="confirm" if number == 3 else "explore",
            attempt=1 if number == 3 else None,
            question="Do they come back within four weeks?",
            launched=date(2026, number, 1),
            here=number == 3,
            result=found if number == 3 else replace(result(code, 2), number=number),
            missing="",
            rulings=(ruled,) if number < 3 else (),
        )
        for number, code in ((1, "cannot_tell"), (2, "adapt"), (3, "promote"))
    ]
    return Context(turns=tuple(turns))


def pages() -> dict[str, str]:
    """Name -> the page."""
    found = {code: iteration_page(result(code, 2), story(result(code, 2))) for code in CODES}
    plain = {
        "bare": bare(),
        "one arm": result("promote", 1),
        "three arms": result("promote", 3),
        "five arms": result("adapt", 5),
        "no guardrails": replace(result("promote", 2), guardrails=()),
        "first iteration": replace(result("promote", 2), number=1, changed=()),
        "long labels": relabelled(result("adapt", 2), ("Nothing at all, not even a card", SIXTY, SIXTY[::-1])),
        "German": relabelled(result("adapt", 1), GERMAN),
        "Japanese": relabelled(result("adapt", 1), JAPANESE),
        "thirty measures": many_measures(result("promote", 2)),
        "by day": with_looks(result("promote", 2)),
        "extras": with_extras(result("promote", 2)),
        "hostile": relabelled(result("promote", 1), HOSTILE),
    }
    return found | {name: iteration_page(sample) for name, sample in plain.items()}
