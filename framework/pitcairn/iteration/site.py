"""`site`: the program's pages, from its ledger, its results and its plan files, made whole and swapped in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pitcairn.design.lineage import kin
from pitcairn.errors import DataError
from pitcairn.iteration.outcomes import Standing
from pitcairn.iteration.scores import scores
from pitcairn.iteration.standing import followed, standings
from pitcairn.ledger import attempts
from pitcairn.ledger.history import LaunchRow
from pitcairn.program import ID, ProgramFolder
from pitcairn.reading.overview import PilotNow, RolloutNow, Spending
from pitcairn.report.context import Records
from pitcairn.report.cuts import PROGRAM, STORIES
from pitcairn.report.program import Program, lineage_file, lineage_page, pilot_page, program_page, together_href
from pitcairn.report.render import iteration_page, rendered
from pitcairn.report.site import swap_in
from pitcairn.report.together import together_page, vouched
from pitcairn.spec.load import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A site, as written."""

    index: Path
    pages: int
    largest: int
    """Bytes of the largest page."""
    left_out: tuple[str, ...]
    """Pilots with readings whose result files are not the ones in the ledger, as sentences."""


def build(folder: ProgramFolder, *, today: date, to: Path | None = None, rollouts: Sequence[RolloutNow] = ()) -> Built:
    """The whole site of a program, in `site/` or in `to`; `rollouts` says where the packs adopted here stand.

    SpecError where program.yaml is not valid, DataError where the ledger is damaged, Refused where the folder is
    somebody else's; then the site is as it was before.
    """
    records = Records.of(folder)
    _refuse_strange(records.launches)
    program = _program(folder, records, today, rollouts)
    templates = folder.templates
    place = to or folder.site
    pages = {"index.html": rendered("program.html.j2", program_page(program), templates, PROGRAM)}
    for pilot in program.pilots:
        page = pilot_page(program, pilot)
        pages[f"pilots/{pilot.pilot}/index.html"] = rendered("story.html.j2", page, templates, STORIES)
    for spending in program.lineages:
        name = f"lineages/{lineage_file(spending.lineage)}"
        pages[name] = rendered("story.html.j2", lineage_page(program, spending), templates, STORIES)
    for turn in program.turns:
        if turn.result is not None:
            html = iteration_page(turn.result, records.context(turn.result), linked=True, templates=templates)
            pages[f"pilots/{turn.pilot}/iteration-{turn.number}.html"] = html
    for reading in program.together:
        pages[together_href(reading)] = together_page(reading, linked=True, templates=templates)
    swap_in(place, pages)
    return Built(
        index=place / "index.html",
        pages=len(pages),
        largest=max(len(html.encode("utf-8")) for html in pages.values()),
        left_out=tuple(
            f"{turn.title}, iteration {turn.number}: {turn.missing}"
            for turn in program.turns
            if turn.result is None
            and any((row.pilot, row.number) == (turn.pilot, turn.number) for row in records.readings)
        ),
    )


def _program(folder: ProgramFolder, records: Records, today: date, rollouts: Sequence[RolloutNow]) -> Program:
    spec = load(folder).program
    found = [pilot_now(standing, records) for standing in followed(standings(folder, today=today), rollouts)]
    known = {pilot.pilot for pilot in found}
    gone = dict.fromkeys(row.pilot for row in records.launches if row.pilot not in known)
    return Program(
        name=spec.program,
        purpose=spec.purpose,
        simulated=spec.simulated,
        today=today,
        pilots=(*found, *(_gone(pilot, records) for pilot in gone)),
        lineages=_lineages(records),
        scores=scores(folder),
        rollouts=tuple(rollouts),
        together=vouched(folder),
    )


def pilot_now(standing: Standing, records: Records) -> PilotNow:
    """A pilot as its pages show it; what stands in the program's folder is named as seen from there."""
    command = standing.command.replace(f"{records.folder.root}/", "")
    return PilotNow(
        pilot=standing.pilot,
        title=standing.title,
        owner=standing.owner,
        scope=standing.scope,
        number=standing.number,
        state=standing.state,
        sentence=standing.sentence,
        waiting=standing.waiting,
        command=command,
        turns=records.turns(row for row in records.launches if row.pilot == standing.pilot),
    )


def _gone(pilot: str, records: Records) -> PilotNow:
    """A pilot that the ledger knows and whose plan files are no longer there: its lessons stay."""
    turns = records.turns(row for row in records.launches if row.pilot == pilot)
    last = turns[-1]
    return PilotNow(
        pilot=pilot,
        title=last.title,
        owner=last.result.owner if last.result else "",
        scope=last.result.scope if last.result else "",
        number=last.number,
        state="read",
        sentence="its plan files are gone; what was learned is kept",
        waiting=False,
        command="pitcairn status",
        turns=turns,
    )


def _lineages(records: Records) -> tuple[Spending, ...]:
    """What shares a budget stands together, whatever was renamed; under the name it was first launched with."""
    plans = [row.body.plan for row in records.launches]
    groups = dict.fromkeys(kin(plans, place) for place in range(len(plans)))
    return tuple(_spending([records.launches[place] for place in group], records) for group in groups)


def _spending(rows: Sequence[LaunchRow], records: Records) -> Spending:
    found = [one for row in rows if (one := attempts.among(records.launches, row)) is not None]
    return Spending(
        lineage=rows[0].lineage,
        turns=records.turns(rows),
        attempts=len(found),
        used=sum(one.level for one in found),
    )


def _refuse_strange(launches: Sequence[LaunchRow]) -> None:
    """No name from a ledger becomes a path before it is known to be one of ours."""
    strange = next((row for row in launches if not ID.fullmatch(row.pilot)), None)
    if strange is not None:
        raise DataError(
            f"Row {strange.seq} of the ledger names a pilot that cannot be one: {strange.pilot[:60]!r}.",
            hint="see what was changed with: pitcairn ledger verify",
        )
