"""The steps of `adopt`, once the pack is known to be whole: fit, files, prediction, ledger."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from shutil import copyfile, rmtree

import click

from pitcairn.commands.adopted_files import pilot_file, stage_file
from pitcairn.commands.pilot_files import add_pilot, require_free
from pitcairn.commands.scaffold import write_files
from pitcairn.errors import Refused
from pitcairn.program import ProgramFolder
from pitcairn.promotion.adopt import adoption_of, foresee, running
from pitcairn.promotion.adoption import register
from pitcairn.promotion.calibration import learnt, seen_elsewhere
from pitcairn.promotion.compiled import first_stage, growing_stages, pilot_values
from pitcairn.promotion.contents import Contents
from pitcairn.promotion.fitting import Setting, misfits
from pitcairn.promotion.foretold import predicted
from pitcairn.promotion.registry import adoptions_in
from pitcairn.promotion.since import refresh
from pitcairn.promotion.trust import Verified
from pitcairn.promotion.vouched import sign, try_keys
from pitcairn.spec.load import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What was, or would be, adopted: sentences for people, and the files."""

    said: tuple[str, ...]
    files: tuple[Path, ...]


def pairs(written: Iterable[str], flag: str) -> Mapping[str, str]:
    """`NAME=VALUE` texts by name; click's usage error for a text of another form."""
    found = {}
    for text in written:
        name, sign, value = text.partition("=")
        if not (name and sign and value):
            raise click.BadParameter(f"“{text}” is not NAME=VALUE.", param_hint=flag)
        found[name] = value
    return found


def refuse_untrusted(found: Verified, unsigned: bool) -> None:
    """Refused where too few trusted people stand for the pack, unless it is taken without."""
    if found.trusted != "yes" and not unsigned:
        raise Refused(
            found.trust_sentence,
            hint="add the signers to trusted-keys.yaml; or, where you know yourself whom it is from, add --unsigned",
        )


def adopt(
    folder: ProgramFolder,
    contents: Contents,
    digest: str,
    setting: Setting,
    registry: Path | None,
    data: Mapping[str, tuple[Path, ...]],
    *,
    by: str,
    now: datetime,
    today: date,
    dry_run: bool,
    keys: Sequence[Path] = (),
) -> Adopted:
    """The pilot's files and the registered prediction, or nothing at all; then signed with the keys, if any.

    Refused with everything that does not fit, where the customers are too unlike, and where they are too few.
    """
    try_keys(keys)
    program = load(folder).program
    if problems := misfits(contents, program, setting, running(folder), today):
        raise Refused(problems)
    require_free(folder, setting.pilot)
    stages = growing_stages(contents.rollout)
    note = f"{contents.identity.name} {contents.identity.version}, adopted. Its core is not to be changed."
    files = {
        "pilot.yaml": pilot_file(pilot_values(contents, setting), note),
        "iteration-1.yaml": stage_file(first_stage(contents, setting, stages), note),
    }
    place = {**program.locations, **program.product_lines}[setting.at]
    past = adoptions_in(registry)[0] if registry else ()
    if not program.simulated:
        # Made-up customers teach nothing about real ones.
        past = tuple(one for one in past if one.simulated is None)
    with tempfile.TemporaryDirectory(prefix=".adopt-", dir=folder.root) as temporary:
        draft = ProgramFolder(Path(temporary))
        copyfile(folder.program_file, draft.program_file)
        write_files(draft.pilot_folder(setting.pilot), files)
        foreseen = foresee(
            folder,
            draft,
            contents,
            setting,
            stages,
            experience=learnt(past, but=contents.core_digest),
            elsewhere_seen=seen_elsewhere(past, contents.core_digest, but=place),
            data=data,
        )
    adoption = adoption_of(contents, digest, setting, stages, foreseen)
    written = add_pilot(folder, setting.pilot, files, dry_run=dry_run)
    if not dry_run:
        try:
            register(folder.ledger_file, setting.pilot, foreseen.plan.lineage, adoption, by=by, at=now)
        except BaseException:
            rmtree(folder.pilot_folder(setting.pilot), ignore_errors=True)
            raise
        if keys:
            written = (*written, sign(folder, setting.pilot, keys))
        refresh(folder, foreseen.plan.lineage)
    limits = tuple(f"It must not be used: {text}" for text in contents.out_of_scope)
    start = f"About {foreseen.eligible:,} customers may be drawn here, stage by stage."
    return Adopted(said=(start, *predicted(adoption.prediction), *limits), files=written)
