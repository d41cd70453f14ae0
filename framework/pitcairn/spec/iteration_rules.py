"""What must hold inside `iteration-N.yaml`, and between it, its pilot and the program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from pitcairn.errors import Problem
from pitcairn.spec.draw_rules import clusters, draw, joins, observed_arms, observed_source, own_clusters, starts
from pitcairn.spec.fit import known, once, positive, possible, unit_fits
from pitcairn.spec.models import EventSource, IterationSpec, Observed, WideSource
from pitcairn.spec.pilot_rules import measure_ids
from pitcairn.spec.place import Path
from pitcairn.spec.turn import Turn
from pitcairn.spec.words import short

SMALLEST_SHARE = Fraction(1, 1000)
"""A thousandth: ten of the hash's ten thousand pieces."""


def shares(turn: Turn) -> Iterator[Problem]:
    """The arms' shares add up to 1, exactly."""
    turn.iteration.sound("arms")
    arms = turn.iteration.spec.arms
    total = sum((arm.share for arm in arms.values()), Fraction(0))
    if total != 1:
        each = ", ".join(f"{id} {percent(arm.share)}" for id, arm in arms.items())
        near = abs(total - 1) < Fraction(1, 50)
        hint = f"{each}; write shares such as 1/{len(arms)}, which are exact" if near else each
        message = f"shares add up to {percent(total)}, not 100%"
        if percent(total) == "100%":
            message = f"shares add up to {total.numerator}/{total.denominator}, not exactly 1"
        yield turn.iteration.problem(("arms",), message, hint, at_key=True)
    for id, arm in arms.items():
        if arm.share < SMALLEST_SHARE:
            message = f"{percent(arm.share)} is too small a share to draw"
            yield turn.iteration.problem(("arms", id, "share"), message, "use 0.1% or more")


def percent(share: Fraction) -> str:
    """The share in percent with at most two decimals.

    >>> percent(Fraction(1, 3)), percent(Fraction(1, 2))
    ('33.33%', '50%')
    """
    return f"{float(share * 100):.2f}".rstrip("0").rstrip(".") + "%"


def roles(turn: Turn) -> Iterator[Problem]:
    """One arm is compared with, at least one is tried."""
    turn.iteration.sound("arms")
    arms = turn.iteration.spec.arms
    compared = [id for id, arm in arms.items() if arm.role != "treatment"]
    if not compared:
        message = "no arm is there to compare with"
        hint = "add “role: control” (today's practice) or “role: holdout” (nothing) to one arm"
        yield turn.iteration.problem(("arms",), message, hint, at_key=True)
    for id in compared[1:]:
        message = f"“{id}” is a second arm to compare with, besides “{compared[0]}”"
        at = ("arms", id, "role")
        yield turn.iteration.problem(at, message, "exactly one arm is control or holdout")
    if len(compared) == len(arms) == 1:
        message = "no arm tries anything"
        yield turn.iteration.problem(("arms",), message, "add an arm with “role: treatment”", at_key=True)


def exposure(turn: Turn) -> Iterator[Problem]:
    """Who was reached is known from a source of the program that says so by itself, customer by customer."""
    written, at = turn.iteration.spec.exposure, ("exposure", "source")
    if written is None:
        return
    yield from known(turn.iteration, at, written.source, turn.program.ids("sources"), "a source of the program")
    yield from possible(turn.iteration, ("exposure", "where"), written.where)
    source = turn.program.spec.sources.get(written.source)
    if isinstance(source, EventSource) and (written.column or written.day):
        key = "column" if written.column else "day"
        message = f"every row of “{written.source}” is one time that a customer was reached"
        yield turn.iteration.problem(("exposure", key), message, f"remove “{key}”; choose rows with “where”")
    elif isinstance(source, WideSource) and not (written.column or written.day or written.where):
        message = f"“{written.source}” has a row a customer, and nothing says who of them was reached"
        yield turn.iteration.problem(("exposure",), message, "name a “column”, a “day” or a “where”", at_key=True)
    if source is not None and written.source != turn.pilot.spec.customers.source:
        yield from joins(turn, at, written.source)


