"""The page of a plan: its outlook, laid out. Every sentence and number is the outlook's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pitcairn.atomic import write_all
from pitcairn.iteration.outcomes import Outlook, Sight
from pitcairn.phrases import day
from pitcairn.program import ProgramFolder
from pitcairn.reading.numbers import Display
from pitcairn.report.axis_charts import NOBODY, Drawn, drawer, drawn
from pitcairn.report.built_up import NO_CHARTS
from pitcairn.report.layout import words
from pitcairn.report.pages import Crumb, Fact
from pitcairn.report.pictures import Icon
from pitcairn.report.plan_pages import PlanPage, Seen, Size
from pitcairn.report.render import rendered

MARKS: dict[bool | None, tuple[Icon, str]] = {
    True: ("good", "Can be shown"),
    False: ("watch", "Cannot be shown"),
    None: ("neutral", "Cannot be said"),
}

WORDS = (
    *("confirmation", "deciding-measure", "drawn-by-lot", "exploration", "guardrail", "iteration", "measure", "model"),
    *("natural-frequencies", "pilot", "plan", "prediction", "range", "worth-it-line"),
)
"""What the page of a plan may speak of."""


def write_plan_page(folder: ProgramFolder, found: Outlook) -> Path:
    """Writes `reports/<pilot>/plan-N.html`, and gives its path. SpecError where an own template does not work."""
    path = folder.plan_page_file(found.plan.pilot, found.plan.number)
    write_all({path: rendered("plan.html.j2", plan_page(found), folder.templates)})
    return path


def plan_page(found: Outlook) -> PlanPage:
    """The page's facts; the same outlook gives the same page."""
    plan = found.plan
    mark, word = MARKS[found.can_show]
    chart_by = drawer() if len(found.curve) > 1 else None
    return PlanPage(
        notices=(plan.simulated,) if plan.simulated else (),
        crumbs=tuple(
            Crumb(text=text, href=None) for text in (plan.program, plan.title, f"Plan of iteration {plan.number}")
        ),
        facts=_facts(found),
        title=plan.title,
        question=plan.question,
        mark=mark,
        word=word,
        answer=found.answer,
        settle=found.settle_sentence,
        sentences=found.sentences,
        helps=found.helps,
        seen=tuple(_seen(sight) for sight in found.sights),
        sizes=tuple(
            Size(customers=f"{one.customers:,}", gain=one.gain_text, often=one.chance_text) for one in found.curve
        ),
        chart=_chart(found) if chart_by else None,
        chart_by=chart_by,
        note=NO_CHARTS if chart_by == NOBODY else None,
        next_command=found.next_command,
        terms=words(*WORDS),
    )


def _facts(found: Outlook) -> tuple[Fact, ...]:
    plan = found.plan
    facts = {
        "Place": plan.scope_label,
        "Stage": "Confirmation" if plan.stage == "confirm" else "Exploration",
        "Customers": f"{found.drawn:,} of {found.in_scope:,} in scope",
        "Starts": day(plan.start),
        "Followed": f"{plan.follow_up_days} days",
        "Ends": day(plan.end),
        "Owner": plan.owner,
    }
    return tuple(Fact(name=name, text=text) for name, text in facts.items())


def _seen(sight: Sight) -> Seen:
    mark = "neutral" if sight.enough is None else "good" if sight.enough else "watch"
    return Seen(
        mark=mark,  # type: ignore[arg-type]
        measure=sight.label,
        gain=sight.visible_text,
        line=sight.line_text or "",
        basis=sight.basis,
    )


def _chart(found: Outlook) -> Drawn | None:
    """The smallest gain that is seen, by customers drawn; the worth-it line and this iteration's number beside it."""
    deciding = found.plan.deciding
    display = Display.of(deciding, found.plan.currency, None)
    points = [{"customers": one.customers, "gain": round(one.gain * display.scale, 6)} for one in found.curve]
    across: dict[str, Any] = {
        "field": "customers",
        "type": "quantitative",
        "scale": {"type": "log", "nice": False, "padding": 24},
        "axis": {
            "title": "customers drawn",
            "values": [one.customers for one in found.curve],
            "format": ",",
            "grid": False,
            "labelOverlap": True,
        },
    }
    up = {
        "field": "gain",
        "type": "quantitative",
        "scale": {"zero": True},
        "axis": {"title": None, "tickCount": 5, "format": ",.3~r"},
    }
    curve = {
        "mark": {"type": "line", "color": "var(--s1)", "strokeWidth": 2.5, "point": {"color": "var(--s1)"}},
        "encoding": {"x": across, "y": up},
    }
    layers: list[dict[str, Any]] = [curve]
    if deciding.worth_it is not None:
        level = {"datum": round(deciding.worth_it * display.scale, 6), "type": "quantitative"}
        dashed = {"type": "rule", "color": "var(--ink)", "strokeDash": [3, 3]}
        layers.append({"data": {"values": [{}]}, "mark": dashed, "encoding": {"y": level}})
    told = "; ".join(f"{one.customers:,} customers: {one.gain_text}" for one in found.curve)
    return drawn(
        {"data": {"values": points}, "layer": layers},
        id="plan",
        title="The smallest gain that is seen 9 times in 10, by customers drawn",
        description=told,
    )
