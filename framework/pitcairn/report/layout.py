"""From a result to what a page shows: which facts stand where, under which mark. No sentence is made here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from pitcairn.evidence.facts import Check, FileFact
from pitcairn.phrases import day
from pitcairn.reading import steps, titles
from pitcairn.reading.following import PromisedRow
from pitcairn.reading.glossary import TERMS
from pitcairn.reading.numbers import count
from pitcairn.reading.result import WORTHY, DetailRow, PredictionRow, PromotionRow, Result, Shown
from pitcairn.report import rows, story
from pitcairn.report.axis_charts import Charts
from pitcairn.report.built_up import built_up
from pitcairn.report.context import ALONE, Context
from pitcairn.report.pages import (
    ArmCount,
    Checked,
    Crumb,
    Fact,
    Figure,
    File,
    Funnel,
    IterationPage,
    NextStep,
    Otherwise,
    Practice,
    Prediction,
    Readiness,
    Tested,
    Trust,
    Word,
)
from pitcairn.report.pictures import Icon
from pitcairn.report.rows import Index
from pitcairn.report.sections import next_steps, sections

HEADLINE_SIZES: tuple[tuple[int, Literal["large", "medium", "small"]], ...] = ((90, "large"), (220, "medium"))
"""(most characters, size); a headline that is longer still, with a sentence for each of many arms, is set small."""
CHECK_ICONS: dict[str, Icon] = {"pass": "good", "warn": "watch", "fail": "bad", "unchecked": "neutral"}
CHECK_ORDER = ("fail", "warn", "pass", "unchecked")
MATCH_ICONS: dict[str, Icon] = {"inside": "good", "higher": "up", "lower": "down", "withheld": "neutral"}
STAGES = {"explore": "Exploration", "confirm": "Confirmation"}


def iteration(
    result: Result, context: Context = ALONE, *, linked: bool = False, charts: Charts = Charts.DRAWN
) -> IterationPage:
    """Everything the page of an iteration shows. Where the verdict is withheld, no effect gets as far as the page.

    `linked` pages stand in a site, and lead to its other pages.
    """
    index = Index.of(result)
    shown = not result.withheld
    checks = tuple(_checked(check) for check in result.health)
    following = next_steps(result, context)
    return IterationPage(
        notices=_notices(result, context),
        sections=sections(result, context),
        crumbs=_crumbs(result, linked),
        program=result.program,
        title=result.title,
        number=result.number,
        question=result.question,
        audience=result.audience,
        facts=_facts(result),
        headline=result.headline,
        headline_size=next((size for most, size in HEADLINE_SIZES if len(result.headline) <= most), "small"),
        lede=result.lede,
        withheld=result.withheld,
        interim=bool(index.early),
        planned_before=titles.planned_before(result),
        wrong=() if shown else tuple(check for check in checks if check.state == "fail"),
        levels=rows.levels(index) if shown else None,
        cards=rows.cards(index, result) if shown else (),
        decided=story.judged(context.own) if context.own else (),
        comparison=index.comparison,
        treatments=tuple(index.names[verdict.arm] for verdict in result.verdicts),
        health_headline=result.health_headline,
        health_mark=_worst(checks),
        trust=_trust(result),
        blocks=rows.blocks(index, result) if shown else (),
        costs=tuple(Fact(name=index.names[row.arm].label, text=row.text) for row in result.costs) if shown else (),
        otherwise=_otherwise(index, result) if shown else (),
        guardrails=rows.guardrails(index, result.guardrails) if shown else (),
        funnel=_funnel(index, result),
        built_up=built_up(result, index, charts) if shown else None,
        groups=rows.groups(index, result) if shown else None,
        predictions=tuple(_prediction(index, row) for row in result.predictions) if shown else (),
        surprise=titles.surprise(result) if shown else None,
        background=_background(result),
        practices=_practices(index, result),
        changes=_pairs(result.changed),
        stayed=result.stayed,
        story=story.story(context.turns, pilots="../" if linked else None),
        readiness=_readiness(index, result.promotion) if shown else (),
        promised=_promised(result, context) if shown else (),
        promised_why=_promised_why(result, context) if shown else None,
        at_scale=_at_scale(result, context) if shown else (),
        next_sentence=following[0].what,
        next_command=following[0].command,
        next_more=steps.more(following),
        steps=tuple(NextStep(who=one.who, what=one.what, command=one.command) for one in following),
        limits=result.limits if shown else (),
        method=result.method if shown else (),
        figures=figures(index, result.details) if shown else (),
        files=files(result.provenance.files),
        origins=_origins(result),
        terms=words(),
    )


def words(*only: str) -> tuple[Word, ...]:
    """The glossary, as every page ends with it; a short page with `only` the words it may use."""
    return tuple(Word(id=term.id, name=term.name, text=term.text) for term in TERMS if not only or term.id in only)


def _crumbs(result: Result, linked: bool) -> tuple[Crumb, ...]:
    return (
        Crumb(text=result.program, href="../../index.html" if linked else None),
        Crumb(text=result.title, href="index.html" if linked else None),
        Crumb(text=f"Iteration {result.number}", href=None),
    )


def _notices(result: Result, context: Context) -> tuple[str, ...]:
    """The result's own, the made-up data first, and what was recorded since."""
    first = (result.simulated,) if result.simulated else ()
    since = context.own.deviations if context.own else ()
    return tuple(dict.fromkeys(first + result.notices + since))


