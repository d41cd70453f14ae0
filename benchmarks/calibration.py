"""How often ranges miss and alarms ring for nothing: `python -m benchmarks.calibration [--keep]`.

Customers are made up whose true gain is known, and read with the very function a reading uses. The table in
docs/calibration.md is what `--keep` writes.
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

import numpy as np

from benchmarks.kept import DOCS, keep, shown
from benchmarks.ours import plan_of
from pitcairn.design.plan import ArmPlan, MeasurePlan, Plan
from pitcairn.estimate.effect import Effect, NotAvailable
from pitcairn.estimate.moments import Floats, Moments
from pitcairn.evidence.cube import Block, Cube, Dimension
from pitcairn.evidence.facts import Facts
from pitcairn.evidence.tails import tails, tails_check
from pitcairn.reading.effects import effect

PAGE = DOCS / "calibration.md"
RATE = 0.03
"""Customers in a thousand who buy: thirty."""
GAIN = 1.2
"""Where there is a gain, the arm buys this many times as often, or this many times as much."""
SIGMAS = (1.0, 1.5, 2.0)
SHARES = (0.5, 0.1, 0.9)
SIZES = (2_000, 20_000, 200_000)
REPETITIONS = 6_000
SEED = 20_240_607


@dataclass(frozen=True, slots=True)
class Setting:
    """One row: what is measured, how many customers there are, which part of them is in the arm."""

    sigma: float | None
    """Of the logarithm of a buyer's spend; None where only buying counts."""
    share: float
    customers: int

    @property
    def arms(self) -> tuple[int, int]:
        """Customers of the comparison and of the arm."""
        treated = round(self.customers * self.share)
        return self.customers - treated, treated

    @property
    def name(self) -> str:
        return "conversion 3 %" if self.sigma is None else f"spend, σ = {self.sigma:g}"


@dataclass(frozen=True, slots=True)
class Found:
    """How often, out of `repetitions`, each thing happened that should happen rarely."""

    repetitions: int
    """With a range; where there was none, nothing could be claimed."""
    above: int
    """No gain, and the range lies above zero."""
    below: int
    missed: int
    """A fifth more buyers, and the range does not hold that gain."""
    missed_amounts: int
    """Every buyer spends a fifth more, and the range does not hold that gain; as `missed` where only buying counts."""
    doubtful: int
    """The check “Enough customers for averages” says that the range is doubtful."""


def settings() -> tuple[Setting, ...]:
    """Every row of the table."""
    return tuple(Setting(*one) for one in product((None, *SIGMAS), SHARES, SIZES))


def calibrated(setting: Setting, repetitions: int, seed: int) -> Found:
    """Reads so many made-up pilots without gain, and as many with one, made in two ways."""
    made = np.random.default_rng([seed, *np.frombuffer(setting.name.encode(), np.uint8), *setting.arms])
    reader, plan = _reader(setting), plan_of_two(setting)
    above = below = missed = missed_amounts = doubtful = read = 0
    truth = RATE * (GAIN - 1) * _mean(setting)
    for _ in range(repetitions):
        control, same, more = (
            made_arm(made, setting, customers, gain)
            for customers, gain in zip((setting.arms[0], *2 * setting.arms[1:]), (1.0, 1.0, GAIN), strict=True)
        )
        # Somebody else's customers, so that the two kinds of gain do not share their luck.
        larger = (
            more if setting.sigma is None else made_arm(made, setting, setting.arms[1], 1.0).along(np.array([GAIN]))
        )
        found = [reader(control, arm) for arm in (same, more, larger)]
        doubtful += is_doubtful(plan, cube_of_two(plan, control, same))
        if any(isinstance(one, NotAvailable) for one in found):
            continue
        null, often, amount = (one for one in found if isinstance(one, Effect))
        read += 1
        above += null.low > 0
        below += null.high < 0
        missed += not often.low <= truth <= often.high
        missed_amounts += not amount.low <= truth <= amount.high
    return Found(read, above, below, missed, missed_amounts, doubtful)


def _mean(setting: Setting) -> float:
    return 1.0 if setting.sigma is None else math.exp(setting.sigma**2 / 2)


def made_arm(made: np.random.Generator, setting: Setting, customers: int, gain: float) -> Moments:
    """Moments of one arm's customers, from its buyers alone: everybody else is at zero."""
    buyers = int(made.binomial(customers, RATE * gain))
    amounts = np.ones(buyers) if setting.sigma is None else made.lognormal(0.0, setting.sigma, buyers)
    mean = float(amounts.sum()) / customers
    off = amounts - mean
    rest = customers - buyers
    spread, cubes = (float((off**power).sum()) + rest * (-mean) ** power for power in (2, 3))
    return Moments(customers, np.array([mean]), np.array([[spread]]), np.array([[[cubes]]]))


