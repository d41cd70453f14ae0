"""`promote`: the promotion tests, and where all are met the pack and its row in the ledger, both or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pitcairn.atomic import write_all
from pitcairn.canonical import plain
from pitcairn.errors import DataError, PitcairnError, Problem, Refused
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.mentions import mentioned
from pitcairn.iteration.again import Again, again
from pitcairn.iteration.read import NO_FILES, Files
from pitcairn.ledger import history
from pitcairn.ledger.ledger import Ledger
from pitcairn.program import ProgramFolder
from pitcairn.promotion import archive, privacy
from pitcairn.promotion.assemble import Case, assembled, practice_files
from pitcairn.promotion.candidate import Candidate, candidate
from pitcairn.promotion.contents import Contents, Tested
from pitcairn.promotion.history import Turn
from pitcairn.promotion.pack import ENDING, archive_digest, packed, read
from pitcairn.promotion.payload import payload
from pitcairn.promotion.readiness import Standing, standings
from pitcairn.promotion.since import refresh
from pitcairn.promotion.versions import FIRST, Earlier, Parts, next_version, parts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionBody:
    """What a `promotion` row holds: which pack was made of which decision, and what later versions are held against."""

    name: str
    version: str
    arm: str
    file: str
    pack_digest: str
    core_digest: str
    archive_digest: str
    """SHA-256 of the file as it was written, before anybody signed it."""
    decision: str
    """Digest of the decision's row."""
    valid_until: str
    parts: Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A pack that was written, or would be."""

    standings: tuple[Standing, ...]
    contents: Contents
    digest: str
    file: Path
    size: int
    again: bool
    """The ledger has this very pack already; only the file was made anew."""
    dry_run: bool


def promote(
    folder: ProgramFolder,
    pilot: str,
    arm: str | None,
    *,
    by: str,
    now: datetime,
    number: int | None = None,
    dry_run: bool = False,
    data: Files = NO_FILES,
) -> Promotion:
    """Pack the model of an arm with its evidence, and record it; without `arm`, of the only arm that was tried.

    The reading it rests on is taken again first, from `data` where a source lies elsewhere by now. Refused with every
    promotion test that is not met, or with everything in playbook, assets and texts that must not leave the program;
    SpecError where `pack.yaml` does not fit the plan. The pack is the same to the byte whenever and wherever it is made
    of the same ledger and files: `now` is only when the row is written.
    """
    found = candidate(folder, pilot, arm, number)
    tests = standings(found, read_again(found, data))
    refuse_unmet(found, tests)
    case = _case(found)
    practice = practice_files(case)
    _refuse_names(practice)
    tested = (*(Tested(test=one.test, evidence=one.evidence) for one in tests), _searched(case, practice))
    contents = assembled(case, FIRST, tested, practice)
    _refuse_private(folder, found, contents, practice)
    earlier = _earlier(folder, contents.identity.name)
    version = next_version(earlier, parts_of(contents))
    contents = assembled(case, version, tested, practice)
    made = packed(contents, payload(contents, practice, _told(found), found.turn))
    pack = read(made, file=f"{contents.identity.name}-{version}{ENDING}")
    path = folder.packs / f"{pack.name}{ENDING}"
    known = any(one.version == version for one in earlier)
    if not dry_run:
        body = None if known else _body(contents, folder, path, made, pack.digest)
        _keep(folder, found, path, made, body, by, now)
        refresh(folder, found.turn.plan.lineage)
    return Promotion(
        standings=tests,
        contents=contents,
        digest=pack.digest,
        file=path,
        size=len(made),
        again=known,
        dry_run=dry_run,
    )


def read_again(found: Candidate, data: Files = NO_FILES) -> Again | None:
    """The reading that a promotion rests on, taken again; None where there is none, or its result is another one."""
    turn = found.turn
    if turn.reading is None or turn.result is None:
        return None
    return again(found.folder, turn.launch, turn.reading, turn.result, data=data)


def refuse_unmet(found: Candidate, tests: Sequence[Standing]) -> None:
    """Refused with every test that is not met, each with its evidence and what to do."""
    unmet = [one for one in tests if not one.met]
    if unmet:
        count = f"{len(unmet)} of {len(tests)} tests {'is' if len(unmet) == 1 else 'are'} not met"
        first = Problem(message=f"“{found.arm}” of {found.pilot} cannot be promoted yet: {count}.")
        raise Refused([first, *(Problem(message=f"{one.test}: {one.evidence}", hint=one.todo) for one in unmet)])


def _case(found: Candidate) -> Case:
    if found.spec is None or found.decision is None:
        raise PitcairnError("The promotion tests are met without a pack.yaml or a decision.")
    return Case(
        folder=found.folder,
        pilot=found.pilot,
        arm=found.arm,
        turn=found.turn,
        turns=found.turns,
        spec=found.spec,
        decision=found.decision,
    )


def _told(found: Candidate) -> tuple[Turn, ...]:
    """The iterations whose results go along: the pilot's own, and its lineage's in other pilots."""
    plan = found.turn.plan
    return tuple(turn for turn in found.turns if turn.plan.pilot == plan.pilot or turn.plan.lineage == plan.lineage)


def _refuse_names(practice: Mapping[str, bytes]) -> None:
    wrong = [(path.removeprefix("practice/"), why) for path in practice if (why := archive.bad_name(path))]
    large = [path for path, data in practice.items() if len(data) > archive.LARGEST_FILE]
    if wrong or large:
        raise Refused(
            [
                *(Problem(message=f"“{path}” cannot be in a pack: {why}.", hint="rename it") for path, why in wrong),
                *(Problem(message=f"“{path}” is too large for a pack.") for path in large),
            ]
        )


def _refuse_private(folder: ProgramFolder, found: Candidate, contents: Contents, practice: Mapping[str, bytes]) -> None:
    vouched = found.spec.looked_through if found.spec else {}
    lists = [folder.assignment_file(turn.plan.pilot, turn.plan.number) for turn in found.turns]
    with Engine.open(folder.scratch) as engine:
        known = [path for path in lists if path.is_file()]
        problems = privacy.faults(contents, practice, lambda words: mentioned(engine, known, words), vouched)
    if problems:
        raise Refused(problems)


def _searched(case: Case, practice: Mapping[str, bytes]) -> Tested:
    """What was searched for customers, and what only a person could look through: told to whoever gets the pack."""
    unseen = privacy.unseen(practice)
    said = [f"{len(practice) - len(unseen)} of {len(practice)} files and every text were searched, and name nobody."]
    said += [f"{name} cannot be searched: {case.spec.looked_through.get(name, '')}" for name in unseen]
    return Tested(test="Nothing in it names a customer", evidence=" ".join(said))


def _earlier(folder: ProgramFolder, name: str) -> tuple[Earlier, ...]:
    """The versions of a name that the ledger has. DataError where a row does not hold what it should."""
    found = []
    for row in history.entries(folder.ledger_file, "promotion"):
        try:
            if row.body["name"] == name:
                found.append(Earlier(version=str(row.body["version"]), parts=Parts(**row.body["parts"])))
        except (KeyError, TypeError):
            raise DataError(
                f"Row {row.seq} of the ledger does not hold what a promotion should.",
                hint="see what was changed with: pitcairn ledger verify",
            ) from None
    return tuple(found)


def _body(contents: Contents, folder: ProgramFolder, path: Path, data: bytes, digest: str) -> PromotionBody:
    identity = contents.identity
    return PromotionBody(
        name=identity.name,
        version=identity.version,
        arm=identity.arm,
        file=folder.relative(path),
        pack_digest=digest,
        core_digest=contents.core_digest,
        archive_digest=archive_digest(data),
        decision=contents.ledger_head,
        valid_until=identity.valid_until,
        parts=parts_of(contents),
    )


def _keep(
    folder: ProgramFolder,
    found: Candidate,
    path: Path,
    data: bytes,
    body: PromotionBody | None,
    by: str,
    now: datetime,
) -> None:
    """The row is committed only once the file is in its place; a file that people may have signed is left as it is."""
    if body is None:
        if not path.exists():
            write_all({path: data})
        return
    plan = found.turn.plan
    with Ledger.open(folder.ledger_file) as ledger, ledger.transaction():
        ledger.append(
            "promotion",
            pilot=plan.pilot,
            iteration=plan.number,
            lineage=plan.lineage,
            body=plain(body),
            by=by,
            at=now,
        )
        write_all({path: data})
