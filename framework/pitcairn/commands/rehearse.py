"""`pitcairn rehearse`: the planned pilot, run again and again on made-up outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import click

from pitcairn.commands import options, rehearsal
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.commands.targets import files_by_source, iteration_number


@verb("rehearse", example="pitcairn rehearse second-order")
@options.pilot
@options.iteration
@options.data
@click.option(
    "--repetitions", type=click.IntRange(min=1), metavar="N", help="How often to run the pilot (default: 200)."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    metavar="N",
    help="The same number makes the same rehearsals (default: 1).",
)
def command(
    session: Session, pilot: str, iteration: int | None, data: tuple[str, ...], repetitions: int | None, seed: int
) -> Answer:
    """Run the planned pilot on made-up outcomes, many times.

    Draws the customers again and again, makes up outcomes from what they did before the start, puts in no effect,
    the worth-it gain or a harm as large, and reads them by the rules of a real reading: how often would it promote,
    stop, or not be able to tell? Changes nothing.
    """
    from pitcairn.iteration.rehearse import REPETITIONS, rehearse

    files = files_by_source(data)
    folder = session.folder
    number = iteration_number(folder, pilot, iteration)
    times = repetitions or REPETITIONS
    with _progress(session, times) as done:
        found = rehearse(folder, pilot, number, repetitions=times, seed=seed, data=files, done=done)
    return Answer(
        data={"rehearsal": found},
        show=partial(rehearsal.show, found=found),
        next=found.next_command,
    )


@contextmanager
def _progress(session: Session, times: int) -> Iterator[Callable[[int], None]]:
    """A bar for a person who watches, one line for everybody else."""
    paper = session.talk
    if session.quiet or not (paper.stream.isatty() and paper.typographic):
        session.stage(f"Rehearsing {times:,} times with no effect, with a gain and with a harm …")
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Rehearsing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(file=paper.stream, width=paper.width, no_color=not paper.colour)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=times)
        yield lambda number: bar.update(task, completed=number)
