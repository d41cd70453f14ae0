"""`plan`: how many customers there are, what could be seen with them, and how many would settle the question."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pitcairn.canonical import plain
from pitcairn.design.budget import guardrail_level
from pitcairn.design.eligibility import NOT_TAKEN, drawn_whole, explained
from pitcairn.design.plan import ArmPlan, MeasurePlan, Plan
from pitcairn.design.resolve import resolve
from pitcairn.errors import DataError
from pitcairn.estimate.effect import NotAvailable
from pitcairn.evidence.baseline import baseline
from pitcairn.evidence.draw import Draw, count
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.files import files_of
from pitcairn.evidence.past import Earlier, Past, pasts
from pitcairn.evidence.population import Taken, draw_sources
from pitcairn.iteration.helps import helps, line, told
from pitcairn.iteration.kept_out import refuse_changed
from pitcairn.iteration.known import Known, known_measures
from pitcairn.iteration.launch import taken_before
from pitcairn.iteration.outcomes import CurvePoint, Outlook, Sight
from pitcairn.iteration.promise import promise
from pitcairn.iteration.sight import Bar, Pair, chance, needed, visible
from pitcairn.ledger import attempts
from pitcairn.ledger.attempts import Attempt
from pitcairn.ledger.history import launch_of
from pitcairn.phrases import day
from pitcairn.program import ProgramFolder
from pitcairn.reading.looks import schedule
from pitcairn.reading.numbers import written
from pitcairn.reading.result import LeftOut
from pitcairn.spec.load import Loaded, load

Files = Mapping[str, tuple[Path, ...]]
NO_FILES: Files = {}
SIZES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""The points of the curve, as parts of what this iteration draws."""
ALONE = 1.02
"""A variance at most so many times that of customers drawn one by one is as good as the same."""


def outlook(folder: ProgramFolder, pilot: str, number: int, *, data: Files = NO_FILES) -> Outlook:
    """What the planned iteration could show, from the customers as they are today. Changes nothing.

    SpecError where the plan is not valid, Refused where the program's holdout was changed, DataError where the
    customers cannot be counted or the ledger is damaged.
    """
    loaded = load(folder, pilot, number)
    plan = resolve(loaded)
    refuse_changed(folder, plan)
    files = files_of(folder, loaded.program, data, needed=draw_sources(plan))
    taken = taken_before(folder, plan)
    with Engine.open(folder.scratch) as engine:
        drawn = count(engine, plan, files, taken=taken)
        before = baseline(engine, plan, files, taken=taken)
        past = _past(engine, folder, loaded, plan, files, data, taken)
    known = known_measures(folder, plan, before, past)
    control = loaded.program.error_control
    attempt = attempts.at_hand(folder.ledger_file, plan.pilot, plan.number, plain(plan), control)
    view = _View(plan, drawn, known, attempt)
    promised = promise(folder, plan, view.deciding, view.bar, view.pair) if attempt else None
    return view.outlook(promised=promised, locked=launch_of(folder.ledger_file, pilot, number) is not None)


def _past(
    engine: Engine,
    folder: ProgramFolder,
    loaded: Loaded,
    plan: Plan,
    files: Files,
    data: Files,
    taken: Sequence[Taken],
) -> dict[str, Past]:
    """What the files that are there tell of an earlier period; outcomes may come later."""
    earlier = {
        id: Earlier(column=past.column, over=past.over, before=past.before, adjust_for=tuple(past.adjust_for))
        for id, measure in loaded.program.measures.items()
        if (past := measure.past) is not None
    }
    there = dict(files)
    for source in plan.sources:
        if source.kind == "events" and source.id not in there:
            given = {source.id: data[source.id]} if source.id in data else {}
            with suppress(DataError):
                there |= files_of(folder, loaded.program, given, needed=(source.id,))
    with tempfile.TemporaryDirectory(dir=folder.scratch, prefix="plan-") as room:
        return pasts(engine, plan, there, earlier, taken=taken, into=Path(room))


