"""Whether a stage may be followed by the next: green, amber, red, or inconclusive, which means hold.

Each gate is one question to the latest reading. A missing answer is inconclusive, never a pass; “no difference seen” is
not “no harm”.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pitcairn.promotion.adoption import Look
from pitcairn.promotion.layout import Span
from pitcairn.promotion.predict import Prediction
from pitcairn.reading.result import ArmVerdict, GuardrailRow, Result, Withheld

Colour = Literal["green", "amber", "red", "inconclusive"]
Z90 = 1.6448536269514722


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One question and its answer."""

    id: str
    name: str
    must: bool
    """The rollout does not go on unless it is met."""
    colour: Colour
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All gates of a stage, and what they say together."""

    colour: Colour
    gates: tuple[Gate, ...]
    sentence: str


def judge(result: Result | None, span: Span, *, practice: str, prediction: Prediction, look: Look | None) -> Judgement:
    """The gates of one stage on its latest reading; everything is inconclusive where there is none."""
    if result is None:
        return together((Gate(id="read", name="Read", must=True, colour="inconclusive", why="Not read yet."),))
    gates = [_health(result), _enough(result, span), _harm(result, practice), *_guardrails(result, practice, span)]
    if span.gate != "safety":
        gates += [_gain(result, practice), as_predicted(prediction, look)]
    return together(gates)


def together(gates: Sequence[Gate]) -> Judgement:
    """Red where a must is red; hold where a must is inconclusive; green where everything is; else amber."""
    colours = {gate.colour for gate in gates if gate.must}
    colour: Colour
    if "red" in colours:
        colour = "red"
    elif "inconclusive" in colours or not colours:
        colour = "inconclusive"
    else:
        colour = "green" if all(gate.colour == "green" for gate in gates) else "amber"
    return Judgement(colour=colour, gates=tuple(gates), sentence=_SENTENCES[colour])


_SENTENCES: dict[Colour, str] = {
    "green": "All gates are green: the next stage may open, once a named person agrees.",
    "amber": "Nothing stands against the next stage, and not everything speaks for it: say why it should open.",
    "red": "A gate that must be met is red: roll back.",
    "inconclusive": "It cannot be told yet: hold, and read again when there is more.",
}


def _health(result: Result) -> Gate:
    failed = [check.sentence for check in result.health if check.gating and check.state == "fail"]
    if failed:
        return _gate("health", "Can be read", "red", " ".join(failed))
    if result.withheld:
        return _gate("health", "Can be read", "inconclusive", result.health_headline)
    return _gate("health", "Can be read", "green", result.health_headline)


def _enough(result: Result, span: Span) -> Gate:
    counted = result.flow.counted
    if span.smallest is None or counted >= span.smallest:
        return _gate("enough", "Enough customers", "green", f"{counted:,} customers have been followed to the end.")
    return _gate(
        "enough", "Enough customers", "inconclusive", f"{counted:,} of {span.smallest:,} customers followed to the end."
    )


def _harm(result: Result, practice: str) -> Gate:
    verdict = _verdict(result, practice)
    if verdict is None or verdict.code in ("unsafe_to_read", "too_early"):
        return _gate("harm", "No harm", "inconclusive", verdict.headline if verdict else "There is no verdict.")
    return _gate("harm", "No harm", "red" if verdict.code == "harm" else "green", verdict.headline)


def _guardrails(result: Result, practice: str, span: Span) -> list[Gate]:
    rows = [row for row in result.guardrails if row.arm == practice]
    labels = {block.id: block.label for block in result.measures}
    return [_guardrail(row, labels.get(row.measure, row.measure), first=span.gate == "safety") for row in rows]


def _guardrail(row: GuardrailRow, label: str, *, first: bool) -> Gate:
    """A first stage is too small to show anything safe: it may say that nothing is broken, and amber says so."""
    colours: dict[str, Colour] = {"held": "green", "broken": "red"}
    if first:
        colours["not_shown_safe"] = "amber"
    colour = colours.get(row.state, "inconclusive")
    shown = (
        row.effect.why if isinstance(row.effect, Withheld) else f"{row.effect.estimate_text}, {row.effect.range_text}"
    )
    return _gate(f"guardrail-{row.measure}", label, colour, f"{row.word}; allowed are {row.margin_text}. {shown}")


def _gain(result: Result, practice: str) -> Gate:
    block = next((one for one in result.measures if one.role == "deciding"), None)
    effect = next((row.effect for row in block.rows if row.arm == practice), None) if block else None
    if isinstance(effect, Withheld):
        return _gate("gain", "A gain", "inconclusive", effect.why)
    if block is None or effect is None:
        return _gate("gain", "A gain", "inconclusive", "There is no estimate.")
    sign = 1 if block.better == "up" else -1
    low, high = sorted((sign * effect.low, sign * effect.high))
    said = f"{block.label}: {effect.estimate_text} {block.unit}, likely between {effect.range_text}."
    if low > 0:
        return _gate("gain", "A gain", "green", said)
    if high < 0:
        return _gate("gain", "A gain", "red", said)
    worth = block.worth_it is not None and sign * effect.estimate >= block.worth_it
    return _gate("gain", "A gain", "amber" if worth else "inconclusive", said)


def as_predicted(prediction: Prediction, look: Look | None) -> Gate:
    """Whether what came lies where 9 of 10 predicted estimates would lie; not a must, as a better model is no fault."""
    if look is None:
        return _gate("as-predicted", "As predicted", "inconclusive", "There is no estimate.", must=False)
    low, high = observed_range(prediction, look.standard_error)
    inside = low <= look.log_ratio <= high
    said = (
        f"{_percent(look.log_ratio)} came; between {_percent(low)} and {_percent(high)} was predicted, 9 times in 10."
    )
    return _gate("as-predicted", "As predicted", "green" if inside else "amber", said, must=False)


def observed_range(prediction: Prediction, error: float, confidence: float = 0.9) -> tuple[float, float]:
    """Where an estimate with this standard error was predicted to be: the true effect's range and chance on top.

    The predicted law is taken as normal on each side, with the reach that its own range has there.
    """
    own = next(one for one in prediction.ranges if one.confidence == confidence)
    reach = Z90 if confidence == 0.9 else {0.5: 0.6744897501960817, 0.8: 1.2815515655446004}[confidence]
    down = math.hypot(prediction.estimate - own.low, reach * error)
    up = math.hypot(own.high - prediction.estimate, reach * error)
    return prediction.estimate - down, prediction.estimate + up


def _verdict(result: Result, practice: str) -> ArmVerdict | None:
    return next((one for one in result.verdicts if one.arm == practice), None)


def _gate(id: str, name: str, colour: Colour, why: str, *, must: bool = True) -> Gate:
    return Gate(id=id, name=name, must=must, colour=colour, why=why)


def _percent(log_ratio: float) -> str:
    share = math.expm1(log_ratio) * 100
    return f"{'+' if share >= 0 else '−'}{abs(share):.1f} %"
