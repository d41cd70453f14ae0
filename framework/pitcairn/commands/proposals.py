"""What `new` proposes as an answer, from the program and the answers so far."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pitcairn.commands.questions import Known
    from pitcairn.spec.measures import Measure

LEAD_DAYS = 7
"""Time to agree on the plan before the first customer is reached."""
MOST_GROUPS = 8
_GUESSES = {
    "engage": ("look at what is new for them", "what we send is not about them", "they find sooner what they need"),
    "profile": ("tell us what they care about", "they see no use in telling", "they get fewer and better messages"),
    "nurture": ("come back when they need us again", "they forget", "they have what they need in time"),
    "qualify": ("say when they are ready to decide", "they do not know what to ask", "nobody presses them before"),
}
"""Challenge -> behaviour, barrier, benefit."""


def title(known: Known) -> str:
    """The pilot's id, as words."""
    return known.pilot.replace("-", " ").capitalize()


def place(known: Known) -> str:
    """The program's first product line, else its first location."""
    return next(iter([*known.program.product_lines, *known.program.locations]), "")


def audience(known: Known) -> str:
    """The customers of the place."""
    kind, _, id = known.one("place").partition(":")
    names = known.program.product_lines if kind == "product_line" else known.program.locations
    return f"Customers of {names[id]}"


def behaviour(known: Known) -> str:
    """What customers might do, by challenge."""
    return _GUESSES[known.one("challenge")][0]


def barrier(known: Known) -> str:
    """What might keep them from it, said to be a guess."""
    return f"Our guess, not asked yet: {_GUESSES[known.one('challenge')][1]}"


def benefit(known: Known) -> str:
    """What might be in it for them, said to be a guess."""
    return f"Our guess, not asked yet: {_GUESSES[known.one('challenge')][2]}"


def customers(known: Known) -> str:
    """The first source with a row a customer."""
    return next((id for id, source in known.program.sources.items() if source.kind == "wide"), "")


def deciding(known: Known) -> str:
    """The first measure that is better up."""
    measures = known.program.measures
    return next((id for id, measure in measures.items() if measure.better == "up"), next(iter(measures)))


def worth_it(known: Known) -> str:
    """A small gain in the deciding measure's own way of writing."""
    measure = known.program.measures[known.one("deciding")]
    return "10 per 1000" if _is_rate(measure) else "0.50 each"


def guardrail(known: Known) -> str:
    """The first measure that is better down, with a small margin."""
    chosen = known.one("deciding")
    for id, measure in known.program.measures.items():
        if measure.better == "down" and id != chosen:
            return f"{id}={'2 per 1000' if _is_rate(measure) else '0.10 each'}"
    return "none"


def question(known: Known) -> str:
    """The question the first arm and the deciding measure ask by themselves."""
    measure = known.program.measures[known.one("deciding")]
    return f"Does “{known.answers['arm'][0]}” change “{measure.label}” for the better?"


def groups(known: Known) -> str:
    """Every group the program knows, as one answer."""
    return ",".join(list(known.program.groups)[:MOST_GROUPS]) or "none"


def start(known: Known) -> str:
    """A week from now."""
    return (known.today + timedelta(days=LEAD_DAYS)).isoformat()


def _is_rate(measure: Measure) -> bool:
    return measure.kind in ("any", "share")
