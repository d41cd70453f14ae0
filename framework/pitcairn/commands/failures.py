"""From an exception to what a person, or a program, is told about it."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import asdict, dataclass

import click

from pitcairn.commands.session import Session
from pitcairn.errors import PitcairnError, Problem

BUG, USAGE, INTERRUPTED = 1, 2, 130
# By code and whether a file is named: what is wrong in a plan file is mended there; data that is named is a file's own.
_AFTERWARDS = {
    ("plan_invalid", True): "Nothing was changed. Mend the file and run the command again.",
    ("data_invalid", False): "Nothing was changed. Mend the data, or point to other files with --data SOURCE=FILE.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong, in the form every command reports it."""

    code: str
    exit_code: int
    problems: tuple[Problem, ...]
    last: str | None = None
    """The last line: what was changed, and what to do."""


def failure_of(error: BaseException, *, unsure: str | None) -> Failure:
    """What to tell about an exception, whatever it is; `unsure` says where to look if something may have changed."""
    if isinstance(error, PitcairnError):
        placed = any(problem.file for problem in error.problems)
        last = _AFTERWARDS.get((error.code, placed), "Nothing was changed.")
        return Failure(code=error.code, exit_code=error.exit_code, problems=error.problems, last=last)
    if isinstance(error, click.UsageError):
        return Failure(code="usage", exit_code=USAGE, problems=(_usage(error),))
    if isinstance(error, click.ClickException):
        return Failure(code="usage", exit_code=USAGE, problems=(Problem(message=error.format_message()),))
    if isinstance(error, KeyboardInterrupt | click.Abort | EOFError):
        told = "Interrupted." if unsure else "Interrupted; nothing was changed."
        return Failure(code="interrupted", exit_code=INTERRUPTED, problems=(Problem(message=told, hint=unsure),))
    if isinstance(error, OSError):
        return Failure(code="system", exit_code=BUG, problems=(_system(error),))
    return Failure(code="bug", exit_code=BUG, problems=(_bug(error),))


def report(session: Session, failure: Failure) -> int:
    """Prints the failure, as JSON on stdout or in words on stderr; gives the exit code."""
    if session.json:
        problems = [asdict(problem) for problem in failure.problems]
        # Where stdout itself is what failed, as on a full disk, stderr says so.
        with suppress(OSError):
            told = {"schema": "pitcairn.error/1", "ok": False, "code": failure.code, "problems": problems}
            session.print_json(told, failure.exit_code)
            return failure.exit_code
    paper = session.talk
    if failure.exit_code == INTERRUPTED and sys.stderr.isatty():
        # A question may still stand on the line.
        paper.say()
    if len(failure.problems) > 1:
        paper.say(f"{len(failure.problems)} problems\n", bold=True)
    for place, problem in enumerate(failure.problems):
        paper.say(("\n" if place else "") + str(problem))
    if failure.last:
        paper.say(f"\n{failure.last}")
    return failure.exit_code


def show_traceback(session: Session) -> None:
    """Prints the running exception's traceback on stderr, where --verbose asks for it."""
    import traceback

    if session.verbose:
        session.talk.say(traceback.format_exc())


def _usage(error: click.UsageError) -> Problem:
    command = error.ctx.command_path if error.ctx else "pitcairn"
    return Problem(message=error.format_message(), hint=f"see: {command} --help")


def _system(error: OSError) -> Problem:
    where = f"{error.filename}: " if error.filename else ""
    return Problem(message=f"{where}{error.strerror or error}.", hint="check the path, its permissions and free space")


def _bug(error: BaseException) -> Problem:
    from pitcairn import __version__

    return Problem(
        message=f"This is a bug in Pitcairn, not in your files: {type(error).__name__}: {error}",
        hint="run it again with --verbose, and report what it prints, with the command you typed "
        f"(Pitcairn {__version__}, Python {sys.version.split()[0]})",
    )