def _reader(setting: Setting) -> Callable[[Moments, Moments], Effect | NotAvailable]:
    measure = _measure(setting)
    if setting.sigma is not None:
        return lambda control, treated: effect(measure, control, treated, 0.95)

    # Few events take a range that is counted out, slowly; the same counts come up again and again.
    @cache
    def read(control: int, treated: int) -> Effect | NotAvailable:
        arms = (_counts(events, customers) for events, customers in zip((control, treated), setting.arms, strict=True))
        return effect(measure, *arms, 0.95)

    return lambda control, treated: read(*(round(float(arm.mean[0]) * arm.count) for arm in (control, treated)))


def _counts(events: int, customers: int) -> Moments:
    share = events / customers
    spread = customers * share * (1 - share)
    return Moments(customers, np.array([share]), np.array([[spread]]), np.array([[[spread * (1 - 2 * share)]]]))


def _measure(setting: Setting) -> MeasurePlan:
    return MeasurePlan(
        id="measure",
        label="Measure",
        unit="",
        kind="any" if setting.sigma is None else "sum",
        role="deciding",
        source="outcomes",
        column="value",
        where=(),
        over_column=None,
        over_where=(),
        answers=(),
        window_days=14,
        cap=None,
        better="up",
        money=setting.sigma is not None,
        decimals=2,
        before=None,
        usual=None,
        margin=None,
        worth_it=0.01,
    )


def is_doubtful(plan: Plan, cube: Cube) -> bool:
    """Whether the reading's own check says so: its sentence is what stands on the page."""
    facts = Facts(
        as_of=plan.end,
        files=(),
        rows=(),
        arms=(),
        missing=(),
        balance=(),
        duplicates_checked=True,
        outside=0,
        statements=0,
        tails=tails(plan, cube, {}),
    )
    item = tails_check(plan, facts)
    return item.state == "warn" and "doubtful" in item.sentence


@cache
def plan_of_two(setting: Setting) -> Plan:
    """The pilot whose deciding measure this is, as the checks see it."""
    plan = plan_of("wide")
    ids, share = (("usual", "control"), ("tried", "treatment")), setting.share
    arms = tuple(
        ArmPlan(id=id, label=id, role=role, share=part, first=0, last=0)  # type: ignore[arg-type]
        for (id, role), part in zip(ids, (1 - share, share), strict=True)
    )
    return replace(plan, arms=arms, measures=(_measure(setting),), groups=())


def cube_of_two(plan: Plan, control: Moments, treated: Moments) -> Cube:
    """Both arms' moments, as a reading has them."""
    pair = (control, treated)
    cubes = np.stack([_known(one.cubes) for one in pair])
    block = Block(
        np.array([float(one.count) for one in pair]),
        np.stack([one.mean for one in pair]),
        np.stack([one.spread for one in pair]),
        cubes,
    )
    arms = Dimension("arm", tuple(arm.id for arm in plan.arms))
    sizes = np.array([one.count for one in pair])
    return Cube((arms,), np.array([[0], [1]]), sizes, {plan.deciding.id: block})


def _known(cubes: Floats | None) -> Floats:
    assert cubes is not None
    return cubes


# --- the table -------------------------------------------------------------------------------------------------


def table(repetitions: int, processes: int) -> Iterator[str]:
    """The lines of the table in Markdown."""
    yield "| measure | in the arm | customers | above zero | below zero | more buyers | larger amounts | page says |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |"
    rows = settings()
    with ProcessPoolExecutor(processes) as pool:
        found = pool.map(calibrated, rows, [repetitions] * len(rows), [SEED] * len(rows))
        for setting, one in zip(rows, found, strict=True):
            yield _row(setting, one, repetitions)


def _row(setting: Setting, found: Found, repetitions: int) -> str:
    said = "doubtful" if found.doubtful > repetitions / 2 else ""
    cells = (
        setting.name,
        f"{setting.share:.0%}",
        f"{setting.customers:,}",
        *(_percent(count, found.repetitions) for count in (found.above, found.below, found.missed)),
        "" if setting.sigma is None else _percent(found.missed_amounts, found.repetitions),
        said,
    )
    return f"| {' | '.join(cells)} |"


def _percent(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %" if of else "no range"


def main() -> None:
    """Prints the table; with `--keep` also puts it into its page."""
    reader = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    reader.add_argument("--repetitions", type=int, default=REPETITIONS)
    reader.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    reader.add_argument("--keep", action="store_true", help="put the table into docs/calibration.md")
    given = reader.parse_args()
    lines = shown(table(given.repetitions, given.processes))
    if given.keep:
        keep("ranges", lines, PAGE)


if __name__ == "__main__":
    main()
