"""What an adoption would be here, before anything is written: the customers, and the effect to expect of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pitcairn.design.assignment import BUCKETS, take_limit
from pitcairn.design.plan import Plan
from pitcairn.design.resolve import resolve
from pitcairn.errors import Problem, Refused
from pitcairn.evidence.baseline import baseline
from pitcairn.evidence.draw import Draw, count
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.files import files_of
from pitcairn.evidence.mix import mixes
from pitcairn.evidence.population import draw_sources
from pitcairn.iteration.launch import taken_before
from pitcairn.ledger import history
from pitcairn.program import ProgramFolder
from pitcairn.promotion.adoption import Adoption, adopted, state_of
from pitcairn.promotion.compiled import COMPARISON, PRACTICE, model_digest
from pitcairn.promotion.contents import Contents, Stage
from pitcairn.promotion.fitting import Running, Setting, chosen, untried
from pitcairn.promotion.predict import Experience, Prediction, Refusal, Site, predict
from pitcairn.spec.load import load

Files = Mapping[str, tuple[Path, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """The compiled pilot's plan, how many customers it has, and the prediction for them."""

    plan: Plan
    eligible: int
    planned_error: float
    """Of the log ratio, once every stage is open."""
    outcome: Prediction | Refusal


def foresee(
    folder: ProgramFolder,
    draft: ProgramFolder,
    contents: Contents,
    setting: Setting,
    stages: Sequence[Stage],
    *,
    experience: Experience,
    elsewhere_seen: Sequence[Site] = (),
    data: Files,
) -> Foreseen:
    """Counts the customers of the pilot whose files lie in `draft`, and predicts. Changes nothing.

    SpecError where the files are not valid, DataError where customers cannot be counted, Refused where there are fewer
    than the pack needs.
    """
    loaded = load(draft, setting.pilot, 1)
    plan = resolve(loaded)
    files = files_of(folder, loaded.program, data, needed=draw_sources(plan))
    taken = taken_before(folder, plan)
    with Engine.open(folder.scratch) as engine:
        drawn = count(engine, plan, files, taken=taken)
        known = baseline(engine, plan, files, taken=taken)
        found = mixes(engine, plan, files)
    eligible = _eligible(plan, drawn)
    _refuse_small(contents, eligible)
    error = _planned_error(contents, eligible, stages[-1])
    level = known.get(plan.deciding.id)
    packs = {setting.here(group.id): group.id for group in contents.groups}
    outcome = predict(
        contents,
        {packs[group]: mix for group, mix in found.items() if group in packs and any(mix.values())},
        level=None if level is None else level.mean,
        elsewhere_seen=elsewhere_seen,
        experience=experience,
        untried=untried(contents, setting),
        planned_error=error,
    )
    return Foreseen(plan=plan, eligible=eligible, planned_error=error, outcome=outcome)


def adoption_of(
    contents: Contents, pack_digest: str, setting: Setting, stages: Sequence[Stage], foreseen: Foreseen
) -> Adoption:
    """What the ledger registers. Refused where there is no prediction."""
    if isinstance(foreseen.outcome, Refusal):
        raise Refused(foreseen.outcome.why, hint=f"describe a pilot of your own there: pitcairn new {setting.pilot}")
    return Adoption(
        pack=contents.identity.name,
        version=contents.identity.version,
        pack_digest=pack_digest,
        core_digest=contents.core_digest,
        model=model_digest(foreseen.plan),
        program=foreseen.plan.program,
        simulated=foreseen.plan.simulated,
        place=foreseen.plan.scope_label,
        valid_until=contents.identity.valid_until,
        parameters=tuple(sorted((name, str(value)) for name, value in chosen(contents, setting).items())),
        practice=PRACTICE,
        comparison=COMPARISON,
        claimed=contents.claim.raw.log_ratio,
        stages=tuple(stages),
        prediction=foreseen.outcome,
        planned_error=foreseen.planned_error,
        rollback=contents.rollout.rollback,
        channel=contents.model.contact_policy.channel,
        most_contacts=contents.model.contact_policy.most_contacts,
        within_days=contents.model.contact_policy.within_days,
    )


def running(folder: ProgramFolder) -> tuple[Running, ...]:
    """The packs in use in this program: adopted, not rolled back, not retired."""
    found = []
    for pilot in adopted(folder.ledger_file):
        state = state_of(folder.ledger_file, pilot)
        if state.over is None:
            one = state.adoption
            found.append(
                Running(
                    pack=one.pack,
                    pilot=pilot,
                    population=_population(folder, pilot),
                    channel=one.channel,
                    most_contacts=one.most_contacts,
                    within_days=one.within_days,
                )
            )
    return tuple(found)


def _population(folder: ProgramFolder, pilot: str) -> str:
    """Its customers' source, from its launch, or from its files where it was not launched."""
    launched = history.launches(folder.ledger_file, pilot)
    if launched:
        return str(launched[-1].body.plan["population"])
    return resolve(load(folder, pilot, 1)).population


def _eligible(plan: Plan, drawn: Draw) -> int:
    """All who may be drawn; the first stage takes only a share of them."""
    return round(drawn.drawn * BUCKETS / take_limit(plan))


def _refuse_small(contents: Contents, eligible: int) -> None:
    need = contents.requirements.smallest_audience
    if need is not None and eligible < need:
        raise Refused(
            Problem(
                message=f"There are about {eligible:,} customers who may be drawn here; the pack needs {need:,}.",
                hint="widen the place, or wait until others are free again",
            )
        )


def _planned_error(contents: Contents, eligible: int, last: Stage) -> float:
    """The pack's own error, with as many customers as the last stage will have."""
    claim = contents.claim
    there = 1 / claim.customers_control + 1 / claim.customers_treated
    here = 1 / max(1.0, eligible * last.control) + 1 / max(1.0, eligible * last.treat)
    return math.sqrt(claim.raw.variance * here / there)
