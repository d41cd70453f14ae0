"""Which parts an iteration's page has, under which stable names, and with which findings as their titles."""

from __future__ import annotations

from collections.abc import Callable

from pitcairn.reading import past, titles
from pitcairn.reading.result import Result
from pitcairn.report.built_up import has_built_up
from pitcairn.report.context import Context
from pitcairn.report.pages import Section

Title = Callable[[Result], str]


def next_step(result: Result, context: Context) -> tuple[str, str]:
    """(sentence, command): the reading's own, until every arm has been decided on."""
    if context.own and context.own.rulings and past.decided_by_all(result, context.own.rulings):
        return past.FOLLOWS
    return result.next_sentence, result.next_command


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
        ("next", "Next steps", lambda _: next_step(result, context)[0], True),
        ("limits", "Limits", titles.limits, shown and bool(result.limits)),
        ("method", "Method, for analysts", lambda _: "How the numbers were made", shown and bool(result.method)),
        ("data", "Data", titles.data, True),
        ("words", "Words", lambda _: "What the words on this page mean", True),
    )
    return tuple(Section(id=id, name=name, title=title(result)) for id, name, title, filled in found if filled)
