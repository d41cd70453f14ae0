"""`iterate`: the next iteration's file from an earlier one, comments kept; a confirmation's with the model frozen."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from pitcairn.canonical import plain
from pitcairn.design.resolve import resolve
from pitcairn.errors import Problem, Refused, SpecError
from pitcairn.iteration.outcomes import Next
from pitcairn.ledger import attempts, history
from pitcairn.ledger.recorded import closing_of
from pitcairn.program import ProgramFolder
from pitcairn.spec.edit import after, has, replaced, without
from pitcairn.spec.load import Loaded, load
from pitcairn.spec.models import IterationSpec

Quoted = Callable[[str], str]


def base_of(folder: ProgramFolder, pilot: str, number: int | None) -> Loaded:
    """The iteration that the next one is made from: the last launched one, or the one named.

    Refused where it is not launched, or where a later one is written and not launched yet: that one is the next.
    """
    written = folder.iterations(pilot)
    rows = {row.number for row in history.launches(folder.ledger_file, pilot)}
    draft = next((one for one in written if one not in rows), None)
    if draft is not None:
        name = folder.relative(folder.iteration_file(pilot, draft))
        raise Refused(f"{name} is written and not launched yet.", hint="edit that file; it is the next iteration")
    if not rows or (number is not None and number not in rows):
        what = f"Iteration {number}" if rows else "No iteration"
        raise Refused(f"{what} of {pilot} was launched.", hint=f"launch one first: pitcairn launch {pilot}")
    return load(folder, pilot, number)


def iterate(
    folder: ProgramFolder,
    base: Loaded,
    *,
    changes: Sequence[tuple[str, str]],
    expected: Mapping[str, str],
    confirm: str | None,
    question: str | None,
    start: date | None,
    today: date,
    quote: Quoted,
    dry_run: bool = False,
) -> Next:
    """Write the next iteration's file: what changed and why, predictions made anew, dates moved.

    `confirm` names the arm to confirm: the model is frozen, the other arms but the comparison go, shares are halves.
    `expected` holds a range of gain by arm, `quote` makes YAML of text. SpecError where the file would not be valid;
    Refused where it exists already. Nothing is written then.
    """
    if base.pilot_id is None or base.iteration is None or base.pilot is None:
        raise ValueError("The next iteration is made from an iteration.")
    pilot, spec = base.pilot_id, base.iteration
    number = folder.iterations(pilot)[-1] + 1
    began = start or max(today + timedelta(days=1), _over(folder, pilot, base))
    text = folder.iteration_file(pilot, base.number or 1).read_text(encoding="utf-8")
    text = text.replace(f"# Iteration {base.number} of {pilot}.", f"# Iteration {number} of {pilot}.", 1)
    text = _staged(text, spec, "explore" if confirm is None else "confirm")
    text = replaced(text, ("start",), began.isoformat())
    text = replaced(text, ("end",), (began + (spec.end - spec.start)).isoformat())
    text = text if question is None else replaced(text, ("question",), quote(question))
    text = _with_list(
        text, "changed", "question", [f"{{what: {quote(what)}, why: {quote(why)}}}" for what, why in changes]
    )
    foretold = [
        f"{{arm: {arm}, measure: {base.pilot.deciding}, gain: {quote(gain)}}}" for arm, gain in expected.items()
    ]
    text = _with_list(text, "predictions", "worth_it", foretold)
    text = text if confirm is None else _frozen(text, spec, confirm)
    return _put(folder, pilot, number, base, text, dry_run=dry_run)


def _staged(text: str, spec: IterationSpec, stage: str) -> str:
    """The text with this stage; a comment beside another one goes, because it speaks of that."""
    if spec.stage == stage:
        return text
    return after(without(text, ("stage",)), "question", f"stage: {stage}\n")


def _over(folder: ProgramFolder, pilot: str, base: Loaded) -> date:
    """From when on the iteration it is made from is over."""
    closed = closing_of(folder.ledger_file, pilot, base.number or 1)
    if closed is not None or base.iteration is None:
        return date.min
    return base.iteration.end


def _with_list(text: str, key: str, behind: str, items: Sequence[str]) -> str:
    """The text with a list of one-line mappings under a key, in the key's place or behind another key."""
    lines = "".join(f"\n  - {item}" for item in items)
    if not items:
        return without(text, (key,))
    return replaced(text, (key,), lines) if has(text, (key,)) else after(text, behind, f"{key}:{lines}\n")


