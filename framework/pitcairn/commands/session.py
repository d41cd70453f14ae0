"""What the person at the terminal asked for around the verb: which program, which form, which day, which name."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pitcairn.commands.answer import Answer
from pitcairn.commands.paper import Paper, unicode_safe
from pitcairn.errors import Refused
from pitcairn.program import ProgramFolder

if TYPE_CHECKING:
    from pitcairn.spec.models import ProgramSpec


READERS = ("check", "launch", "plan", "promote", "read", "rehearse")
"""Verbs that take `--data`: files that were given to one are given to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a command runs: the instant, and the day it is in the program's time zone."""

    now: datetime
    today: date


@dataclass(slots=True, kw_only=True)
class Session:
    """The global options, filled in by whichever side of the verb they were written on."""

    program: Path | None = None
    json: bool = False
    plain: bool = False
    quiet: bool = False
    verbose: bool = False
    no_input: bool = False
    today: date | None = None
    data: tuple[str, ...] = ()
    unsure: str | None = None
    """Where to look while it is not certain whether something on disk was changed."""

    @property
    def asks(self) -> bool:
        """Whether there is a person to ask."""
        return not self.no_input and not self.json and sys.stdin.isatty()

    @property
    def folder(self) -> ProgramFolder:
        """The program asked for, or the nearest; SpecError when there is none."""
        return ProgramFolder.find(self.program or Path.cwd())

    @property
    def out(self) -> Paper:
        return Paper.on(sys.stdout, plain=self.plain)

    @property
    def talk(self) -> Paper:
        return Paper.on(sys.stderr, plain=self.plain)

    def stage(self, text: str) -> None:
        """Tells on stderr what is going on."""
        if not self.quiet:
            self.talk.say(text)

    @contextmanager
    def changing(self, look: str, *, really: bool = True) -> Iterator[None]:
        """Marks the stretch in which an interruption may come too late, and says where to look then."""
        self.unsure = look if really else None
        yield
        self.unsure = None

    def confirm(self, question: str) -> None:
        """Goes on only after a yes; usage error where nobody can be asked."""
        if not self.asks:
            raise click.UsageError(f"{question} There is nobody to ask here: add -y to say yes.")
        click.confirm(question, abort=True, err=True)

    def open(self, page: Path) -> None:
        """Shows a page in the browser; says so where there is none."""
        import webbrowser

        if not webbrowser.open(page.absolute().as_uri()):
            self.talk.say(f"No browser was found; open {self.shown(page)} yourself.")

    def moment(self, folder: ProgramFolder) -> Moment:
        """Now, or the day given with --today; Refused where the program's data is not simulated."""
        from pitcairn.spec.load import load

        return self.moment_in(load(folder).program)

    def moment_in(self, program: ProgramSpec) -> Moment:
        """The same, for a program already loaded."""
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(program.time_zone)
        if self.today is None:
            now = datetime.now(UTC)
            return Moment(now=now, today=now.astimezone(zone).date())
        if program.simulated is None:
            raise Refused(
                "--today moves the clock, and this program's data is not declared as simulated.",
                hint="leave --today out; to read the data as of an earlier day: pitcairn read PILOT --as-of DATE",
            )
        return Moment(now=datetime.combine(self.today, time(12), zone).astimezone(UTC), today=self.today)

    def shown(self, path: Path) -> str:
        """A path as people can click it: relative to where they are, if it is below."""
        here = Path.cwd()
        path = path.absolute()
        return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()

    def command(self, text: str) -> str:
        """A command to type next, from where the person is, on the files that the person gave."""
        import shlex

        if not text.startswith("pitcairn "):
            return text
        if text.split()[1] in READERS:
            text = " ".join([text, *(f"--data {shlex.quote(one)}" for one in self.data)])
        if self.program is None:
            return text
        return f"pitcairn -C {shlex.quote(str(self.program))} {text.removeprefix('pitcairn ')}"

    def give(self, verb: str, answer: Answer) -> int:
        """Prints the answer in the form asked for; gives the exit code."""
        following = self.command(answer.next) if answer.next else None
        if self.json:
            self.print_json(
                {"schema": f"pitcairn.{verb}/1", "ok": answer.ok, **answer.data, "next": following}, answer.exit_code
            )
            return answer.exit_code
        answer.show(self.out)
        if following:
            self.out.say(f"Next: {following}")
        return answer.exit_code

    def print_json(self, value: dict[str, Any], exit_code: int) -> None:
        """Prints the one object of `--json`."""
        from pitcairn.canonical import plain

        text = json.dumps(
            {**plain(value), "exit": exit_code}, indent=2, ensure_ascii=not unicode_safe(sys.stdout), allow_nan=False
        )
        Paper(sys.stdout, colour=False, typographic=True).write(text)
