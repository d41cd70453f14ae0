"""`plan`: how many customers there are, what could be seen with them, and how many would settle the question."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pitcairn.design.eligibility import explained
from pitcairn.design.plan import ArmPlan, MeasurePlan, Plan
from pitcairn.design.resolve import resolve
from pitcairn.estimate.effect import NotAvailable
from pitcairn.estimate.power import (
    customers_needed,
    customers_needed_for_rate,
    power_each,
    visible_gain,
    visible_rate_gain,
)
from pitcairn.evidence.baseline import Baseline, baseline
from pitcairn.evidence.draw import Draw, count
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.files import files_of
from pitcairn.iteration.launch import draw_sources, taken_before
from pitcairn.iteration.outcomes import Outlook, Sight
from pitcairn.program import ProgramFolder
from pitcairn.reading.numbers import Display, written
from pitcairn.reading.result import LeftOut
from pitcairn.spec.load import load

Files = Mapping[str, tuple[Path, ...]]
NO_FILES: Files = {}
POWER = 0.9


def outlook(folder: ProgramFolder, pilot: str, number: int, *, data: Files = NO_FILES) -> Outlook:
    """What the planned iteration could show, from the customers as they are today. Changes nothing.

    SpecError where the plan is not valid, DataError where the customers cannot be counted.
    """
    loaded = load(folder, pilot, number)
    plan = resolve(loaded)
    files = files_of(folder, loaded.program, data, needed=draw_sources(plan))
    taken = taken_before(folder, plan)
    with Engine.open(folder.scratch) as engine:
        drawn = count(engine, plan, files, taken=taken)
        known = baseline(engine, plan, files, taken=taken)
    return _outlook(plan, drawn, known)


def _outlook(plan: Plan, drawn: Draw, known: Mapping[str, Baseline]) -> Outlook:
    total = sum(number for _, number in drawn.arms)
    sizes = dict(drawn.arms)
    # The smallest arm sees least, so what it can see is what the iteration can promise.
    arm = min(plan.treatments, key=lambda one: sizes.get(one.id, 0))
    needed = _settle(plan, arm, known.get(plan.deciding.id))
    return Outlook(
        plan=plan,
        in_scope=drawn.in_scope,
        left_out=tuple(LeftOut(reason=reason, count=number) for reason, number in drawn.left_out),
        drawn=total,
        arms=tuple((one.id, one.label, sizes.get(one.id, 0)) for one in plan.arms),
        sights=tuple(_sight(plan, measure, arm, sizes, known.get(measure.id)) for measure in plan.measures),
        settle_total=needed if isinstance(needed, int) else None,
        settle_sentence=_settle_sentence(plan, needed, total),
        sentences=() if plan.observed else (f"{explained(drawn.in_scope, drawn.left_out)}.",),
    )


def _sight(plan: Plan, measure: MeasurePlan, arm: ArmPlan, sizes: Mapping[str, int], known: Baseline | None) -> Sight:
    gain = _visible(plan, measure, arm, sizes, known)
    line = measure.worth_it if measure.role == "deciding" else measure.margin
    enough = None if isinstance(gain, NotAvailable) or line is None else gain <= line
    return Sight(
        measure=measure.id,
        label=measure.label,
        role=measure.role,
        visible_gain=None if isinstance(gain, NotAvailable) else gain,
        visible_text=_visible_text(plan, measure, gain),
        line_text=_line_text(plan, measure),
        enough=enough,
        basis=known.basis if known else "",
    )


def _visible(
    plan: Plan, measure: MeasurePlan, arm: ArmPlan, sizes: Mapping[str, int], known: Baseline | None
) -> float | NotAvailable:
    if known is None:
        keys = "`before` or `usual`" if measure.is_rate else "`before`"
        return NotAvailable(why=f"nothing is known of its usual level; declare {keys} in program.yaml")
    # Who does not answer cannot show a gain.
    control, treated = (sizes.get(one, 0) * known.answered for one in (plan.comparison.id, arm.id))
    power = power_each(POWER, len(plan.guardrails)) if measure.role in ("deciding", "guardrail") else POWER
    if measure.is_rate:
        return visible_rate_gain(
            rate=known.mean,
            count_control=control,
            count_treated=treated,
            # For a guardrail the change to see is the worsening.
            better_up=(measure.better == "up") != (measure.role == "guardrail"),
            confidence=plan.confidence,
            power=power,
        )
    return visible_gain(
        sd_control=known.sd, count_control=control, count_treated=treated, confidence=plan.confidence, power=power
    )


def _visible_text(plan: Plan, measure: MeasurePlan, gain: float | NotAvailable) -> str:
    if isinstance(gain, NotAvailable):
        return f"cannot be said: {gain.why}"
    # The visible gain is about three standard errors wide, so it is shown to a standard error's precision.
    display = Display.of(measure, plan.currency, gain / 3)
    if measure.role == "guardrail":
        return f"a worsening of {display.level(gain)} {display.unit} or more"
    word = "gain" if measure.better == "up" else "drop"
    return f"a {word} of {display.level(gain)} {display.unit} or more"


def _line_text(plan: Plan, measure: MeasurePlan) -> str | None:
    if measure.role == "deciding" and measure.worth_it is not None:
        return f"worth-it line {_unsigned(plan, measure, measure.worth_it)}"
    if measure.margin is not None:
        return f"margin {_unsigned(plan, measure, measure.margin)}"
    return None


def _unsigned(plan: Plan, measure: MeasurePlan, value: float) -> str:
    return written(measure, value, plan.currency).removeprefix("+")


def _settle(plan: Plan, arm: ArmPlan, known: Baseline | None) -> int | NotAvailable:
    """Customers drawn in all that would tell a gain equal to the worth-it line from none, 9 times in 10."""
    deciding = plan.deciding
    if known is None or deciding.worth_it is None:
        return NotAvailable(why="nothing is known of the deciding measure's usual level")
    power = power_each(POWER, len(plan.guardrails))
    shares = {"share_control": plan.comparison.share, "share_treated": arm.share}
    if deciding.is_rate:
        gain = deciding.worth_it if deciding.better == "up" else -deciding.worth_it
        return customers_needed_for_rate(rate=known.mean, gain=gain, confidence=plan.confidence, power=power, **shares)
    return customers_needed(
        sd_control=known.sd, gain=deciding.worth_it, confidence=plan.confidence, power=power, **shares
    )


def _settle_sentence(plan: Plan, needed: int | NotAvailable, total: int) -> str:
    if isinstance(needed, NotAvailable):
        return f"How many customers would settle the worth-it line cannot be said: {needed.why}."
    line = _unsigned(plan, plan.deciding, plan.deciding.worth_it or 0.0)
    settled = f"About {needed:,} customers drawn would tell a gain of {line} from none, 9 times in 10."
    if needed > total:
        return (
            f"{settled} This iteration draws {total:,}, too few: take more customers, follow a more frequent measure, "
            "or ask for a larger gain."
        )
    return f"{settled} A model that gains no more than the line still looks too small half of the time."
