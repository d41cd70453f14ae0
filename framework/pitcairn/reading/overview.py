"""A whole program in words: what waits, what was learned, what the attempts have cost, how well we predict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pitcairn.phrases import percentage
from pitcairn.reading.past import Turn
from pitcairn.reading.result import ArmVerdict, Mark, MeasureBlock, Result, Shown
from pitcairn.reading.since import ended
from pitcairn.reading.titles import interim, number

if TYPE_CHECKING:
    # Its module loads the numbers, which whoever only asks where things stand does without.
    from pitcairn.reading.together import Together

State = Literal["draft", "invalid", "running", "to read", "read", "decided", "promoted", "closed"]
STAGES = ("Plan", "Run", "Read", "Decide", "Promoted")
_URGENCY: dict[State, tuple[int, str, Mark]] = {
    "invalid": (1, "Mend the plan", "bad"),
    "to read": (2, "Read", "watch"),
    "read": (3, "Decide", "watch"),
    "draft": (4, "Launch", "neutral"),
    "running": (5, "Running", "neutral"),
    "decided": (6, "Decided", "good"),
    "promoted": (6, "Promoted", "good"),
    "closed": (6, "Ended early", "neutral"),
}
WITHHELD = (0, "Do not read", "bad")


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotNow:
    """Where a pilot stands, and every iteration it has launched."""

    pilot: str
    title: str
    owner: str
    scope: str
    number: int
    state: State
    sentence: str
    waiting: bool
    command: str
    turns: tuple[Turn, ...]

    @property
    def last(self) -> Turn | None:
        """The latest iteration that has a reading."""
        return next((turn for turn in reversed(self.turns) if turn.result is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one reading taught about one arm, whichever way it went."""

    turn: Turn
    verdict: ArmVerdict
    sure: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a lineage's confirmations have cost of its error budget."""

    lineage: str
    turns: tuple[Turn, ...]
    attempts: int

    used: float
    """The levels of its confirmations together."""

    @property
    def spent_text(self) -> str:
        return percentage(self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one owner's predictions fared that were written before a launch."""

    owner: str
    inside: int
    """The measured gain was in the predicted range."""
    higher: int
    lower: int

    @property
    def total(self) -> int:
        return self.inside + self.higher + self.lower

    @property
    def sentence(self) -> str:
        """`3 of 5 predictions came true; 1 came out lower, 1 higher.`"""
        word = "prediction" if self.total == 1 else "predictions"
        return f"{self.inside} of {self.total} {word} came true; {self.lower} came out lower, {self.higher} higher."


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutNow:
    """Where a pack that was adopted here stands: its open stage, what its gates say, and what to type next."""

    pilot: str
    pack: str
    """`bread-note 1.0.0 at Cheese`"""
    stage: str
    """`2 of 3, half`"""
    word: str
    mark: Mark
    sentence: str
    waiting: bool
    command: str


def urgency(pilot: PilotNow) -> tuple[int, str, Mark]:
    """(order, word, mark) of what waits: the worst first."""
    own = next((turn for turn in pilot.turns if turn.number == pilot.number), None)
    if pilot.state == "read" and own and own.result and own.result.withheld:
        return WITHHELD  # type: ignore[return-value]
    return _URGENCY[pilot.state]


def is_waiting(pilot: PilotNow) -> bool:
    """Whether somebody has to do something, a withheld verdict included."""
    return pilot.waiting or urgency(pilot) == WITHHELD


def stands(pilot: PilotNow) -> str:
    """Where a pilot stands, as a sentence: `Packed as pickup-note 1.0.0.`"""
    return ended(f"{pilot.sentence[:1].upper()}{pilot.sentence[1:]}")


def stage(pilot: PilotNow) -> int:
    """How many of `STAGES` a pilot has reached: 1 while it is planned, 5 once somebody decided to promote."""
    if any(one.decision == "promote" for turn in pilot.turns for one in turn.rulings):
        return 5
    return {"draft": 1, "invalid": 1, "running": 2, "closed": 2, "to read": 3, "promoted": 5}.get(pilot.state, 4)


def counts(pilots: Sequence[PilotNow], lessons: Sequence[Lesson]) -> tuple[tuple[str, str], ...]:
    """The program at a glance: (number, what it counts)."""
    promoted = sum(stage(pilot) == 5 for pilot in pilots)
    return (
        (str(len(pilots)), "pilots" if len(pilots) != 1 else "pilot"),
        (str(sum(pilot.state == "running" for pilot in pilots)), "running now"),
        (str(sum(is_waiting(pilot) for pilot in pilots)), "waiting for somebody"),
        (str(promoted), "with a decision to promote"),
        (str(len(lessons)), "lessons kept" if len(lessons) != 1 else "lesson kept"),
    )


def waiting_title(pilots: Sequence[PilotNow]) -> str:
    """`Four things are waiting`."""
    found = sum(is_waiting(pilot) for pilot in pilots)
    if not found:
        return "Nothing is waiting"
    return f"{number(found).capitalize()} {'thing is' if found == 1 else 'things are'} waiting"


def pilots_title(pilots: Sequence[PilotNow]) -> str:
    """How many pilots have cleared their own line, with their latest reading's whole range."""
    read = [pilot for pilot in pilots if pilot.last is not None]
    cleared = sum(any(low >= 1 for low, _, _ in multiples(pilot.last.result)) for pilot in read if pilot.last)
    if not read:
        return "No pilot has been read yet"
    if len(read) == 1:
        return f"The one pilot read so far is {'' if cleared else 'not '}clearly above its worth-it line"
    if cleared == len(read) == 2:
        return "Both pilots read are clearly above their worth-it lines"
    told = number(cleared).capitalize() if cleared else "None"
    return (
        f"{told} of {number(len(read))} pilots read {'is' if cleared == 1 else 'are'} clearly above the worth-it line"
    )


def multiples(result: Result | None) -> tuple[tuple[float, float, float], ...]:
    """(low, estimate, high) of every arm in worth-it lines, gains positive; none where nothing may be shown."""
    block = _deciding(result)
    if block is None:
        return ()
    return tuple(_times(block, row.effect) for row in block.rows if isinstance(row.effect, Shown))


def multiple(result: Result, arm: str) -> tuple[float, float, float] | None:
    """The same for one arm; None where it has no effect to show."""
    block = _deciding(result)
    row = next((row for row in block.rows if row.arm == arm), None) if block else None
    if block is None or row is None or not isinstance(row.effect, Shown):
        return None
    return _times(block, row.effect)


def times(value: float) -> str:
    """`3.4×`, `−0.5×`"""
    text = f"{abs(value):.1f}"
    return f"{'−' if value < 0 and text != '0.0' else ''}{text}×"


def lessons(turns: Sequence[Turn]) -> tuple[Lesson, ...]:
    """What every finished reading taught, the latest first; withheld and interim readings teach nothing yet."""
    found = []
    for turn in sorted(turns, key=lambda turn: (turn.result.as_of if turn.result else "", turn.number), reverse=True):
        if turn.result is None or turn.result.withheld or interim(turn.result):
            continue
        sure, mark = _sure(turn.result)
        found += [Lesson(turn=turn, verdict=verdict, sure=sure, mark=mark) for verdict in turn.result.verdicts]
    return tuple(found)


def lessons_title(found: Sequence[Lesson]) -> str:
    """How many, and how many of them are that something did not work."""
    if not found:
        return "No lesson yet"
    without = sum(one.verdict.code in ("harm", "no_difference", "not_worth_it") for one in found)
    told = f"{number(len(found)).capitalize()} lesson{'s' if len(found) != 1 else ''}"
    if not without:
        return f"{told} kept"
    return f"{told} kept, {number(without)} of them of what does not work, or does harm"


def budget_title(spendings: Sequence[Spending]) -> str:
    """How many confirmations there were, and what luck alone would have made of them."""
    attempts = sum(one.attempts for one in spendings)
    if not attempts:
        return "No confirmation has been started, so nothing is spent"
    by_luck = sum(one.used for one in spendings)
    kind = "confirmation" if attempts == 1 else "confirmations"
    of_many = f"{round(1000 * by_luck):,} of 1,000" if by_luck < 1 else f"{by_luck:.1f}"
    what = "such programs would have promoted something by luck" if by_luck < 1 else "promotions by luck"
    return f"{number(attempts).capitalize()} {kind}: had nothing worked, at most {of_many} {what}"


def scores_title(found: Sequence[Score]) -> str:
    """`Twelve of 20 predictions came true`."""
    judged, inside = sum(one.total for one in found), sum(one.inside for one in found)
    if not judged:
        return "No prediction has been judged yet"
    kind = "prediction" if judged == 1 else "predictions"
    return f"{number(inside).capitalize() if inside else 'None'} of {number(judged)} {kind} came true"


def rollouts_title(found: Sequence[RolloutNow]) -> str:
    """`Two packs are adopted here, one rollout waits for somebody`."""
    if not found:
        return "No pack is adopted here"
    waiting = sum(one.waiting for one in found)
    told = f"{number(len(found)).capitalize()} {'pack is' if len(found) == 1 else 'packs are'} adopted here"
    if not waiting:
        return f"{told}, and no rollout waits"
    return f"{told}, {number(waiting)} {'rollout waits' if waiting == 1 else 'rollouts wait'} for somebody"


def _deciding(result: Result | None) -> MeasureBlock | None:
    if result is None or result.withheld:
        return None
    return next((block for block in result.measures if block.role == "deciding" and block.worth_it), None)


def _times(block: MeasureBlock, effect: Shown) -> tuple[float, float, float]:
    line = block.worth_it or 1.0
    low, high = sorted((effect.low / line, effect.high / line))
    return low, effect.estimate / line, high


def _sure(result: Result) -> tuple[str, Mark]:
    if result.stage == "confirm":
        return "Confirmed on fresh customers", "good"
    if result.adopts:
        return f"A rollout of {result.adopts}", "neutral"
    return "Explored, not confirmed", "neutral"


def together_title(found: Sequence[Together]) -> str:
    """`Over the latest period: Of every 1,000 customers, 12 more buyers; likely between 8 more and 16 more.`"""
    return f"Over the latest period: {found[0].headline}"
