"""The promotion tests: each with its evidence, and what to do where it is not met. Missing data is never a pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pitcairn.canonical import digest
from pitcairn.iteration.again import Again
from pitcairn.iteration.people import may_be_same
from pitcairn.ledger.verify import verify
from pitcairn.ledger.witnesses import witnesses
from pitcairn.phrases import day, several
from pitcairn.promotion.candidate import Candidate
from pitcairn.promotion.history import practice_digest
from pitcairn.promotion.payback import payback
from pitcairn.reading.proofs import NOBODY_WORSE
from pitcairn.reading.result import GuardrailRow, Shown
from pitcairn.reading.verdict import CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One promotion test."""

    test: str
    met: bool
    evidence: str
    todo: str | None = None
    """What would meet it; None where it is met."""


def standings(candidate: Candidate, again: Again | None) -> tuple[Standing, ...]:
    """Every test, met or not, in the order in which people should look at them. DataError for a damaged ledger.

    `again` is the reading it rests on, taken once more from the ledger's plan; None where there is none to take.
    """
    found = [
        _confirmed(candidate),
        *_declared(candidate),
        _guarded(candidate),
        _nobody_harmed(candidate),
        _healthy(candidate),
        _predicted(candidate),
        *_paid(candidate),
        _undisturbed(candidate),
        _recorded(candidate),
        _reproduces(candidate, again),
        _described(candidate),
        _decided(candidate),
    ]
    return tuple(found)


def _confirmed(candidate: Candidate) -> Standing:
    test, turn = "A confirmation was passed", candidate.turn
    number = f"Iteration {turn.plan.number}"
    if turn.plan.stage != "confirm":
        return _unmet(test, f"{number} is an exploration.", "plan and launch a confirmation of this arm")
    if turn.launch.body.retrospective:
        return _unmet(test, f"{number} was locked after its outcomes existed.", "confirm it on fresh customers")
    if candidate.closing is not None:
        return _unmet(test, f"{number} was ended early.", "confirm it again, to the planned end")
    if turn.reading is None:
        return _unmet(test, f"{number} was not read.", f"pitcairn read {candidate.pilot}")
    verdict = dict(turn.reading.body.verdicts).get(candidate.arm, "withheld")
    evidence = f"{number}, read as of {day(date.fromisoformat(turn.reading.body.as_of))}: {verdict.replace('_', ' ')}."
    if verdict != "promote":
        return _unmet(test, evidence, "only a reading whose verdict is “promote” passes")
    later = _later(candidate)
    if later:
        why = f"{evidence} But it was confirmed again since: {several(later)}."
        return _unmet(test, why, "promote on the last confirmation; the first that passed is not the one that counts")
    return Standing(test=test, met=True, evidence=evidence)


def _later(candidate: Candidate) -> list[str]:
    """Confirmations of the very same model on the same question, launched after this one."""
    turn, plan = candidate.turn, candidate.turn.plan
    core = practice_digest(plan, plan.arm(candidate.arm))
    return [
        f"{other.plan.pilot} {other.plan.number}"
        for other in candidate.turns
        if other.plan.stage == "confirm"
        and other.launch.seq > turn.launch.seq
        and other.plan.lineage == plan.lineage
        and any(practice_digest(other.plan, arm) == core for arm in other.plan.treatments)
    ]


def _declared(candidate: Candidate) -> list[Standing]:
    """What the pilot asked for itself, as the reading found it; what has a test of its own here is left out."""
    own = (CONFIRMED, NOBODY_WORSE, "The data can be trusted", "Every guardrail held")
    rows = candidate.turn.result.promotion if candidate.turn.result else ()
    return [
        Standing(test=row.test, met=row.met, evidence=row.evidence)
        if row.met
        else _unmet(row.test, row.evidence, "this was asked for in pilot.yaml before the launch")
        for row in rows
        if row.arm == candidate.arm and row.test not in own
    ]


