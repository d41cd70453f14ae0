"""What to say when a reduction fails: asked only then, so that a reading that works pays nothing for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pitcairn.design.plan import MeasurePlan
from pitcairn.errors import DataError
from pitcairn.evidence.engine import Engine, OutOfMemory, Overflow, Unconvertible
from pitcairn.evidence.levels import MOST_LEVELS, Split, too_many
from pitcairn.evidence.query import MOST_ROWS, Reduction
from pitcairn.evidence.sources import Relation, explained
from pitcairn.evidence.values import needed_by


def run(
    engine: Engine, reduction: Reduction, relation: Relation, measures: Sequence[MeasurePlan], splits: Sequence[Split]
) -> list[tuple[Any, ...]]:
    """The reduction's rows. DataError that names the row, the measure or the group at fault."""
    try:
        with _named(engine, relation, measures):
            rows = reduction.run(engine)
    except OutOfMemory:
        _refuse_many_levels(engine, relation, splits)
        raise
    if len(rows) > MOST_ROWS:
        _refuse_many_levels(engine, relation, splits)
        raise DataError(f"The groups together make more than {MOST_ROWS:,} cells.", hint="look at fewer groups at once")
    return rows


@contextmanager
def _named(engine: Engine, relation: Relation, measures: Sequence[MeasurePlan]) -> Iterator[None]:
    try:
        with explained(engine, relation):
            yield
    except (Overflow, Unconvertible) as error:
        raise _too_large(engine, relation, measures, error) from None


def _too_large(engine: Engine, relation: Relation, measures: Sequence[MeasurePlan], error: DataError) -> DataError:
    """Names the measure whose integers are the largest, and its largest value."""
    columns = [(measure, name) for measure in measures for name in (measure.column, measure.over_column) if name]
    numbers = [relation.number_if_any(name, needed_by=needed_by(measure)) for measure, name in columns]
    if not numbers:
        return error
    largest = ", ".join(f"MAX(ABS(CAST({number} AS DOUBLE)))" for number in numbers)
    ((*sizes,),) = engine.rows(f"SELECT {largest} FROM {relation.sql}")
    found = [
        (float(size or 0) * 10**measure.decimals, size, measure)
        for size, (measure, _) in zip(sizes, columns, strict=True)
    ]
    _, size, measure = max(found, key=lambda item: item[0])
    return DataError(
        f"The values of measure “{measure.id}” are too large to be added up exactly: the largest is {size:g}.",
        hint="give the measure a cap, or fewer decimals; or correct the file",
    )


def _refuse_many_levels(engine: Engine, relation: Relation, splits: Sequence[Split]) -> None:
    """DataError for the first group that is no way to split customers."""
    for split in splits:
        if split.names is None and split.group.source == relation.source.id:
            ((count, low, high),) = engine.rows(
                f"SELECT APPROX_COUNT_DISTINCT({split.sql}), MIN({split.sql}), MAX({split.sql}) FROM {relation.sql}"
            )
            if count > 2 * MOST_LEVELS:
                raise too_many(split.group, f"about {count:,}", [low, high])