def confirmation(turn: Turn) -> Iterator[Problem]:
    """A confirmation compares two halves. Somebody else may have drawn them; then it is judged, but never promotes."""
    spec = turn.iteration.spec
    if spec.stage != "confirm":
        if "spending" in spec.model_fields_set:
            message = "“spending” says how a confirmation spends its error, and an exploration has none to spend"
            yield turn.iteration.problem(("spending",), message, "remove the line", at_key=True)
        return
    turn.iteration.sound("arms")
    if len(spec.arms) != 2 or any(arm.share != Fraction(1, 2) for arm in spec.arms.values()):
        each = ", ".join(f"{id} {percent(arm.share)}" for id, arm in spec.arms.items())
        message = f"a confirmation has two arms of 50%, not {each}"
        yield turn.iteration.problem(("arms",), message, "keep one model and the arm it is compared with", at_key=True)


PRACTICE = ("role", "message", "channel", "when", "how_often", "offer")
"""What makes an arm the same model as before; its label and share do not."""


def frozen(turn: Turn) -> Iterator[Problem]:
    """A confirmation keeps the model, the worth-it line and the follow-up of an iteration before it."""
    if turn.iteration.spec.stage != "confirm" or not turn.earlier:
        return
    turn.iteration.sound("arms", "worth_it", "follow_up")
    found = []
    for number, draft in turn.earlier:
        draft.sound("arms", "worth_it", "follow_up")
        found.append(list(_thawed(turn, number, draft.spec)))
    yield from min(found, key=len)


def _thawed(turn: Turn, number: int, before: IterationSpec) -> Iterator[Problem]:
    spec = turn.iteration.spec
    for id, arm in spec.arms.items():
        if id not in before.arms:
            message = f"“{id}” was not tried in iteration {number}, so it cannot be confirmed"
            hint = "explore it first, or name an arm that was tried: " + ", ".join(before.arms)
            yield turn.iteration.problem(("arms", id), message, hint, at_key=True)
            continue
        for key in PRACTICE:
            now, then = getattr(arm, key), getattr(before.arms[id], key)
            if now != then:
                yield _changed(turn, ("arms", id, key), key, then, number)
    for key, same in (
        ("worth_it", spec.worth_it == before.worth_it),
        ("follow_up", spec.follow_up == before.follow_up),
    ):
        if not same:
            yield _changed(turn, (key,), key, None, number)


def _changed(turn: Turn, path: Path, key: str, then: str | None, number: int) -> Problem:
    message = f"“{key}” is not what it was in iteration {number}: a confirmation keeps the model as it was explored"
    was = f"put it back to “{short(then)}”" if then else "put it back as it was"
    return turn.iteration.problem(path, message, f"{was}, or explore the change first")


def worth_it(turn: Turn) -> Iterator[Problem]:
    """The worth-it line is positive and fits the deciding measure."""
    line, at = turn.iteration.spec.worth_it, ("worth_it",)
    yield from positive(turn.iteration, at, line, "the worth-it line")
    id = turn.pilot.spec.deciding
    if measure := turn.program.spec.measures.get(id):
        yield from unit_fits(turn.iteration, at, line, id, measure)


def predicted_arms(turn: Turn) -> Iterator[Problem]:
    """Predictions are about arms that try something."""
    treated = [id for id in turn.iteration.ids("arms") if _tries(turn, id)]
    for path, arm in turn.iteration.words("predictions", "arm") if treated else ():
        yield from known(turn.iteration, path, arm, treated, "an arm that tries something")


def predicted_once(turn: Turn) -> Iterator[Problem]:
    """Nobody predicts the same thing twice."""
    said: set[tuple[str, str]] = set()
    for index, item in turn.iteration.entries("predictions", turn.iteration.spec.predictions):
        if (item.arm, item.measure) in said:
            message = f"“{item.measure}” for “{item.arm}” is predicted already"
            yield turn.iteration.problem(("predictions", index, "arm"), message, "keep one of them")
        said.add((item.arm, item.measure))


def _tries(turn: Turn, id: str) -> bool:
    arm = turn.iteration.spec.arms.get(id)
    return arm is None or arm.role == "treatment"


def predicted_measures(turn: Turn) -> Iterator[Problem]:
    """Predictions are about measures of the pilot."""
    turn.pilot.sound("guardrails", "signals", "watch")
    own = measure_ids(turn.pilot)
    for path, id in turn.iteration.words("predictions", "measure"):
        yield from known(turn.iteration, path, id, own, "a measure of this pilot")


def predicted_units(turn: Turn) -> Iterator[Problem]:
    """Predicted gains are in the units of their measures."""
    for index, item in turn.iteration.entries("predictions", turn.iteration.spec.predictions):
        if measure := turn.program.spec.measures.get(item.measure):
            yield from unit_fits(turn.iteration, ("predictions", index, "gain"), item.gain, item.measure, measure)


