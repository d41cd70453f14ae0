"""From a program's pilots and their readings to what its site shows. No sentence is made here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pitcairn.phrases import day
from pitcairn.reading import overview, past, steps
from pitcairn.reading.overview import STAGES, Lesson, PilotNow, RolloutNow, Score, Spending
from pitcairn.reading.past import Turn
from pitcairn.reading.result import ArmVerdict
from pitcairn.reading.together import Together, period
from pitcairn.report import story
from pitcairn.report.charts import Axis, Scale, Tick, ticks
from pitcairn.report.layout import words
from pitcairn.report.pages import Crumb, Fact, Judged, Section
from pitcairn.report.pictures import Picture
from pitcairn.report.rows import NOT_SHOWN
from pitcairn.report.site_pages import (
    ArmNow,
    Combined,
    Kept,
    PilotRow,
    ProgramPage,
    RolloutRow,
    Scored,
    Spent,
    StoryPage,
    Waiting,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Everything a site is made of."""

    name: str
    purpose: str
    simulated: str | None
    today: date
    pilots: tuple[PilotNow, ...]
    lineages: tuple[Spending, ...]
    scores: tuple[Score, ...]
    rollouts: tuple[RolloutNow, ...] = ()
    together: tuple[Together, ...] = ()
    """What all pilots together changed, by period; the latest reading of each that the ledger vouches for."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every launched iteration, each once."""
        return tuple(turn for spending in self.lineages for turn in spending.turns)

    @property
    def notices(self) -> tuple[str, ...]:
        return (self.simulated,) if self.simulated else ()


def lineage_file(lineage: str) -> str:
    """A file name for a lineage: readable, and no two alike whatever its name holds."""
    plain = re.sub(r"[^a-z0-9]+", "-", lineage.lower()).strip("-")[:60]
    return f"{plain}-{hashlib.sha256(lineage.encode('utf-8')).hexdigest()[:8]}.html"


def program_page(program: Program) -> ProgramPage:
    """The first page of a site."""
    kept = overview.lessons(program.turns)
    scale = Scale.around((three for pilot in program.pilots for three in _latest(pilot)), line=1.0)
    axis = _in_lines(scale)
    waiting = sorted(filter(overview.is_waiting, program.pilots), key=overview.urgency)
    return ProgramPage(
        notices=program.notices,
        program=program.name,
        purpose=program.purpose,
        as_of=day(program.today),
        counts=tuple(Fact(name=name, text=text) for name, text in overview.counts(program.pilots, kept)),
        sections=(
            Section(id="waiting", name="Needs somebody", title=overview.waiting_title(program.pilots)),
            Section(id="pilots", name="All pilots", title=overview.pilots_title(program.pilots)),
            *_rollouts_section(program),
            Section(id="lessons", name="Lessons kept", title=overview.lessons_title(kept)),
            *(
                (Section(id="together", name="All pilots together", title=overview.together_title(program.together)),)
                if program.together
                else ()
            ),
            Section(id="budget", name="Error budget", title=overview.budget_title(program.lineages)),
            Section(id="predictions", name="Our predictions", title=overview.scores_title(program.scores)),
            Section(id="words", name="Words", title="What the words on this page mean"),
        ),
        waiting=tuple(_waiting(pilot) for pilot in waiting),
        stages=STAGES,
        axis=axis,
        pilots=tuple(_pilot(pilot, f"pilot-{at}", scale, axis) for at, pilot in enumerate(program.pilots, start=1)),
        others=(),
        rollouts=tuple(_rollout(one) for one in program.rollouts),
        lessons=tuple(_kept(lesson) for lesson in kept),
        spendings=tuple(_spent(spending) for spending in program.lineages),
        scores=tuple(
            Scored(owner=one.owner, judged=one.total, inside=one.inside, higher=one.higher, lower=one.lower)
            for one in program.scores
        ),
        together=tuple(
            Combined(period=period(one), href=together_href(one), mark=one.mark, headline=one.headline)
            for one in program.together
        ),
        terms=words(),
    )


