"""Which launches ask the same question: what the error budget belongs to, whatever anybody renames.

A pilot's id, title, owner and folder say nothing about the question. Two launches are kin where they are about the same
scope (its id or its name) and decide by the same measure (its id, or its definition), and kin of kin are kin: renaming
a measure, or changing its definition a little, starts no new budget; only doing both at once could, and the program's
expected false promotions count every confirmation all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pitcairn.canonical import digest

DEFINITION = (
    *("kind", "source", "column", "where", "over_column", "over_where"),
    *("answers", "window_days", "cap", "better"),
)
"""The keys of a measure that say what is counted; label, unit and line do not."""


def kin(plans: Sequence[Mapping[str, Any]], own: int) -> tuple[int, ...]:
    """The positions of the plans (canonical plain dicts) that share a budget with the one at `own`, itself included."""
    marks = [_marks(plan) for plan in plans]
    found, reached = {own}, set(marks[own])
    grown = True
    while grown:
        grown = False
        for place, mine in enumerate(marks):
            if place not in found and mine & reached:
                found.add(place)
                reached |= mine
                grown = True
    return tuple(sorted(found))


def _marks(plan: Mapping[str, Any]) -> frozenset[tuple[str, ...]]:
    """Every pair of a scope's and a measure's names; two plans that share one pair ask the same question."""
    kind = str(plan.get("scope_kind", ""))
    scopes = {f"id {plan.get('scope', '')}", f"name {' '.join(str(plan.get('scope_label', '')).casefold().split())}"}
    deciding: Mapping[str, Any] = next(iter(plan.get("measures") or ()), {})
    measures = {f"id {deciding.get('id', '')}", f"definition {_definition(deciding)}"}
    return frozenset((kind, scope, measure) for scope in scopes for measure in measures)


def _definition(measure: Mapping[str, Any]) -> str:
    return digest({name: measure.get(name) for name in DEFINITION})