def groups(turn: Turn) -> Iterator[Problem]:
    """Groups are the program's, each named once, from sources that can be joined."""
    named = tuple(turn.iteration.words("groups"))
    yield from once(turn.iteration, named)
    for path, id in named:
        yield from known(turn.iteration, path, id, turn.program.ids("groups"), "a group of the program")
    for path, id in named:
        group = turn.program.spec.groups.get(id)
        if group is not None and group.source is not None:
            yield from joins(turn, path, group.source)


def windows(turn: Turn) -> Iterator[Problem]:
    """No measure looks further than customers are followed."""
    follow_up = turn.iteration.spec.follow_up
    for id in measure_ids(turn.pilot):
        measure = turn.program.spec.measures.get(id)
        if measure is None or measure.window is None or measure.window <= follow_up:
            continue
        if not isinstance(turn.program.spec.sources.get(measure.source), EventSource):
            continue
        message = f"customers are followed {follow_up} days, and “{id}” looks at {measure.window}"
        hint = f"write “follow_up: {measure.window} days” or more, or shorten the measure's window in program.yaml"
        yield turn.iteration.problem(("follow_up",), message, hint)


def quantiles(turn: Turn) -> Iterator[Problem]:
    """What is tested at many looks must add up from day to day, and quantiles do not."""
    spec = turn.iteration.spec
    written = spec.assignment
    at: Path = ("assignment", "start") if isinstance(written, Observed) else ("starts_over",)
    if (written.start is None) if isinstance(written, Observed) else spec.starts_over == 1:
        return
    tested = [guardrail.measure for guardrail in turn.pilot.spec.guardrails]
    tested += [turn.pilot.spec.deciding] if spec.stage == "confirm" else []
    for id in tested:
        measure = turn.program.spec.measures.get(id)
        if measure is not None and measure.kind == "quantile":
            message = (
                f"“{id}” is a quantile, which cannot be tested day by day, and customers start on days of their own"
            )
            hint = (
                "let all customers start on one day, or decide by a “mean”, with a “cap” if a few values are very large"
            )
            yield turn.iteration.problem(at, message, hint, at_key=True)


def dates(turn: Turn) -> Iterator[Problem]:
    """The deciding reading comes after the last customer's follow-up: a day counts when it is over.

    Where somebody else's draw has starts of its own, the first customer's.
    """
    spec = turn.iteration.spec
    observed = isinstance(spec.assignment, Observed)
    last = spec.start + timedelta(days=0 if observed else spec.starts_over - 1)
    first = last + timedelta(days=spec.follow_up)
    if spec.end < first:
        message = f"on {spec.end} the follow-up of {spec.follow_up} days from {last} is not over"
        yield turn.iteration.problem(("end",), message, f"write {first} or later")


def changes(turn: Turn) -> Iterator[Problem]:
    """From the second iteration on, what changed is told; before, there is nothing to change."""
    changed = turn.iteration.spec.changed
    if turn.number == 1 and changed:
        message = "the first iteration has nothing to change from"
        yield turn.iteration.problem(("changed",), message, "remove “changed”", at_key=True)
    if turn.number > 1 and not changed:
        message = f"iteration {turn.number} does not say what changed since iteration {turn.number - 1}, and why"
        yield turn.iteration.problem(("changed",), message, "add “changed:” with a “what” and a “why”", at_key=True)


def order(turn: Turn) -> Iterator[Problem]:
    """Iterations are numbered 1, 2, 3, none left out."""
    missing = [str(number) for number in range(1, turn.number) if number not in turn.numbers]
    if missing and int(missing[-1]) == turn.number - 1:
        name = turn.iteration.source.file
        message = f"this is iteration {turn.number}, but there is no iteration {turn.number - 1}"
        hint = f"rename the file to iteration-{missing[0]}.yaml, or put back what is missing before it"
        yield Problem(message=message, hint=hint, file=name, line=1, column=1)


RULES = (
    order,
    shares,
    roles,
    draw,
    observed_arms,
    observed_source,
    exposure,
    confirmation,
    frozen,
    worth_it,
    predicted_arms,
    predicted_once,
    predicted_measures,
    predicted_units,
    groups,
    windows,
    quantiles,
    clusters,
    own_clusters,
    starts,
    dates,
    changes,
)