def together_href(found: Together) -> str:
    """Where in the site the page of a period stands."""
    return f"together/{found.first}-{found.last}.html"


def pilot_page(program: Program, pilot: PilotNow) -> StoryPage:
    """A pilot's own page: where it stands, and its iterations."""
    result = pilot.last.result if pilot.last else None
    what, command = _next(pilot)
    facts = [("Product line or location", pilot.scope), ("Owner", pilot.owner)]
    facts += [("Where it stands", overview.stands(pilot))]
    facts += [("The customers", result.audience), ("What they should do", result.behaviour)] if result else []
    return StoryPage(
        notices=program.notices,
        crumbs=(Crumb(text=program.name, href="../../index.html"), Crumb(text=pilot.title, href=None)),
        title=pilot.title,
        about=result.question if result else overview.stands(pilot),
        facts=_facts(facts),
        next_sentence=what,
        next_command=command,
        sections=_story_sections(pilot.turns),
        story=story.story(pilot.turns, pilots="../"),
        terms=words(),
    )


def _next(pilot: PilotNow) -> tuple[str, str]:
    """(sentence, command): the first step that its last reading and the decisions since have left."""
    last = pilot.last
    if last is None or last.result is None or pilot.state not in ("read", "decided"):
        return overview.stands(pilot), pilot.command
    first = steps.since(last.result, last.rulings)[0]
    return first.what, first.command


def lineage_page(program: Program, spending: Spending) -> StoryPage:
    """A lineage's page: every iteration of one question at one place, in whichever pilot."""
    return StoryPage(
        notices=program.notices,
        crumbs=(Crumb(text=program.name, href="../index.html"), Crumb(text=name_of(spending), href=None)),
        title=name_of(spending),
        about="Every iteration that asks for this measure at this place, in whichever pilot.",
        facts=_facts([("Confirmations", str(spending.attempts)), ("Spent", spending.spent_text)]),
        next_sentence=past.budget(spending.turns) or "No confirmation has been started, so nothing is spent.",
        next_command=None,
        sections=_story_sections(spending.turns),
        story=story.story(spending.turns, pilots="../pilots/"),
        terms=words(),
    )


def name_of(spending: Spending) -> str:
    """`Repeat orders, Product line: Walking shoes`; the lineage's own id where nothing has been read."""
    result = next((turn.result for turn in reversed(spending.turns) if turn.result), None)
    block = next((block for block in result.measures if block.role == "deciding"), None) if result else None
    return f"{block.label}, {result.scope}" if result and block else spending.lineage


def _story_sections(turns: Sequence[Turn]) -> tuple[Section, ...]:
    told = Section(id="iterations", name="All iterations", title=past.title(turns) if turns else "Not launched yet")
    return (told, Section(id="words", name="Words", title="What the words on this page mean"))


def _facts(pairs: Sequence[tuple[str, str]]) -> tuple[Fact, ...]:
    return tuple(Fact(name=name, text=text) for name, text in pairs if text)


def _latest(pilot: PilotNow) -> tuple[tuple[float, float, float], ...]:
    return overview.multiples(pilot.last.result) if pilot.last else ()


def _in_lines(scale: Scale) -> Axis:
    """The shared axis, in multiples of each pilot's own line."""
    axis = scale.axis(1.0)
    found = (Tick(at=scale.at(value), text=f"{text.lstrip('+')}×") for value, text in ticks(scale.low, scale.high))
    return Axis(zero=axis.zero, line=axis.line, ticks=tuple(found))


def _pilot_href(pilot: str) -> str:
    return f"pilots/{pilot}/index.html"


def _rollouts_section(program: Program) -> tuple[Section, ...]:
    """Left out where no pack is adopted: most programs have none."""
    if not program.rollouts:
        return ()
    return (Section(id="rollouts", name="Packs adopted here", title=overview.rollouts_title(program.rollouts)),)


