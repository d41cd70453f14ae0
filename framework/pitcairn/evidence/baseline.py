"""How customers were before the pilot: the level and the spread that sizing starts from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pitcairn.design.plan import MeasurePlan, Plan
from pitcairn.errors import DataError
from pitcairn.estimate.power import rate_spread
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.population import Files, Population, Taken, population
from pitcairn.evidence.sources import explained


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A measure as eligible customers had it before the start."""

    measure: str
    mean: float
    sd: float
    """Of one customer's value; for rates it follows from the mean."""
    answered: float
    """The share of eligible customers that has a value: `mean` and `share` measures will have as few. 1 for others."""
    basis: str
    """Where the numbers come from, in words."""


def baseline(engine: Engine, plan: Plan, files: Files, *, taken: Sequence[Taken]) -> dict[str, Baseline]:
    """By measure id, from `before` columns over the eligible customers, in one aggregate; else from `usual`.

    Measures of which neither is known are left out, and so are ratios, quantiles and changes: the spread of these does
    not follow from one number a customer. DataError where a column for a rate holds more than yes and no.
    """
    people = population(engine, plan, files, taken)
    found = {measure.id: known for measure in plan.measures for known in _usual(measure)}
    return found | {known.measure: known for known in _before(engine, people)}


def _usual(measure: MeasurePlan) -> Iterator[Baseline]:
    if measure.usual is not None and measure.is_rate and 0 <= measure.usual <= 1:
        yield Baseline(
            measure=measure.id,
            mean=measure.usual,
            sd=rate_spread(measure.usual),
            answered=1.0,
            basis="the usual level, as written in program.yaml",
        )


def _before(engine: Engine, people: Population) -> Iterator[Baseline]:
    columns = people.each_before("COUNT({}), AVG({}), STDDEV_SAMP({})")
    if not columns:
        return
    with explained(engine, *people.relations):
        sql = f"SELECT COUNT(*){columns} FROM ({people.sql}) AS people WHERE reason IS NULL"
        ((eligible, *moments),) = engine.rows(sql)
    for number, measure in enumerate(people.measures):
        values, mean, sd = moments[3 * number : 3 * number + 3]
        if values >= 2 and measure.kind not in ("ratio", "quantile") and not measure.change:
            yield _known(measure, eligible, values, float(mean), float(sd))


def _known(measure: MeasurePlan, eligible: int, values: int, mean: float, sd: float) -> Baseline:
    if measure.is_rate and not 0 <= mean <= 1:
        raise DataError(
            f"Column “{measure.before}” averages {mean:.4g}, but “{measure.id}” is a share of customers.",
            hint="`before` of such a measure must hold 1 for yes and 0 for no",
        )
    answered = values / eligible if measure.is_of_some else 1.0
    return Baseline(
        measure=measure.id,
        mean=mean,
        sd=rate_spread(mean) if measure.is_rate else sd,
        answered=answered,
        basis=f"column “{measure.before}” of {values:,} eligible customers",
    )
