"""What must hold of who draws the customers of an iteration, one by one or whole households, by us or somebody else."""

from __future__ import annotations

from collections.abc import Iterator

from pitcairn.errors import Problem
from pitcairn.spec.fit import known
from pitcairn.spec.models import Observed
from pitcairn.spec.pilot_rules import measure_ids
from pitcairn.spec.place import Path
from pitcairn.spec.program_rules import wide_source
from pitcairn.spec.turn import Turn
from pitcairn.spec.words import quoted, short


def draw(turn: Turn) -> Iterator[Problem]:
    """Customers can be drawn only where they have names."""
    if isinstance(turn.iteration.spec.assignment, Observed):
        return
    id = turn.pilot.spec.customers.source
    source = turn.program.spec.sources.get(id)
    if source is not None and source.customer is None:
        message = f"nobody can be drawn from “{id}”: it does not say which column names the customer"
        yield turn.iteration.problem(
            ("assignment",), message, f"add “customer: …” to the source “{id}” in program.yaml"
        )


def observed_arms(turn: Turn) -> Iterator[Problem]:
    """Somebody else's draw is told for arms of this iteration, no two the same."""
    written = turn.iteration.spec.assignment
    if not isinstance(written, Observed):
        return
    arms = turn.iteration.ids("arms")
    for id in written.values:
        yield from known(turn.iteration, ("assignment", "values", id), id, arms, "an arm", at_key=True)
    taken: dict[str, str] = {}
    for arm in arms:
        value = str(written.values.get(arm, arm))
        if value in taken:
            at: Path = ("assignment", "values", arm)
            message = f"“{short(value)}” stands for “{taken[value]}” already"
            yield turn.iteration.problem(at, message, f"say in “values” what the column holds for {quoted([arm])}")
        taken.setdefault(value, arm)


def observed_source(turn: Turn) -> Iterator[Problem]:
    """Somebody else's draw is read from a source with a row a customer."""
    written = turn.iteration.spec.assignment
    if not isinstance(written, Observed):
        return
    yield from wide_source(turn.iteration, turn.program, ("assignment", "source"), written.source)
    if "take" in turn.iteration.spec.model_fields_set:
        message = "“take” is for draws of our own, and here somebody else made the draw"
        yield turn.iteration.problem(("take",), message, "remove the line", at_key=True)
    yield from joins(turn, ("assignment", "source"), written.source)


def joins(turn: Turn, at: Path, id: str) -> Iterator[Problem]:
    """A problem for each of the customers' source and this one that does not name its customers."""
    population = turn.pilot.spec.customers.source
    for name in (population, id) if id != population else ():
        source = turn.program.spec.sources.get(name)
        if source is not None and source.customer is None:
            message = f"“{id}” cannot be joined with “{population}”"
            yield turn.iteration.problem(at, message, f"add “customer: …” to the source “{name}” in program.yaml")


def clusters(turn: Turn) -> Iterator[Problem]:
    """Where whole households were drawn, sums by household must do, and all of a household must start together."""
    written = turn.iteration.spec.assignment
    if not isinstance(written, Observed) or written.cluster is None:
        return
    at: Path = ("assignment", "cluster")
    if written.start is not None:
        message = "“cluster” and “start” do not go together: looks by day would need a start for each of what was drawn"
        yield turn.iteration.problem(at, message, "remove one of them", at_key=True)
    source = turn.program.spec.sources.get(written.source)
    if source is not None and source.customer is None:
        message = f"“{written.source}” does not say which column names the customer"
        yield turn.iteration.problem(at, message, f"add “customer: …” to the source “{written.source}”", at_key=True)
    yield from _added_up(turn, at)


def own_clusters(turn: Turn) -> Iterator[Problem]:
    """Whole households can be drawn by us alone, and have a column of their own."""
    column, at = turn.iteration.spec.cluster, ("cluster",)
    if column is None:
        return
    if isinstance(turn.iteration.spec.assignment, Observed):
        message = "“cluster” at this place is for draws of our own, and here somebody else made the draw"
        yield turn.iteration.problem(at, message, "move the line to under  assignment", at_key=True)
        return
    source = turn.program.spec.sources.get(turn.pilot.spec.customers.source)
    if source is not None and column == source.customer:
        message = f"“{column}” names the customer, so everybody would be drawn alone"
        yield turn.iteration.problem(at, message, "remove the line, or name the column of the household")
    yield from _added_up(turn, at)


def _added_up(turn: Turn, at: Path) -> Iterator[Problem]:
    for id in measure_ids(turn.pilot):
        measure = turn.program.spec.measures.get(id)
        if measure is not None and measure.kind == "quantile":
            message = f"“{id}” is a quantile, whose range is only known where customers were drawn one by one"
            yield turn.iteration.problem(at, message, "take the measure out of the pilot, or use a “mean”", at_key=True)


def starts(turn: Turn) -> Iterator[Problem]:
    """Only who draws the customers can say on which day each of them starts."""
    if isinstance(turn.iteration.spec.assignment, Observed) and "starts_over" in turn.iteration.spec.model_fields_set:
        message = "“starts_over” is for draws of our own, and here somebody else made the draw"
        hint = "remove the line, and name the column with each customer's start under  assignment: start"
        yield turn.iteration.problem(("starts_over",), message, hint, at_key=True)