def _rollout(one: RolloutNow) -> RolloutRow:
    return RolloutRow(
        pack=one.pack,
        href=_pilot_href(one.pilot),
        stage=one.stage,
        mark=one.mark,
        word=one.word,
        sentence=one.sentence,
        command=one.command,
    )


def _waiting(pilot: PilotNow) -> Waiting:
    _, word, mark = overview.urgency(pilot)
    return Waiting(
        mark=mark,
        word=word,
        title=pilot.title,
        href=_pilot_href(pilot.pilot),
        sentence=pilot.sentence,
        owner=pilot.owner,
        command=pilot.command,
    )


def _pilot(pilot: PilotNow, key: str, scale: Scale, axis: Axis) -> PilotRow:
    last = pilot.last
    block = past.deciding(last.result) if last and last.result else None
    reached = overview.stage(pilot)
    iteration = f"iteration {pilot.number}" if pilot.number else "no iteration yet"
    return PilotRow(
        title=pilot.title,
        href=_pilot_href(pilot.pilot),
        scope=pilot.scope,
        measure=f"{block.label} · {iteration}" if block else iteration,
        reached=reached,
        stage=STAGES[reached - 1],
        owner=pilot.owner,
        next="" if last and last.result and pilot.sentence == last.result.headline else pilot.sentence,
        arms=_arms(pilot, key, scale, axis),
    )


def _arms(pilot: PilotNow, key: str, scale: Scale, axis: Axis) -> tuple[ArmNow, ...]:
    last = pilot.last
    if last is None or last.result is None:
        _, word, mark = overview.urgency(pilot)
        return (ArmNow(arm=None, text="", range="", picture=None, why="", mark=mark, word=word, decided=None),)
    return tuple(
        _arm(pilot, last, verdict, f"{key}-{at}", scale, axis)
        for at, verdict in enumerate(last.result.verdicts, start=1)
    )


def _arm(pilot: PilotNow, turn: Turn, verdict: ArmVerdict, key: str, scale: Scale, axis: Axis) -> ArmNow:
    result = turn.result
    three = overview.multiple(result, verdict.arm) if result else None
    label = next((arm.label for arm in result.arms if arm.id == verdict.arm), verdict.arm) if result else verdict.arm
    picture = None
    text, extent = "", ""
    if three:
        text, extent = overview.times(three[1]), f"{overview.times(three[0])} to {overview.times(three[2])}"
        picture = Picture(
            id=key,
            slot=1,
            title=f"{pilot.title}: {label}",
            estimate=text,
            range=extent,
            line="1×",
            axis=axis,
            span=scale.span(*three),
        )
    ruling = next((one for one in turn.rulings if one.arm == verdict.arm), None)
    return ArmNow(
        arm=label,
        text=text,
        range=extent,
        picture=picture,
        why=None if three else NOT_SHOWN if result and result.withheld else "No effect to show.",
        mark=verdict.mark,
        word=verdict.word,
        decided=Judged(mark=ruling.mark, word=ruling.word, sentence=ruling.sentence) if ruling else None,
    )


def _kept(lesson: Lesson) -> Kept:
    turn = lesson.turn
    return Kept(
        lesson=lesson.verdict.headline,
        found=". ".join(text for text in (lesson.verdict.big, lesson.verdict.range_sentence) if text),
        href=f"pilots/{turn.pilot}/iteration-{turn.number}.html",
        source=f"{turn.title}, iteration {turn.number}",
        mark=lesson.verdict.mark,
        word=lesson.verdict.word,
        sure_mark=lesson.mark,
        sure=lesson.sure,
    )


def _spent(spending: Spending) -> Spent:
    return Spent(
        name=name_of(spending),
        href=f"lineages/{lineage_file(spending.lineage)}",
        attempts=str(spending.attempts),
        spent=spending.spent_text,
    )
