"""How far a pack's evidence reaches, as a rung from 0 to 5: worked out from what was recorded, never claimed.

    0  described only
    1  tried once, not confirmed: nothing that could be packed, or a pack that came down
    2  confirmed at one place: a test on fresh customers, fixed beforehand, was passed
    3  confirmed at one place, and a further iteration there gained as well
    4  held up at another place, run by others
    5  held up at three other places or more, one of them for half a year, and likely worth it at the next

Places where it failed count as much as those where it held up: each takes one of them away, and where more failed than
held up, the pack goes down one rung from what its own place showed. So does evidence that is older than it may be. The
rungs follow Nesta's standards of evidence (1 to 5).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pitcairn.estimate.elsewhere import elsewhere
from pitcairn.estimate.feedback import ASSUMED_SPREAD
from pitcairn.promotion.calibration import Published
from pitcairn.promotion.contents import Contents

PLACES = 3
"""Other places that it takes for the last rung."""
LASTING = 183
"""Days between the adoption and its last look: half a year."""
SURE = 0.8
"""The range at a new place whose low end must reach the worth-it line: 9 of 10 such places are above it."""
PASSED = ("promote", "adapt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Where a pack stands, in words."""

    number: int
    words: str
    """`Held up at 2 other places, failed at 1`"""


def rung(contents: Contents, adoptions: Sequence[Published] = (), today: date | None = None) -> Rung:
    """The rung of a pack, from its contents and from what a registry knows of other places.

    Without `today` nothing is said of age. What was made up counts only for packs that are made up themselves.
    """
    mine = _elsewhere(contents, adoptions)
    failed = [one for one in mine if one.harm == "yes" or one.confirmed == "no" or one.rolled_back]
    held = [one for one in mine if one.confirmed == "yes" and one not in failed]
    number = _own(contents)
    if number >= 2 and len(held) > len(failed):
        number = 5 if _lasts(contents, held, failed) else 4
    elif len(failed) > len(held):
        number -= 1
    lapsed = today is not None and today.isoformat() > contents.identity.valid_until
    return Rung(number=max(0, number - lapsed), words=_words(contents, len(held), len(failed), lapsed=lapsed))


def _own(contents: Contents) -> int:
    """What its own place shows: a pack's claim is a confirmation that was passed."""
    same = [one for one in contents.iterations if one.same_core and one.effect is not None]
    again = [one for one in same if one.number != contents.claim.iteration and one.verdict in PASSED]
    return 3 if again else 2


def _elsewhere(contents: Contents, adoptions: Sequence[Published]) -> tuple[Published, ...]:
    """The last word of every other place that used exactly this core."""
    own, real = contents.identity, contents.identity.simulated is None
    found = {
        (one.program, one.place): one
        for one in sorted(adoptions, key=lambda one: one.look.as_of if one.look else "")
        if one.core_digest == contents.core_digest
        and (one.program, one.place) != (own.program, own.scope_label)
        and not (real and one.simulated)
    }
    return tuple(found.values())


def _lasts(contents: Contents, held: Sequence[Published], failed: Sequence[Published]) -> bool:
    if len(held) - len(failed) < PLACES or not any(_days(one) >= LASTING for one in held):
        return False
    claim, sign = contents.claim, 1.0 if contents.claim.better == "up" else -1.0
    looks = [one.look for one in (*held, *failed) if one.look is not None]
    gains = [sign * claim.shrunk.log_ratio, *(sign * look.log_ratio for look in looks)]
    errors = [math.sqrt(claim.shrunk.variance), *(look.standard_error for look in looks)]
    low, _ = elsewhere(gains, errors, scale=max(1e-6, ASSUMED_SPREAD * abs(gains[0]))).range(SURE)
    line = 1 + sign * (claim.worth_it or 0.0) / claim.control if claim.control else 0.0
    return line > 0 and low >= sign * math.log(line)


def _days(one: Published) -> int:
    if one.look is None:
        return 0
    return (date.fromisoformat(one.look.as_of) - date.fromisoformat(one.adopted_at)).days


def _words(contents: Contents, held: int, failed: int, *, lapsed: bool) -> str:
    if held:
        said = f"Held up at {held} other {'place' if held == 1 else 'places'}"
    elif _own(contents) == 3:
        said = "Confirmed at one place, and it gained there a second time"
    else:
        said = "Confirmed at one place"
    said += f", failed at {failed}" if failed else ""
    return f"{said}; the evidence is older than it may be" if lapsed else said
