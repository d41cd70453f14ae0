"""A reading as Markdown for a mail or a pull request, and as CSV for a spreadsheet; no word is made here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date

from pitcairn.canonical import SIGNIFICANT_DIGITS
from pitcairn.phrases import day
from pitcairn.reading import titles
from pitcairn.reading.result import MeasureBlock, Result, Shown, Withheld
from pitcairn.reading.together import Together, period

HEADER = (
    *("pilot", "iteration", "as_of", "measure", "role", "group", "level", "arm", "customers"),
    *("unit", "comparison", "this_arm", "difference", "low", "high", "verdict", "why_not"),
)
"""Numbers are in the line's `unit`, not rounded, with a point; `customers` are the arm's and the comparison's together.

A cell that is empty holds nothing that may be shown."""
HEADER_TOGETHER = (
    *("from", "to", "measure", "group", "level", "arm", "customers"),
    *("unit", "comparison", "this_arm", "difference", "low", "high", "why_not"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def markdown(result: Result) -> str:
    """The verdict, the effects, the guardrails and the next step; GitHub's tables."""
    parts = [
        f"## {_md(result.headline)}",
        f"{_md(result.title)}, iteration {result.number}, read as of {_iso_day(result.as_of)}. {_md(result.lede)}",
        *(f"> {_md(notice)}" for notice in result.notices),
        f"Can we trust it? {_md(result.health_headline)}.",
    ]
    if not result.withheld:
        labels = {arm.id: arm.label for arm in result.arms}
        words = {verdict.arm: verdict.word for verdict in result.verdicts}
        parts += [f"### {_md(titles.effect(result))}", _effects(result, labels, words)] if result.measures else []
        if result.guardrails:
            parts += [f"### {_md(titles.guardrails(result))}", _guardrails(result, labels)]
        if result.groups:
            parts += [f"### {_md(titles.groups(result))}"]
    parts += [f"**Next**: {_md(result.next_sentence)} `{result.next_command}`"]
    return "\n\n".join(parts) + "\n"


def table(result: Result) -> str:
    """One line a measure and arm, and one a group's level and arm; names in the first line."""
    return _csv(HEADER, () if result.withheld else _lines(result))


def together_markdown(found: Together) -> str:
    """What all pilots together changed: the headline, the effects; GitHub's tables."""
    labels = {arm.id: arm.label for arm in found.arms}
    parts = [
        f"## {_md(found.headline)}",
        f"All pilots together, {period(found)}. {_md(' '.join(found.sentences))}".strip(),
        *(f"> {_md(notice)}" for notice in filter(None, (found.simulated,))),
        f"Can we trust it? {_md(found.health_headline).rstrip('.')}.",
    ]
    rows = [
        (_named(block), labels[row.arm], *_texts(row.effect))
        for block in (() if found.withheld else found.measures)
        for row in block.rows
    ]
    header = ("Measure", "Arm", "Comparison", "This arm", "Difference", "Likely between")
    parts += [_table(header, rows)] if rows else []
    return "\n\n".join(parts) + "\n"


def together_table(found: Together) -> str:
    """One line a measure, and one a group's level; names in the first line."""
    return _csv(HEADER_TOGETHER, () if found.withheld else _together_lines(found))


def _together_lines(found: Together) -> Iterator[tuple[object, ...]]:
    labels = {arm.id: arm.label for arm in found.arms}
    counted = {arm.id: arm.counted for arm in found.arms}
    start = (found.first, found.last)
    for block in found.measures:
        for row in block.rows:
            about = (block.label, "", "", labels[row.arm], sum(counted.values()), block.unit)
            yield (*start, *about, *_numbers(row.effect, block.scale), _why(row.effect))
    for split in found.groups:
        for line in split.rows:
            first = found.measures[0]
            within = (first.label, split.label, line.level, labels[line.arm], line.customers, first.unit)
            yield (*start, *within, *_numbers(line.effect, first.scale), _why(line.effect))


def _csv(header: tuple[str, ...], lines: Iterable[tuple[object, ...]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in line] for line in lines)
    return stream.getvalue()


def _lines(result: Result) -> Iterator[tuple[object, ...]]:
    labels = {arm.id: arm.label for arm in result.arms}
    control = sum(arm.counted for arm in result.arms if arm.role != "treatment")
    counted = {arm.id: control + arm.counted for arm in result.arms}
    words = {verdict.arm: verdict.word for verdict in result.verdicts}
    start = (result.pilot, result.number, result.as_of)
    for block in result.measures:
        for row in block.rows:
            word = words.get(row.arm, "") if block.role == "deciding" else ""
            about = (block.label, block.role, "", "", labels[row.arm], counted[row.arm])
            yield (*start, *about, block.unit, *_numbers(row.effect, block.scale), word, _why(row.effect))
    for deciding in (block for block in result.measures if block.role == "deciding"):
        for split in result.groups:
            for line in split.rows:
                within = (deciding.label, deciding.role, split.label, line.level, labels[line.arm], line.customers)
                numbers = _numbers(line.effect, deciding.scale)
                yield (*start, *within, deciding.unit, *numbers, "", _why(line.effect))


def _effects(result: Result, labels: dict[str, str], words: dict[str, str]) -> str:
    rows = []
    for block in result.measures:
        for row in block.rows:
            word = words.get(row.arm, "") if block.role == "deciding" else ""
            rows.append((_named(block), labels[row.arm], *_texts(row.effect), word))
    return _table(("Measure", "Arm", "Comparison", "This arm", "Difference", "Likely between", "Verdict"), rows)


def _guardrails(result: Result, labels: dict[str, str]) -> str:
    names = {block.id: block.label for block in result.measures}
    rows = [
        (names.get(row.measure, row.measure), labels[row.arm], row.margin_text, *_texts(row.effect)[2:], row.word)
        for row in result.guardrails
    ]
    return _table(("Guardrail", "Arm", "Limit", "Change", "Likely between", "Result"), rows)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(_md(cell) for cell in line) + " |" for line in lines)


def _named(block: MeasureBlock) -> str:
    return f"{block.label} ({block.unit})"


def _texts(effect: Shown | Withheld) -> tuple[str, str, str, str]:
    if isinstance(effect, Withheld):
        return ("", "", effect.why, "")
    return effect.control_text, effect.treated_text, effect.estimate_text, effect.range_text


def _numbers(effect: Shown | Withheld, scale: float) -> tuple[object, ...]:
    if isinstance(effect, Withheld):
        return ("",) * 5
    raw = (effect.control, effect.treated, effect.estimate, effect.low, effect.high)
    return tuple(float(f"{value * scale:.{SIGNIFICANT_DIGITS}g}") + 0.0 for value in raw)


def _why(effect: Shown | Withheld) -> str:
    return effect.why if isinstance(effect, Withheld) else ""


def _cell(value: object) -> object:
    """Text that a spreadsheet would take for a formula is kept as text."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _md(text: str) -> str:
    """Text that stays text in Markdown, on one line."""
    for sign in "\\`*_[]<>|#~":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.replace("\\<", "&lt;").replace("\\>", "&gt;").split())


def _iso_day(text: str) -> str:
    return day(date.fromisoformat(text))
