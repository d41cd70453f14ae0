"""Which parts an iteration's page has, under which stable names, and with which findings as their titles."""

from __future__ import annotations

from collections.abc import Callable

from pitcairn.reading import past, steps, titles
from pitcairn.reading.following import Step
from pitcairn.reading.result import Result
from pitcairn.report.built_up import has_built_up
from pitcairn.report.context import Context
from pitcairn.report.pages import Section

Title = Callable[[Result], str]


def next_steps(result: Result, context: Context) -> tuple[Step, ...]:
    """The reading's own, and where somebody has decided on an arm what follows from that."""
    rulings = context.own.rulings if context.own else ()
    return steps.since(result, rulings, {one.arm for one in context.held_back})


def sections(result: Result, context: Context) -> tuple[Section, ...]:
    """Every part that has something to say, in the order of reading; a page without effects has fewer."""
    shown = not result.withheld
    found: tuple[tuple[str, str, Title, bool], ...] = (
        ("effect", "The effect", titles.effect, shown and bool(result.measures)),
        ("guardrails", "Guardrails", titles.guardrails, shown and bool(result.guardrails)),
        ("trust", "Can we trust it?", lambda one: one.health_headline, True),
        ("built-up", "How it built up", titles.built_up, shown and has_built_up(result)),
        ("groups", "No average customer", titles.groups, shown and bool(result.groups)),
        ("predictions", "Our predictions", titles.predictions, shown and bool(result.predictions)),
        ("tried", "What was tried", titles.tried, True),
        ("changes", f"Since iteration {result.number - 1}", titles.changes, bool(result.changed)),
        ("iterations", "All iterations", lambda _: past.title(context.turns), bool(context.turns)),
        ("promotion", "Towards promotion", titles.promotion, shown and bool(result.promotion)),
        ("next", "Next steps", lambda _: steps.title(next_steps(result, context)), True),
        ("limits", "Limits", titles.limits, shown and bool(result.limits)),
        ("method", "Method, for analysts", lambda _: "How the numbers were made", shown and bool(result.method)),
        ("data", "Data", titles.data, True),
        ("words", "Words", lambda _: "What the words on this page mean", True),
    )
    return tuple(Section(id=id, name=name, title=title(result)) for id, name, title, filled in found if filled)
