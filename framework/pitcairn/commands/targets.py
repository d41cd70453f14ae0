"""What the words on the command line point to: an iteration, files of data, a person."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from pitcairn.errors import Problem, SpecError
from pitcairn.program import ProgramFolder


def iteration_number(folder: ProgramFolder, pilot: str, asked: int | None) -> int:
    """The iteration asked for, or the latest; SpecError with the nearest name where the pilot is unknown."""
    if not folder.pilot_file(pilot).is_file():
        from pitcairn.spec.load import unknown_pilot

        raise SpecError(unknown_pilot(folder, pilot))
    known = folder.iterations(pilot)
    if asked in known or (asked is None and known):
        return asked or known[-1]
    found = f"it has: {', '.join(f'iteration-{number}.yaml' for number in known)}" if known else "write one"
    raise SpecError(Problem(message=f"Pilot “{pilot}” has no iteration-{asked or 1}.yaml.", hint=found))


def files_by_source(written: Iterable[str]) -> Mapping[str, tuple[Path, ...]]:
    """`SOURCE=FILE` texts as files by source; click's usage error for a text of another form."""
    found: dict[str, tuple[Path, ...]] = {}
    for text in written:
        source, sign, file = text.partition("=")
        if not (source and sign and file):
            raise click.BadParameter(f"“{text}” is not SOURCE=FILE, such as orders=data/orders.csv.")
        found[source] = (*found.get(source, ()), Path(file).absolute())
    return found


LONGEST, LONGEST_NAME = 2000, 200
"""Characters of a text, and of a name, as in the plan files."""


def recordable(text: str, flag: str, longest: int = LONGEST) -> str:
    """The text as it goes on record; click's usage error where no page could show it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        what = "holds something that is no character: your terminal sends another encoding than it says"
        raise click.UsageError(f"{flag} {what}. Set it to UTF-8, or write without accents.") from None
    if len(text) > longest:
        raise click.UsageError(f"{flag} is {len(text):,} characters long; {longest:,} are the most that pages show.")
    return text


def person(given: str | None, folder: Path) -> str:
    """Who acts: the name given, else git's user.name, else the operating system's user; never somebody unsaid."""
    if given is not None and not given.strip():
        raise click.UsageError("--by is empty; say who does this.")
    name = given or _git_user(folder) or _system_user()
    if not name:
        raise click.UsageError("It is not known who you are; say it with --by NAME.")
    return recordable(name, "The name in --by" if given else "Your name", LONGEST_NAME)


def _git_user(folder: Path) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    try:
        asked = subprocess.run(  # noqa: S603  a fixed command, without a shell
            [git, "config", "user.name"], cwd=folder, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return asked.stdout.strip() or None


def _system_user() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return os.environ.get("USERNAME")
