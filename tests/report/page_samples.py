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
ONE_ARM = ("promote", "unsafe_to_read")
"""Verdicts shown with one arm: only a confirmation is promoted, and it has no more."""


def many_measures(base: Result, number: int = 30) -> Result:
    extra = [replace(base.measures[-1], id=f"more-{at}", label=f"Measure number {at}") for at in range(number)]
    return replace(base, measures=(*base.measures, *extra))


def without_guardrails(base: Result) -> Result:
    """The same reading of a pilot that has none: nothing counts them, and no promotion test asks for them."""
    cards = [
        replace(one, bullets=tuple(bullet for bullet in one.bullets if "guardrail" not in bullet.text))
        for one in base.verdicts
    ]
    told = [replace(bullet, text=bullet.text.replace("4 of 4", "3 of 3")) for bullet in cards[0].bullets]
    return replace(
        base,
        guardrails=(),
        verdicts=(replace(cards[0], bullets=tuple(told)), *cards[1:]),
        measures=tuple(block for block in base.measures if block.role != "guardrail"),
        promotion=tuple(row for row in base.promotion if "guardrail" not in row.test),
        stayed=None,
    )


def story(found: Result) -> Context:
    """Three iterations, the last of them this one, with decisions."""
    ruled = Ruling(
        arm="note", label=LABELS[1], decision="rework", by="Bo Lind", on=date(2026, 2, 1), why="Too many opted out."
    )
    confirmed = replace(ruled, decision="confirm", why="Opt-outs are few; more customers will tell.")
    turns = [
        Turn(
            pilot="second-order",
            title=found.title,
            number=number,
            stage=found.stage if number == 3 else "explore",
            attempt=1 if number == 3 and found.attempt else None,
            question="Do they come back within four weeks?",
            launched=date(2026, number, 1),
            here=number == 3,
            result=found if number == 3 else replace(result(code, 2), number=number),
            missing="",
            rulings=() if number == 3 else (confirmed,) if number == 2 and found.attempt else (ruled,),
        )
        for number, code in ((1, "cannot_tell"), (2, "adapt"), (3, "promote"))
    ]
    return Context(turns=tuple(turns))


def pages() -> dict[str, str]:
    """Name -> the page."""
    verdicts = {code: result(code, 1 if code in ONE_ARM else 2) for code in CODES}
    found = {code: iteration_page(found, story(found)) for code, found in verdicts.items()}
    plain = {
        "bare": bare(),
        "one arm": result("promote", 1),
        "three arms": result("adapt", 3),
        "five arms": result("adapt", 5),
        "no guardrails": without_guardrails(result("promote", 1)),
        "first iteration": replace(result("cannot_tell", 2), number=1, changed=(), stayed=None),
        "long labels": relabelled(result("adapt", 2), ("Nothing at all, not even a card", SIXTY, SIXTY[::-1])),
        "German": relabelled(result("adapt", 1), GERMAN),
        "Japanese": relabelled(result("adapt", 1), JAPANESE),
        "thirty measures": many_measures(result("adapt", 2)),
        "by day": with_looks(result("promote", 1)),
        "extras": with_extras(result("promote", 1)),
        "hostile": relabelled(result("promote", 1), HOSTILE),
    }
    return found | {name: iteration_page(sample) for name, sample in plain.items()}
