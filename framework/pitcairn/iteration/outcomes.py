"""What the steps of an iteration give back to whoever asked: a command, a notebook, a test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pitcairn.design.difference import Difference
from pitcairn.design.plan import Plan
from pitcairn.evidence.facts import Check
from pitcairn.ledger.attempts import Attempt
from pitcairn.ledger.entry import AmendmentBody, ClosingBody, DecisionBody
from pitcairn.reading.overview import Score
from pitcairn.reading.result import Code, LeftOut, Mark, Result
from pitcairn.report.same import Match

if TYPE_CHECKING:
    # Its module loads the numbers, which whoever only asks where things stand does without.
    from pitcairn.reading.past import Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What can be seen of one measure in the planned iteration."""

    measure: str
    label: str
    role: str
    visible_gain: float | None
    """The gain that would be seen 9 times in 10, per customer; None where it cannot be worked out."""
    visible_text: str
    """`a gain of 14 per 1,000 or more`, or why it cannot be said."""
    line_text: str | None
    """`worth-it line 20 per 1,000`, or the guardrail's margin."""
    enough: bool | None
    basis: str
    """Where the level and the spread come from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What so many customers would show of the deciding measure."""

    customers: int
    """Drawn in all."""
    gain: float
    """The smallest gain seen 9 times in 10, per customer."""
    gain_text: str
    chance: float | None
    """The chance that a gain as large as the worth-it line is told from none."""
    chance_text: str
    """`43 of 100 such pilots`; empty where it cannot be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What `plan` answers: how many customers there are, what could be seen, how many would settle it."""

    plan: Plan
    in_scope: int
    left_out: tuple[LeftOut, ...]
    drawn: int
    arms: tuple[tuple[str, str, int], ...]
    """(id, label, customers expected)."""
    sights: tuple[Sight, ...]
    settle_total: int | None
    """Customers in all that would settle the worth-it line 9 times in 10."""
    settle_sentence: str
    can_show: bool | None
    """Whether a gain as large as the worth-it line would be seen 9 times in 10; None where that cannot be said."""
    answer: str
    """The same as a sentence, with the chance that it is seen."""
    helps: tuple[str, ...]
    """What would help an iteration that cannot show what it asks; empty for all others."""
    attempt: int | None
    """A confirmation's number in its lineage; None for an exploration."""
    level: float
    """One-sided: how often a model without any gain would be taken for one with a gain."""
    looks: tuple[str, ...]
    """The days, as ISO text, as of whose end the deciding measure is judged."""
    curve: tuple[CurvePoint, ...]
    """From a quarter of the customers to four times as many."""
    sentences: tuple[str, ...]
    units: tuple[tuple[str, int], ...] = ()
    """(arm id, households or the like expected); empty where customers are drawn one by one."""
    units_in_scope: int | None = None
    next_command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What `launch` did, or with `dry_run` would do."""

    plan: Plan
    dry_run: bool
    drawn_by_us: bool
    in_scope: int | None
    left_out: tuple[LeftOut, ...]
    arms: tuple[tuple[str, str, int], ...]
    """(id, label, customers drawn)."""
    checks: tuple[Check, ...]
    files: tuple[Path, ...]
    """Lists written, or that would be written."""
    retrospective: bool
    digest: str
    next_command: str
    units: tuple[tuple[str, int], ...] = ()
    """(arm id, households or the like drawn); empty where customers are drawn one by one."""
    units_in_scope: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One reading, as written to disk and ledger."""

    result: Result
    result_file: Path
    report_file: Path
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a pilot's latest iteration stands, and what is waiting for whom."""

    pilot: str
    title: str
    owner: str
    scope: str
    number: int
    stage: Literal["explore", "confirm"]
    state: Literal["draft", "invalid", "running", "to read", "read", "decided", "promoted", "closed"]
    """draft: not launched; running: launched, first results later; to read: results are due; read: has a reading;
    decided: somebody decided on every arm; promoted: packed; closed: ended early."""
    sentence: str
    """`day 5 of 28; first results 20 October 2026`."""
    waiting: bool
    command: str
    """What to type next."""
    attempt: Attempt | None = None
    """The last confirmation that the question has spent on, in whichever pilot; None before the first."""
    following: Attempt | None = None
    """What the next confirmation would be; None where there is no plan to confirm."""
    decisions: tuple[str, ...] = ()
    """What was decided on the latest iteration, for every arm the last word, as sentences."""
    predictions: Score | None = None
    """How the pilot's owner's predictions have fared, over everything they own; None before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """A page made again from its result."""

    result_file: Path
    report_file: Path
    same: bool
    """The page on disk was what the result gives: to the byte, or but for charts drawn by another version."""
    match: Match
    """Which of these, or where it differed."""
    verified: bool
    """It was compared, not written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What `decide` recorded, or with `dry_run` would record."""

    pilot: str
    number: int
    ruling: Ruling
    """The decision in words."""
    body: DecisionBody
    replaces: bool
    """There was a decision for the same arm already."""
    report_file: Path
    """The page that shows it."""
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What `iterate` wrote, or with `dry_run` would write."""

    pilot: str
    number: int
    base: int
    """The iteration it was made from."""
    stage: Literal["explore", "confirm"]
    file: Path
    text: str
    attempt: Attempt | None
    """What launching it would spend; None for an exploration."""
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedArm:
    """One arm of one iteration, as its page says."""

    arm: str
    label: str
    word: str
    mark: Mark
    effect: str | None
    range_sentence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two iterations that are compared."""

    number: int
    stage: Literal["explore", "confirm"]
    attempt: Attempt | None
    headline: str
    """Of its last reading; why there is none, where there is none."""
    as_of: str | None
    arms: tuple[ComparedArm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What `compare` answers."""

    pilot: str
    changed: tuple[tuple[str, str], ...]
    """(what, why), as the later iteration tells it."""
    plan: tuple[Difference, ...]
    sides: tuple[Side, Side]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What `amend` or `close` recorded, or with `dry_run` would record."""

    pilot: str
    number: int
    body: AmendmentBody | ClosingBody
    sentence: str
    """What every page of the iteration says from now on."""
    report_file: Path | None
    """The page made again; None where there is none yet."""
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSeen:
    """A source as `check` found it."""

    source: str
    files: tuple[Path, ...]
    """None yet: the file comes later."""
    columns: int
    """How many columns the plan needs of it; all of them are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedArm:
    """What the rules said about one arm, over all rehearsals of a scenario."""

    arm: str
    label: str
    verdicts: tuple[tuple[Code, int], ...]
    """(verdict, in how many rehearsals), the most frequent first."""
    seen: int
    """Rehearsals in which the whole range of the deciding measure was a gain."""
    average: float | None
    """Of the estimates; gains are positive, whichever way the measure is better."""
    error: float | None
    """The standard error of `average`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedScenario:
    """A pilot rehearsed many times with one effect put in."""

    id: Literal["none", "gain", "harm"]
    label: str
    gain: float
    """What was put in, per customer; a harm is negative."""
    arms: tuple[RehearsedArm, ...]
    believed: int
    """Rehearsals that would have promoted an arm, or gone on with it."""
    promoted: int
    """Rehearsals that would have promoted an arm."""
    open_tests: tuple[tuple[str, int], ...]
    """(promotion test, how often it alone or with others kept an arm with a gain worth having from promotion)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What `rehearse` answers: what the rules would have said, had the pilot been run again and again."""

    plan: Plan
    locked: bool
    """It is the plan in the ledger; otherwise the one in the files."""
    repetitions: int
    seed: int
    eligible: int
    arms: tuple[tuple[str, str, int], ...]
    """(id, label, customers the plan draws)."""
    level: float
    """How often an arm without effect may be believed to gain."""
    expected: float
    """How often the worth-it gain should be told from none, by formula, in the smallest arm."""
    scenarios: tuple[RehearsedScenario, ...]
    findings: tuple[Check, ...]
    """Whether the rules kept what the plan promised."""
    notes: tuple[str, ...]
    """What was made up, and what could not be."""
    next_command: str