def _facts(result: Result) -> tuple[Fact, ...]:
    kind, _, place = result.scope.partition(": ")
    days = "day" if result.follow_up_days == 1 else "days"
    return (
        Fact(name=kind if place else "Scope", text=place or kind),
        Fact(name="Stage", text=f"Rollout of {result.adopts}" if result.adopts else STAGES[result.stage]),
        Fact(name="Customers", text=count(result.flow.drawn)),
        Fact(name="Started", text=_day(result.start)),
        Fact(name="Each followed for", text=f"{result.follow_up_days} {days}"),
        Fact(name="Planned end", text=_day(result.end)),
        Fact(name="Read as of", text=_day(result.as_of)),
        Fact(name="Owner", text=result.owner),
    )


def _trust(result: Result) -> Trust:
    return Trust(
        gating=_together(check for check in result.health if check.gating),
        warning=_together(check for check in result.health if not check.gating),
    )


def _together(checks: Iterable[Check]) -> tuple[Checked, ...]:
    """What went wrong first, what could not be asked last; checks with one answer stand together."""
    answers: dict[tuple[str, str], list[Check]] = {}
    for check in sorted(checks, key=lambda check: CHECK_ORDER.index(check.state)):
        answers.setdefault((check.state, check.sentence), []).append(check)
    return tuple(replace(_checked(same[0]), name=" · ".join(check.name for check in same)) for same in answers.values())


def _checked(check: Check) -> Checked:
    return Checked(mark=CHECK_ICONS[check.state], state=check.state, name=check.name, sentence=check.sentence)


def _worst(checks: tuple[Checked, ...]) -> Icon:
    states = {check.state for check in checks}
    return "bad" if "fail" in states else "watch" if "warn" in states else "good"


def _funnel(index: Index, result: Result) -> Funnel:
    flow = result.flow
    drawn = "assigned" if flow.in_scope is None else "drawn"
    arms = []
    for arm in result.arms:
        counts = [Fact(name=drawn, text=count(arm.assigned)), Fact(name="counted", text=count(arm.counted))]
        if flow.pending:
            counts.append(Fact(name="still being followed", text=count(arm.pending)))
        arms.append(ArmCount(arm=index.names[arm.id], counts=tuple(counts)))
    return Funnel(
        in_scope=None if flow.in_scope is None else count(flow.in_scope),
        left_out=tuple(Fact(name=count(left.count), text=left.reason) for left in flow.left_out),
        drawn=count(flow.drawn),
        arms=tuple(arms),
    )


def _prediction(index: Index, row: PredictionRow) -> Prediction:
    judged = row.arm not in index.early
    return Prediction(
        arm=index.names[row.arm],
        measure=index.measures[row.measure].label,
        written=row.written,
        happened=row.happened,
        mark=MATCH_ICONS[row.match] if judged else "neutral",
        word=row.word if judged else None,
    )


def _background(result: Result) -> tuple[Fact, ...]:
    named = (
        ("The program", result.purpose),
        ("The challenge", result.challenge),
        ("The customers", result.audience),
        ("What they should do", result.behaviour),
    )
    return tuple(Fact(name=name, text=text) for name, text in named if text)


