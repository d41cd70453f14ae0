"""The options that commands share, each written once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pitcairn.commands.answer import Answer
from pitcairn.commands.session import Session

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    DayType = click.ParamType[date]
else:
    # Before click 8.2 the class takes no parameter at run time.
    DayType = click.ParamType

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Day(DayType):
    """A day written as year-month-day."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is not a date; write year-month-day, such as 2026-03-02.", param, ctx)


def verb(name: str, *, example: str) -> Callable[[Callable[..., Answer]], click.Command]:
    """Makes a command of a function that takes the session and gives an Answer; its help ends with the example."""

    def build(function: Callable[..., Answer]) -> click.Command:
        @functools.wraps(function)
        @click.pass_obj
        def run(session: Session, /, **given: Any) -> int:
            return session.give(name, function(session, **given))

        words = name.split("-")[-1]
        return click.command(words, epilog=f"\b\nExample:\n  {example}")(around(run))

    return build


def around(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that may stand before or after the verb."""
    for decorator in reversed(_AROUND):
        function = decorator(function)
    return function


def _kept(*names: str, help: str, type: Any = None, metavar: str | None = None) -> Decorator:
    """An option that sets the session's field of the same name and is not passed on."""

    def keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        if value and parameter.name and isinstance(context.obj, Session):
            setattr(context.obj, parameter.name, value)

    shape: dict[str, Any] = {"is_flag": True} if type is None else {"type": type, "metavar": metavar}
    return click.option(*names, expose_value=False, is_eager=True, callback=keep, help=help, **shape)


_AROUND = (
    _kept(
        "-C",
        "--program",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        metavar="DIR",
        help="The program's folder (default: the nearest with program.yaml).",
    ),
    _kept("--json", help="Print one JSON object on stdout."),
    _kept("--plain", help="No colour, no typographic signs."),
    _kept("-q", "--quiet", help="Say nothing on stderr but errors."),
    _kept("-v", "--verbose", help="Say more where something fails."),
    _kept("--no-input", help="Never ask; fail instead."),
)

today = _kept(
    "--today",
    type=Day(),
    metavar="DATE",
    help="Act as on this day; only in a program whose data is simulated.",
)


def pilots_here(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Completions for a pilot's id, from the names of folders alone."""
    from click.shell_completion import CompletionItem

    from pitcairn.errors import PitcairnError

    session = context.obj if isinstance(context.obj, Session) else Session()
    try:
        return [CompletionItem(pilot) for pilot in session.folder.pilot_ids() if pilot.startswith(incomplete)]
    except PitcairnError:
        return []


pilot = click.argument("pilot", shell_complete=pilots_here)
any_pilot = click.argument("pilot", required=False, shell_complete=pilots_here)
iteration = click.option(
    "--iteration", type=click.IntRange(min=1), metavar="N", help="Which iteration (default: the latest)."
)
launched = click.option(
    "--iteration", type=click.IntRange(min=1), metavar="N", help="Which iteration (default: the last one launched)."
)


def _carried(context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Keeps the files for the session as well, so that the command to type next can name them."""
    if isinstance(context.obj, Session):
        context.obj.data = value
    return value


data = click.option(
    "--data",
    multiple=True,
    metavar="SOURCE=FILE",
    callback=_carried,
    help="Read a source from this file instead; may be repeated.",
)
dry_run = click.option("-n", "--dry-run", is_flag=True, help="Do everything but write; say what would be written.")
yes = click.option("-y", "--yes", is_flag=True, help="Do not ask for confirmation.")
by = click.option("--by", metavar="NAME", help="Who does this (default: git's user.name, else your user name).")
