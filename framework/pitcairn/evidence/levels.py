"""Groups as SQL: which level each customer is in, and the levels' names and order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite

from pitcairn.design.plan import GroupPlan
from pitcairn.errors import DataError
from pitcairn.evidence.sources import ENDLESS, Relation, condition_sql, shown
from pitcairn.evidence.sql import literal

NOT_KNOWN = "not known"
OTHER = "other"
LONGEST = 200
"""Characters of a level's name, as of any name in the plan files."""
MOST_LEVELS = 50

Raw = str | int | None
"""What a query gives for a level: text of a free column, the level's number otherwise, NULL where not known."""


@dataclass(frozen=True, slots=True)
class Split:
    """One group over one relation; `sql` gives the raw level of a row."""

    group: GroupPlan
    sql: str
    names: tuple[str, ...] | None
    """Names by number, where the plan says them; None where the column's text is the level."""

    def level(self, raw: Raw) -> str:
        """The name people see. Spaces around text make no other level."""
        if self.names is not None:
            return NOT_KNOWN if raw is None else self.names[int(raw)]
        text = "" if raw is None else str(raw).strip()
        return dict(self.group.names).get(text, text) or NOT_KNOWN

    def ordered(self, found: Iterable[str]) -> tuple[str, ...]:
        """Levels that occur, in the plan's order, then by name or number, the unknown last.

        DataError for more than 50, and for a level with a name nobody would read: that is no way to split customers.
        """
        present = set(found)
        first = list(dict.fromkeys(self.names or [name for _, name in self.group.names]))
        known = [name for name in first if name in present]
        rest = sorted(present - set(known) - {NOT_KNOWN}, key=_by_number)
        if len(known) + len(rest) > MOST_LEVELS:
            raise too_many(self.group, f"{len(known) + len(rest):,}", rest or known)
        if long := next((name for name in rest if len(name) > LONGEST), None):
            raise DataError(
                f"Group “{self.group.id}” has a level of {len(long):,} characters, “{shown(long)}”.",
                hint=f"at most {LONGEST} can be shown; name the levels with  levels: {{...}}",
            )
        return (*known, *rest, *((NOT_KNOWN,) if NOT_KNOWN in present else ()))


def split(relation: Relation, group: GroupPlan) -> Split:
    """The group over its source. DataError for missing columns."""
    needed_by = f"group “{group.id}”"
    if group.levels:
        tests = [condition_sql(relation, level.conditions, needed_by=needed_by) for level in group.levels]
        whens = " ".join(f"WHEN {test} THEN {number}" for number, test in enumerate(tests))
        return Split(group, f"CASE {whens} ELSE {len(tests)} END", (*(level.name for level in group.levels), OTHER))
    if group.column is None:
        raise DataError(f"Group “{group.id}” has neither a column nor levels.")
    if group.cuts:
        number = relation.number(group.column, needed_by=needed_by)
        return Split(group, _between(number, group.cuts), _ranges(group.cuts))
    column, kind = (f(group.column, needed_by=needed_by) for f in (relation.column, relation.kind))
    # Text goes to the engine as it is stored: it groups dictionary-encoded text faster than anything made of it.
    return Split(group, column if kind == "VARCHAR" else f"CAST({column} AS VARCHAR)", None)


def too_many(group: GroupPlan, count: str, examples: Sequence[str]) -> DataError:
    """The message for a column that is no way to split customers."""
    listed = ", ".join(f"“{shown(name)}”" for name in examples[:3])
    return DataError(
        f"Group “{group.id}” has {count} levels, such as {listed}; at most {MOST_LEVELS} can be looked at.",
        hint="put numbers into classes with  cuts: [...] , or name a few levels with  levels: {...}",
    )


def _between(number: str, cuts: Sequence[float]) -> str:
    """Which piece between the cuts; a number that is not finite stops the statement."""
    whens = " ".join(f"WHEN {number} < {literal(cut)} THEN {place}" for place, cut in enumerate(cuts))
    endless = f"WHEN {ENDLESS.format(number)} THEN CAST({number} AS BIGINT)"
    return f"CASE WHEN {number} IS NULL THEN NULL {endless} {whens} ELSE {len(cuts)} END"


def _ranges(cuts: Sequence[float]) -> tuple[str, ...]:
    """
    >>> _ranges((1.0, 2.5))
    ('below 1', '1 to below 2.5', '2.5 and more')
    """
    ends = [f"{cut:g}" if abs(cut) < 1e6 else f"{cut:,.0f}" for cut in cuts]
    middle = [f"{low} to below {high}" for low, high in pairwise(ends)]
    return (f"below {ends[0]}", *middle, f"{ends[-1]} and more")


def _by_number(name: str) -> tuple[int, float, str]:
    """Numbers by size, then words by letter; “nan” is a word, since it stands in no order among numbers.

    >>> sorted(["x", "10", "nan", "9"], key=_by_number)
    ['9', '10', 'nan', 'x']
    """
    try:
        number = float(name)
    except ValueError:
        number = inf
    return (0, number, name) if isfinite(number) else (1, 0.0, name)