def _frozen(text: str, spec: IterationSpec, arm: str) -> str:
    """The two arms of a confirmation, half and half, drawn by us from everybody who is left."""
    for id, one in spec.arms.items():
        keeps = id == arm or one.role != "treatment"
        text = replaced(text, ("arms", id, "share"), "1/2") if keeps else without(text, ("arms", id))
    return without(without(text, ("take",)), ("assignment",))


def _loaded(draft: ProgramFolder, pilot: str, number: int) -> Loaded:
    """The new iteration, read; its problems without a place, because nobody can open a file that was never written."""
    try:
        return load(draft, pilot, number)
    except SpecError as error:
        own = draft.relative(draft.iteration_file(pilot, number))
        raise SpecError(_unplaced(one) if one.file == own else one for one in error.problems) from None


def _unplaced(problem: Problem) -> Problem:
    line = f"the next iteration would say: {problem.excerpt.strip()}" if problem.excerpt else None
    hint = "; ".join(part for part in (problem.hint, line) if part)
    return replace(problem, file=None, line=None, column=None, excerpt=None, hint=hint or None)


def _put(folder: ProgramFolder, pilot: str, number: int, base: Loaded, text: str, *, dry_run: bool) -> Next:
    target = folder.iteration_file(pilot, number)
    with tempfile.TemporaryDirectory(prefix=".iterate-", dir=folder.root) as temporary:
        draft = ProgramFolder(Path(temporary))
        shutil.copyfile(folder.program_file, draft.program_file)
        shutil.copytree(folder.pilot_folder(pilot), draft.pilot_folder(pilot), ignore=shutil.ignore_patterns("lists"))
        draft.iteration_file(pilot, number).write_text(text, encoding="utf-8", newline="\n")
        loaded = _loaded(draft, pilot, number)
        if not dry_run:
            try:
                # A link, unlike a rename, is refused where somebody else has written the file meanwhile.
                os.link(draft.iteration_file(pilot, number), target)
            except FileExistsError:
                raise Refused(f"{folder.relative(target)} exists already.", hint="edit that file") from None
    control = loaded.program.error_control
    attempt = attempts.planned(folder.ledger_file, plain(resolve(loaded)), control)
    return Next(
        pilot=pilot,
        number=number,
        base=base.number or 1,
        stage="confirm" if attempt else "explore",
        file=target,
        text=text,
        attempt=attempt,
        dry_run=dry_run,
    )


def arm_to_confirm(folder: ProgramFolder, base: Loaded, asked: str | None) -> str:
    """The arm that a confirmation is about: the one named, the only one, or the one last decided to be confirmed.

    Refused where that leaves several, SpecError where there is no such arm.
    """
    if base.iteration is None or base.pilot_id is None:
        raise ValueError("A confirmation is made from an iteration.")
    tried = [id for id, arm in base.iteration.arms.items() if arm.role == "treatment"]
    if asked is not None:
        if asked not in tried:
            hint = f"the arms that were tried are: {', '.join(tried)}"
            raise SpecError(Problem(message=f"“{asked}” is not an arm that was tried.", hint=hint))
        return asked
    if len(tried) == 1:
        return tried[0]
    decided = {row.body.arm: row for row in history.decisions(folder.ledger_file, base.pilot_id, base.number)}
    chosen = [arm for arm, row in decided.items() if row.body.decision == "confirm"]
    if len(chosen) == 1:
        return chosen[0]
    raise Refused("A confirmation is about one arm.", hint=f"say which with --arm: {', '.join(tried)}")
