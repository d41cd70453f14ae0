"""How a reading looks on a terminal. Every word and number comes from the result; here is only layout."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pitcairn.commands import tables
from pitcairn.commands.paper import Paper
from pitcairn.reading.result import WORTHY, Shown

if TYPE_CHECKING:
    from pitcairn.iteration.outcomes import Taken
    from pitcairn.reading.result import ArmNote, ArmVerdict, MeasureBlock, Result

LABEL_WIDTH = 26


def data(taken: Taken) -> Mapping[str, object]:
    """What `--json` gives: the verdicts in short, the whole result, the files."""
    verdicts = [{"arm": one.arm, "code": one.code, "headline": one.headline} for one in taken.result.verdicts]
    return {
        "verdicts": verdicts,
        "withheld": taken.result.withheld,
        "result_file": taken.result_file,
        "report_file": taken.report_file,
        "dry_run": taken.dry_run,
        "result": taken.result,
    }


def show(paper: Paper, *, taken: Taken, shown: Callable[[Path], str]) -> None:
    """Verdict first, then health, effects, guardrails, groups, files."""
    from pitcairn.phrases import day

    result = taken.result
    for mark, headline in dict.fromkeys((verdict.mark, _spoken(verdict)) for verdict in result.verdicts):
        paper.mark(mark, headline)
    paper.say(f"{result.pilot}, iteration {result.number}, as of {day(date.fromisoformat(result.as_of))}", bold=True)
    for notice in result.notices:
        paper.wrap(notice)
    health(paper, result)
    if not result.withheld:
        effects(paper, result)
        guardrails(paper, result)
        groups(paper, result)
        promotion(paper, result)
        promised(paper, result)
    following(paper, result)
    for file in (taken.result_file, taken.report_file):
        paper.say(f"{'Would write' if taken.dry_run else 'Wrote'} {shown(file)}")


def _spoken(verdict: ArmVerdict) -> str:
    """Most headlines begin with the word already: “Promote “Men's e-mail”.”"""
    said = verdict.headline.casefold().startswith(verdict.word.casefold())
    return verdict.headline if said else f"{verdict.word}. {verdict.headline}"


def health(paper: Paper, result: Result) -> None:
    """The health headline, and every check that did not pass."""
    paper.wrap(f"Can this be read? {result.health_headline}".rstrip(".") + ".")
    tables.checks(paper, tuple(check for check in result.health if check.state in ("warn", "fail")))


def effects(paper: Paper, result: Result) -> None:
    """Every measure and arm in a table; below it the units, and why a number is not there."""
    if not result.measures:
        return
    labels = {arm.id: arm.label for arm in result.arms}
    comparison = next(arm for arm in result.arms if arm.role != "treatment")
    heads = ("", _short(comparison), "with", "difference", "likely between", "worth it")
    absent: dict[str, list[str]] = {}
    rows: list[tuple[str, ...]] = []
    for arm in (arm for arm in result.arms if arm.role == "treatment"):
        rows.append((arm.label, "", "", "", "", ""))
        rows.extend(_rows(result.measures, arm.id, absent, labels))
    paper.say()
    paper.table(heads, rows, numbers=(1, 2, 3, 4, 5))
    paper.wrap(f"({'; '.join(f'{measure.label}: {measure.unit}' for measure in result.measures)})")
    for why, names in absent.items():
        everything = len(names) == sum(len(measure.rows) for measure in result.measures)
        paper.wrap(f"Everything: {why}" if everything and len(names) > 1 else f"{'; '.join(names)}: {why}")
    paper.say()


def guardrails(paper: Paper, result: Result) -> None:
    """For each arm how many guardrails held, and those that did not."""
    names = {measure.id: measure.label for measure in result.measures}
    for arm in result.arms:
        mine = [row for row in result.guardrails if row.arm == arm.id]
        held = sum(row.state == "held" for row in mine)
        if mine:
            paper.wrap(f"Guardrails, {arm.label}: {held} of {len(mine)} held.")
        for row in (row for row in mine if row.state != "held"):
            paper.mark(row.mark, names.get(row.measure, row.measure), f"{row.word} (limit {row.margin_text})")


def groups(paper: Paper, result: Result) -> None:
    """What was found about each way to split customers, those with the same finding together."""
    for heading in dict.fromkeys(table.heading for table in result.groups):
        labels = ", ".join(table.label for table in result.groups if table.heading == heading)
        paper.wrap(f"{labels}: {heading}.", hanging=2)


def promotion(paper: Paper, result: Result) -> None:
    """For each arm how many promotion tests are met."""
    for arm in result.arms:
        tests = [row for row in result.promotion if row.arm == arm.id]
        if tests:
            met = sum(row.met for row in tests)
            paper.wrap(f"Promotion, {arm.label}: {met} of {len(tests)} tests met.")


def promised(paper: Paper, result: Result) -> None:
    """The number to promise for each arm that gained, and once why it is not the measured one."""
    gained = {verdict.arm for verdict in result.verdicts if verdict.code in WORTHY}
    rows = [row for row in result.promised if row.arm in gained]
    for sentence in dict.fromkeys((*(row.sentence for row in rows), *(row.why for row in rows if row.why))):
        paper.wrap(sentence)


def following(paper: Paper, result: Result) -> None:
    """What to do next, numbered where there are several things; the first one's command is the answer's last line."""
    if len(result.steps) < 2:
        paper.wrap(result.next_sentence)
        return
    paper.say()
    for at, step in enumerate(result.steps, start=1):
        paper.wrap(f"{at}. {step.what}", hanging=3)


def _rows(
    measures: tuple[MeasureBlock, ...], arm: str, absent: dict[str, list[str]], labels: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    for measure in measures:
        effect = next((row.effect for row in measure.rows if row.arm == arm), None)
        name = textwrap.fill(measure.label, LABEL_WIDTH, initial_indent="  ", subsequent_indent="  ")
        if isinstance(effect, Shown):
            numbers = (effect.control_text, effect.treated_text, effect.estimate_text, effect.range_text)
            yield (name, *numbers, _line(measure))
        elif effect is not None:
            absent.setdefault(effect.why, []).append(f"{measure.label}, {labels[arm]}")
            yield (name, "—", "—", "—", "—", _line(measure))


def _line(measure: MeasureBlock) -> str:
    """The worth-it line without its unit, which stands under the table."""
    return (measure.worth_it_text or "").removesuffix(f" {measure.unit}")


def _short(arm: ArmNote) -> str:
    return arm.label if len(arm.label) <= 10 else {"control": "control", "holdout": "held back"}.get(arm.role, "")