def _guarded(candidate: Candidate) -> Standing:
    test = "Every guardrail held"
    rows = [row for row in _guardrails(candidate) if row.arm == candidate.arm]
    if not rows:
        return _unmet(
            test, "No guardrail could be looked at.", "declare at least one in pilot.yaml, and confirm with it"
        )
    held = [row for row in rows if row.state == "held"]
    evidence = f"{len(held)} of {len(rows)} held."
    if len(held) == len(rows):
        return Standing(test=test, met=True, evidence=evidence)
    others = several([f"{row.measure}: {row.word.lower()}" for row in rows if row.state != "held"])
    return _unmet(test, f"{evidence} {others}.", "a model that may do harm is reworked, not promoted")


def _nobody_harmed(candidate: Candidate) -> Standing:
    test, result = "No group is clearly worse off", candidate.turn.result
    up = candidate.turn.plan.deciding.better == "up"
    rows = [row for table in result.groups for row in table.rows if row.arm == candidate.arm] if result else []
    known = [(row.level, row.effect) for row in rows if isinstance(row.effect, Shown)]
    if not known:
        return _unmet(test, "No group could be looked at.", "declare `groups` in the iteration, and confirm with them")
    harmed = [level for level, effect in known if (effect.high < 0 if up else effect.low > 0)]
    if harmed:
        return _unmet(test, f"Worse off: {several(harmed)}.", "leave these customers out, and confirm that")
    return Standing(test=test, met=True, evidence=f"{len(known)} of {len(rows)} groups could be looked at; none is.")


def _healthy(candidate: Candidate) -> Standing:
    test, result = "The data can be trusted", candidate.turn.result
    gating = [check for check in result.health if check.gating] if result else []
    passed = [check for check in gating if check.state in ("pass", "warn")]
    evidence = f"{len(passed)} of {len(gating)} checks that must pass."
    if result is not None and gating and len(passed) == len(gating):
        return Standing(test=test, met=True, evidence=evidence)
    todo = f"see what is wrong: pitcairn report {candidate.pilot} --open"
    return _unmet(test, evidence if result else candidate.turn.why or "There is no result.", todo)


def _predicted(candidate: Candidate) -> Standing:
    test, plan = "What was expected was written down before", candidate.turn.plan
    mine = [one for one in plan.predictions if (one.arm, one.measure) == (candidate.arm, plan.deciding.id)]
    if mine and not candidate.turn.launch.body.retrospective:
        return Standing(test=test, met=True, evidence=f"Locked on {day(candidate.turn.launch.at.date())}.")
    why = f"Nobody wrote down what “{candidate.arm}” would do to {plan.deciding.id}."
    return _unmet(test, why, "write `predictions` in the next confirmation, before its launch")


def _paid(candidate: Candidate) -> list[Standing]:
    """Where cost is declared: is the number that may be promised worth more than it costs?"""
    if candidate.spec is None or candidate.turn.result is None:
        return []
    found = payback(candidate)
    if found is None:
        return []
    test = "It pays for itself"
    if found.pays:
        return [Standing(test=test, met=True, evidence=found.sentence)]
    return [_unmet(test, found.sentence, found.todo)]


def _undisturbed(candidate: Candidate) -> Standing:
    test = "Nothing deviated from the plan that matters"
    barring = [row for row in candidate.amendments if row.body.bars_promotion]
    if barring:
        what = several([f"“{row.body.what}” ({day(row.at.date())}, {row.by})" for row in barring])
        return _unmet(test, f"Recorded: {what}.", "confirm again, without the deviation")
    count = len(candidate.amendments)
    evidence = f"{count} small deviations recorded; none touches what decides." if count else "None was recorded."
    return Standing(test=test, met=True, evidence=evidence)


def _recorded(candidate: Candidate) -> Standing:
    """Result, plan and ledger are what was recorded, byte by byte."""
    test, turn = "The analysis is the one in the ledger", candidate.turn
    known = witnesses(candidate.folder)
    ledger = verify(candidate.folder.ledger_file, expected_heads=known.heads, expected_results=known.results)
    faults = [found.text for found in ledger.findings if found.kind == "broken"]
    if turn.result is None:
        faults.append(turn.why or "There is no result.")
    if digest(turn.launch.body.plan) != turn.launch.body.plan_digest:
        faults.append("The locked plan does not have the digest it was recorded with.")
    if turn.result is not None and turn.result.provenance.plan_digest != turn.launch.body.plan_digest:
        faults.append("The result was made with another plan than the locked one.")
    if faults:
        return _unmet(test, " ".join(dict.fromkeys(faults)), "pitcairn ledger verify tells more")
    result = turn.reading.body.result_digest if turn.reading else ""
    evidence = f"Every row stands; result {result[:12]}…, plan {turn.launch.body.plan_digest[:12]}…."
    return Standing(test=test, met=True, evidence=evidence)