@dataclass(frozen=True)
class _View:
    plan: Plan
    drawn: Draw
    known: Mapping[str, Known]
    attempt: Attempt | None

    @cached_property
    def bar(self) -> Bar:
        return self._bar(self.plan.deciding, self.attempt.level if self.attempt else None)

    def _bar(self, measure: MeasurePlan, spends: float | None) -> Bar:
        arms = (self.plan.comparison, *self.plan.treatments)
        return Bar.of(self.plan, measure, spends, [self.sizes.get(arm.id, 0) for arm in arms])

    @property
    def sizes(self) -> dict[str, int]:
        return dict(self.drawn.arms)

    @cached_property
    def arm(self) -> ArmPlan:
        """The smallest arm sees least, so what it can see is what the iteration can promise."""
        return min(self.plan.treatments, key=lambda one: self.sizes.get(one.id, 0))

    @cached_property
    def pair(self) -> Pair:
        control, treated = (self.sizes.get(one, 0) for one in (self.plan.comparison.id, self.arm.id))
        return Pair(control=control, treated=treated)

    @property
    def deciding(self) -> Known | None:
        return self.known.get(self.plan.deciding.id)

    @cached_property
    def needed(self) -> int | NotAvailable:
        return needed(self.plan, self.arm, self.deciding, self.bar)

    @cached_property
    def gain(self) -> float | NotAvailable:
        return visible(self.plan, self.plan.deciding, self.deciding, self.bar, self.pair)

    def outlook(self, *, promised: str | None, locked: bool) -> Outlook:
        plan, drawn = self.plan, self.drawn
        said = () if plan.observed else (f"{explained(drawn.in_scope, drawn.left_out)}.",)
        whole = drawn_whole(plan, drawn.units, drawn.units_in_scope)
        return Outlook(
            plan=plan,
            in_scope=drawn.in_scope,
            left_out=tuple(LeftOut(reason=reason, count=number) for reason, number in drawn.left_out),
            drawn=drawn.drawn,
            arms=tuple((one.id, one.label, self.sizes.get(one.id, 0)) for one in plan.arms),
            sights=tuple(self.sight(measure) for measure in plan.measures),
            settle_total=self.needed if isinstance(self.needed, int) else None,
            settle_sentence=self.settle(),
            can_show=self.can_show,
            answer=self.answer(),
            helps=self.helps(),
            attempt=self.attempt.number if self.attempt else None,
            level=self.bar.level,
            curve=tuple(self.curve()),
            looks=tuple(when.isoformat() for when, _ in schedule(plan)),
            sentences=(
                *said,
                *((whole,) if whole else ()),
                *self.alike(),
                self.looks(),
                *((promised,) if promised else ()),
            ),
            units=drawn.units,
            units_in_scope=drawn.units_in_scope,
            next_command="pitcairn status" if locked else f"pitcairn launch {plan.pilot} --dry-run",
        )

    def looks(self) -> str:
        """On which days it is judged, and what that costs."""
        looks = schedule(self.plan)
        first, last = looks[0][0], looks[-1][0]
        if first == last:
            return f"All of it is judged once, as of {day(last)}."
        days = f"on {len(looks)} days, the first {day(first)}, the last {day(last)}"
        if self.attempt is None:
            return f"It can be read {days}; an exploration promotes nothing, so looking costs nothing."
        return (
            f"It is judged {days}, and may pass on any of them. So many looks take {self.bar.inflation - 1:.1%} more "
            "customers than one at the end; that is in the numbers here."
        )

    def alike(self) -> Iterator[str]:
        """What customers are worth where whole households or the like are drawn."""
        if not self.plan.cluster or self.deciding is None or self.deciding.design is None:
            return
        named = f"By “{self.plan.deciding.label}” customers of one {self.plan.cluster} are"
        if self.deciding.design <= ALONE:
            yield f"{named} no more alike than others, so drawing them together costs nothing."
        else:
            worth = 100 / self.deciding.design
            said = f"{named} alike: 100 of them tell as much as {worth:.0f} drawn one by one."
            yield f"{said} That is in the numbers here."

    @property
    def can_show(self) -> bool | None:
        line = self.plan.deciding.worth_it
        return None if isinstance(self.gain, NotAvailable) or line is None else self.gain <= line

    def sight(self, measure: MeasurePlan) -> Sight:
        known = self.known.get(measure.id)
        bar = self._bar_of(measure)
        gain = visible(self.plan, measure, known, bar, self.pair)
        line = measure.worth_it if measure.role == "deciding" else measure.margin
        return Sight(
            measure=measure.id,
            label=measure.label,
            role=measure.role,
            visible_gain=None if isinstance(gain, NotAvailable) else gain,
            visible_text=_visible_text(self.plan, measure, gain),
            line_text=_line_text(self.plan, measure),
            enough=None if isinstance(gain, NotAvailable) or line is None else gain <= line,
            basis=known.basis if known else "",
        )

    def _bar_of(self, measure: MeasurePlan) -> Bar:
        if measure.role == "deciding":
            return self.bar
        if measure.role == "guardrail" and self.attempt:
            return self._bar(measure, guardrail_level(self.attempt.number))
        return self._bar(measure, None)

    def answer(self) -> str:
        if isinstance(self.gain, NotAvailable) or self.deciding is None:
            return "Whether this iteration can show what it asks cannot be said: " + _why(self.gain) + "."
        found = chance(self.plan, self.deciding, self.bar, self.pair, self.plan.deciding.worth_it or 0.0)
        often = "" if found is None else f" in {_often(found)}"
        if self.can_show:
            return f"This iteration can show what it asks: a gain of {line(self.plan)} would be told from none{often}."
        return (
            f"This iteration cannot show what it asks: a gain of {line(self.plan)} would be told from none only{often}."
            f" It takes a gain of {told(self.plan, self.plan.deciding, self.gain)} to be seen 9 times in 10."
        )

    def helps(self) -> tuple[str, ...]:
        if self.can_show is not False or isinstance(self.gain, NotAvailable):
            return ()
        return helps(
            self.plan,
            self.known,
            self.bar,
            Bar.alone(self.plan, self.arm, self.attempt.level if self.attempt else None, self.drawn.drawn // 2),
            total=self.drawn.drawn,
            eligible=self.drawn.drawn + dict(self.drawn.left_out).get(NOT_TAKEN, 0),
            needed=self.needed if isinstance(self.needed, int) else None,
            gain=self.gain,
        )

    def curve(self) -> list[CurvePoint]:
        points = []
        for part in SIZES:
            pair = Pair(control=round(self.pair.control * part), treated=round(self.pair.treated * part))
            gain = visible(self.plan, self.plan.deciding, self.deciding, self.bar, pair)
            if isinstance(gain, NotAvailable) or self.deciding is None:
                continue
            seen = chance(self.plan, self.deciding, self.bar, pair, self.plan.deciding.worth_it or 0.0)
            points.append(
                CurvePoint(
                    customers=round(self.drawn.drawn * part),
                    gain=gain,
                    gain_text=told(self.plan, self.plan.deciding, gain),
                    chance=seen,
                    chance_text="" if seen is None else _often(seen),
                )
            )
        return points

    def settle(self) -> str:
        if isinstance(self.needed, NotAvailable):
            return f"How many customers would settle the worth-it line cannot be said: {self.needed.why}."
        settled = f"About {self.needed:,} customers would tell a gain of {line(self.plan)} from none, 9 times in 10"
        if self.needed > self.drawn.drawn:
            return f"{settled}; this iteration draws {self.drawn.drawn:,}."
        return f"{settled}. A model that gains no more than the line still looks too small half of the time."


def _why(gain: float | NotAvailable) -> str:
    return gain.why if isinstance(gain, NotAvailable) else "nothing is known of the deciding measure's usual level"


def _often(found: float) -> str:
    """`43 of 100 such pilots`"""
    return f"{min(99, max(1, round(found * 100)))} of 100 such pilots"


def _visible_text(plan: Plan, measure: MeasurePlan, gain: float | NotAvailable) -> str:
    if isinstance(gain, NotAvailable):
        return f"cannot be said: {gain.why}"
    if measure.role == "guardrail":
        return f"whether it stays within a worsening of {told(plan, measure, gain)}"
    word = "gain" if measure.better == "up" else "drop"
    return f"a {word} of {told(plan, measure, gain)} or more"


def _line_text(plan: Plan, measure: MeasurePlan) -> str | None:
    if measure.role == "deciding" and measure.worth_it is not None:
        return f"worth-it line {line(plan)}"
    if measure.margin is not None:
        return f"margin {written(measure, measure.margin, plan.currency).removeprefix('+')}"
    return None