def _practices(index: Index, result: Result) -> tuple[Practice, ...]:
    return tuple(
        Practice(arm=index.names[arm.id], share=arm.share_text, facts=_pairs(arm.practice)) for arm in result.arms
    )


def _readiness(index: Index, promotion: tuple[PromotionRow, ...]) -> tuple[Readiness, ...]:
    arms = dict.fromkeys(row.arm for row in promotion)
    return tuple(
        Readiness(arm=index.names[arm], tests=tuple(_tested(index, row) for row in promotion if row.arm == arm))
        for arm in arms
    )


def _tested(index: Index, row: PromotionRow) -> Tested:
    if row.arm in index.early:
        return Tested(mark="neutral", met=None, name=row.test, evidence=row.evidence)
    return Tested(mark="good" if row.met else "open", met=row.met, name=row.test, evidence=row.evidence)


def _promised(result: Result, context: Context) -> tuple[str, ...]:
    """Only arms that are worth going on with have a number to promise; after a promotion it is what came since."""
    since = {one.arm: one for one in context.held_back}
    deciding = next((block for block in result.measures if block.role == "deciding"), None)
    return tuple(
        since[row.arm].promise(row, deciding) if deciding and row.arm in since else row.sentence
        for row in _worthy(result)
    )


def _promised_why(result: Result, context: Context) -> str | None:
    replaced = _replaced(context)
    return " ".join(dict.fromkeys(row.why for row in _worthy(result) if row.arm not in replaced)) or None


def _at_scale(result: Result, context: Context) -> tuple[str, ...]:
    """Not of arms whose promise has been replaced by what came since."""
    replaced = _replaced(context)
    return tuple(row.sentence for row in result.at_scale if row.arm not in replaced)


def _replaced(context: Context) -> set[str]:
    return {one.arm for one in context.held_back if one.look is not None}


def _worthy(result: Result) -> tuple[PromisedRow, ...]:
    worthy = {verdict.arm for verdict in result.verdicts if verdict.code in WORTHY}
    return tuple(row for row in result.promised if row.arm in worthy)


def _otherwise(index: Index, result: Result) -> tuple[Otherwise, ...]:
    return tuple(
        Otherwise(
            measure=index.measures[row.measure].label,
            arm=index.names[row.arm],
            how=row.label,
            estimate=row.effect.estimate_text if isinstance(row.effect, Shown) else None,
            range=row.effect.range_text if isinstance(row.effect, Shown) else None,
            word=row.word,
        )
        for row in result.twins
    )


def figures(index: Index, details: Iterable[DetailRow]) -> tuple[Figure, ...]:
    """The exact figures as text."""
    return tuple(
        Figure(
            measure=index.measures[row.measure].label,
            where=row.where,
            arm=index.names[row.arm].label,
            customers=count(row.customers),
            mean=row.mean,
            deviation=row.deviation,
            difference=row.difference,
            low=row.low,
            high=row.high,
            relative=row.relative,
            p=row.p,
            method=row.method,
        )
        for row in details
    )


def files(read: Iterable[FileFact]) -> tuple[File, ...]:
    """The fingerprints of what was read."""
    return tuple(File(source=file.source, name=file.name, size=count(file.bytes), sha256=file.sha256) for file in read)


def _origins(result: Result) -> tuple[Fact, ...]:
    source = result.provenance
    named = [
        ("Plan", source.plan_digest),
        ("Locked", f"{_moment(source.locked_at)}, by {source.locked_by}"),
        ("Ledger before this reading", source.ledger_head),
        ("Salt of the draw", source.salt or ""),
        *((f"Rows in {name}", count(rows)) for name, rows in source.rows),
        *source.versions,
    ]
    return tuple(Fact(name=name, text=text) for name, text in named if text)


def _pairs(pairs: Iterable[tuple[str, str]]) -> tuple[Fact, ...]:
    return tuple(Fact(name=name, text=text) for name, text in pairs)


def _day(iso: str) -> str:
    return day(date.fromisoformat(iso))


def _moment(iso: str) -> str:
    moment = datetime.fromisoformat(iso)
    return f"{day(moment.date())}, {moment:%H:%M} {moment.tzname() or ''}".rstrip()