def _reproduces(candidate: Candidate, again: Again | None) -> Standing:
    """The reading comes out the same when it is taken again; nobody has to believe the file."""
    test, turn = "The analysis reproduces from the ledger", candidate.turn
    if again is None or turn.reading is None:
        return _unmet(test, turn.why or "There is no result.", f"pitcairn read {candidate.pilot}")
    if again.reproduces:
        evidence = (
            f"Read again from the locked plan and the same {again.files} files, as of "
            f"{day(date.fromisoformat(turn.reading.body.as_of))}: all {again.numbers:,} numbers came out as recorded."
        )
        return Standing(test=test, met=True, evidence=evidence)
    which = f"--iteration {turn.plan.number} --as-of {turn.reading.body.as_of}"
    todo = (
        "bring the data back as it was read, also from elsewhere with --data SOURCE=FILE; or read what there is now, "
        f"and decide on that: pitcairn read {candidate.pilot} {which}"
    )
    return _unmet(test, " ".join(again.faults), todo)


def _described(candidate: Candidate) -> Standing:
    test = "Others can do it: pack.yaml and a playbook"
    file = candidate.folder.relative(candidate.folder.pack_file(candidate.pilot))
    arm = next(one for one in candidate.turn.plan.arms if one.id == candidate.arm)
    if not any((arm.message, arm.channel, arm.when, arm.how_often, arm.offer)):
        # Without a practice every model would have the same core, and share the evidence of any other.
        why = f"The plan does not say what customers get with “{arm.label}”."
        return _unmet(test, why, "write `message`, `channel` and `when` of the arm, explore and confirm that")
    if candidate.spec is not None:
        return Standing(test=test, met=True, evidence=f"{file} is complete.")
    if not candidate.folder.pack_file(candidate.pilot).is_file():
        return _unmet(test, f"There is no {file}.", "write it; its keys are in docs/packs.md")
    faults = [f"{problem.where}: {problem.message}" for problem in candidate.spec_problems]
    return _unmet(test, "; ".join(faults) + ".", "mend it")


def _decided(candidate: Candidate) -> Standing:
    test, row, turn = "A second person decided it", candidate.decision, candidate.turn
    number = turn.plan.number
    command = f"pitcairn decide {candidate.pilot} --iteration {number} --arm {candidate.arm} --decision promote"
    if row is None:
        return _unmet(test, "No decision is recorded.", f"somebody else than the owner runs: {command}")
    said = f"On {day(row.at.date())} {row.by} decided: {row.body.decision}."
    if row.body.decision != "promote":
        return _unmet(test, said, f"if that changed: {command}")
    if any(may_be_same(row.by, owner) for owner in (turn.plan.owner, row.body.owner)):
        return _unmet(test, f"{said} That is the owner, or may be.", f"somebody else than the owner runs: {command}")
    if may_be_same(row.by, turn.launch.by):
        return _unmet(test, f"{said} The same person launched it, or may have.", f"somebody else runs: {command}")
    if turn.reading is None or row.body.result_digest != turn.reading.body.result_digest:
        return _unmet(test, f"{said} It was read again since.", f"decide on the last reading: {command}")
    return Standing(test=test, met=True, evidence=f"{said} “{row.body.why}”")


def _guardrails(candidate: Candidate) -> tuple[GuardrailRow, ...]:
    return candidate.turn.result.guardrails if candidate.turn.result else ()


def _unmet(test: str, evidence: str, todo: str | None) -> Standing:
    return Standing(test=test, met=False, evidence=evidence, todo=todo)
